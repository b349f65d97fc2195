"""Keras' and TensorFlow's errors as sentences: their own words, without colours, tracebacks and argument lists."""

from __future__ import annotations

import re

from builder.catalog.rules.fixes import fix, set_param
from builder.catalog.spec import Param
from builder.document import Document, Node
from builder.errors import DocumentError, LoomError, Problem, RunError
from builder.verdicts.fixes import halve_batch
from builder.worker.wording import sentences, shortened

_NO_MEMORY = re.compile(r"RESOURCE_EXHAUSTED: Out of memory|DefaultCPUAllocator")


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


def lookup_error(node: Node, owner: Node, param: Param, low: int, high: int) -> RunError:
    """That a layer is to look up numbers from `low` to `high` and does not know them; `owner` has its parameters."""
    known = param.value(owner.params)
    return RunError(
        f'"{node.id}" ({node.kind}) has {param.name} {known:,}, so that it can look up 0 to {known - 1:,}, and what '
        f"comes in goes from {low:,} to {high:,}.",
        code="lookup-range",
        node=node.id,
        hint="Connect it to whole numbers from 0 on." if low < 0 else f"It needs {param.name} {high + 1:,} or more.",
        fix=None if low < 0 else fix(f"Set {param.name} to {high + 1}", set_param(owner.id, param.name, high + 1)),
    )


def of_memory(error: BaseException) -> bool:
    """Whether there was not enough memory, in the words of Python, TensorFlow, JAX or PyTorch."""
    named = type(error).__name__ in ("ResourceExhaustedError", "OutOfMemoryError")
    return isinstance(error, MemoryError) or named or _NO_MEMORY.search(str(error)) is not None


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
