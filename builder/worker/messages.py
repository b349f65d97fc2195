"""Keras' and TensorFlow's errors as sentences: their own words, without colours, tracebacks and argument lists."""

from __future__ import annotations

from builder.document import Document, Node
from builder.errors import DocumentError, LoomError, Problem
from builder.verdicts.fixes import halve_batch
from builder.worker.wording import sentences, shortened


def plain(error: BaseException) -> str:
    """What the error says, as a few sentences at most that end with a full stop."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    said = shortened(list(sentences(text)) or [" ".join(text.split())]) or type(error).__name__
    return said if said[-1] in ".!?" else f"{said}."


def refusal(error: BaseException) -> str:
    """Why a layer refuses what comes in. Where Keras misses an axis, Python's own words would say nothing."""
    if isinstance(error, IndexError):
        return "What comes in has not as many axes as this layer works on."
    return plain(error)


def layer_error(node: Node, error: Exception) -> DocumentError:
    """The error of building one layer, with its node named."""
    if isinstance(error, LoomError):
        problem = error.problem
        place = {"edge": problem.edge, "where": problem.where}
        return DocumentError(problem.message, code=problem.code, hint=problem.hint, node=node.id, **place)
    if of_memory(error):
        return DocumentError(
            f'There was not enough memory for the weights of "{node.id}" ({node.kind}).',
            code="memory",
            node=node.id,
            hint="Make this layer smaller, or end other programs and resume the run.",
        )
    return DocumentError(f'"{node.id}" ({node.kind}): {refusal(error)}', code="keras", node=node.id)


def of_memory(error: BaseException) -> bool:
    """Whether there was not enough memory."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def problem_of(error: BaseException, document: Document | None = None, *, code: str = "training") -> Problem:
    """Any error of a run as a problem that a person can read, with a fix for the document where one is known."""
    if isinstance(error, LoomError):
        return error.problem
    if of_memory(error):
        return Problem(
            code="memory",
            message="There was not enough memory to train this network.",
            hint="Lower the batch size, use fewer samples or make the layers smaller.",
            fix=document and halve_batch(document),
        )
    return Problem(code=code, message=f"Training failed: {plain(error)}", hint="log.txt in the run's folder has more.")
