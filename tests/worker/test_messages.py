"""Keras' and TensorFlow's errors become sentences that a person can read."""

from __future__ import annotations

import pytest

from builder.document import Document, Node
from builder.errors import DocumentError

pytestmark = pytest.mark.keras

IN_GRAPH = """Graph execution error:

Detected at node while/loss defined at (most recent call last):
  File "/somewhere/loop.py", line 3, in step

  File "/somewhere/losses.py", line 7, in call

Received a label value of 2 which is outside the valid range of [0, 2).  Label values: 1 1 2
\t [[{{node while/loss}}]] [Op:__inference__steps_8036]"""


TARGET = "Target 3 is out of bounds."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("Expected a  strictly\npositive value"), "Expected a strictly positive value."),
        (
            ValueError(
                "Exception encountered when calling Conv2D.call().\n\n\x1b[1mIt is too small.\x1b[0m\n\n"
                "Arguments received by Conv2D.call():\n  • inputs=<KerasTensor shape=(None, 3)>"
            ),
            "It is too small.",
        ),
        (
            TypeError("Cannot add <KerasTensor shape=(None, 3), dtype=float32, sparse=False, name=keras_tensor_7>!"),
            "Cannot add a tensor of shape (None, 3)!",
        ),
        (
            RuntimeError(IN_GRAPH),
            "Received a label value of 2 which is outside the valid range of [0, 2). Label values: 1 1 2.",
        ),
        (
            RuntimeError("{{function_node __wrapped__X}} Received a label value of 1. [Op:SparseX] name: "),
            "Received a label value of 1.",
        ),
        (RuntimeError("Graph execution error:"), "Graph execution error:."),
        (RuntimeError("Target 3 is out of bounds.\nException raised from nll at a.cpp:5\nframe #0: x"), TARGET),
        (KeyError("units"), "units."),
        (AssertionError(), "AssertionError."),
    ],
)
def test_message_is_one_clean_paragraph(error: Exception, words: str) -> None:
    from builder.worker.messages import plain

    assert plain(error) == words


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 68719476736 bytes."),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
            "allocate 68719476736 bytes. Error code 12 (Cannot allocate memory)"
        ),
        type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory."),
    ],
)
def test_each_backend_is_out_of_memory_in_its_own_words(error: Exception) -> None:
    from builder.worker.messages import problem_of

    assert problem_of(error).message == "There was not enough memory to train this network."


def test_endless_message_is_cut() -> None:
    from builder.worker.messages import plain

    said = plain(ValueError("shape " * 1000))
    assert len(said) == 600
    assert said.endswith("...")


def test_shortage_of_memory_has_a_sentence_of_its_own() -> None:
    from builder.worker.framework import tf
    from builder.worker.messages import problem_of

    exhausted = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[9,9]")
    for error in (MemoryError(), exhausted):
        problem = problem_of(error)
        assert problem.code == "memory"
        assert "Lower the batch size" in problem.hint


def test_shortage_of_memory_names_the_layer_and_halves_the_batch() -> None:
    from builder.worker.framework import tf
    from builder.worker.messages import layer_error, problem_of

    exhausted = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[9,9]")
    problem = layer_error(Node(id="wide", kind="Dense"), exhausted).problem
    assert (problem.code, problem.node) == ("memory", "wide")
    assert problem.message == 'There was not enough memory for the weights of "wide" (Dense).'
    fix = problem_of(exhausted, Document(training={"batch_size": 32})).fix
    assert fix is not None
    assert fix.label == "Set the batch size to 16"
    assert problem_of(exhausted, Document(training={"batch_size": 1})).fix is None


def test_our_own_errors_stay_as_they_are() -> None:
    from builder.worker.messages import problem_of

    error = DocumentError("There is no such node.", code="unknown-node", node="a", hint="Add it.")
    assert problem_of(error) == error.problem
    assert problem_of(ValueError("odd")).message == "Training failed: odd."
