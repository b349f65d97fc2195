"""Whole numbers that a layer looks up are held against those that it knows before a run trains."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from worker_documents import LEARNED_LOOKUP, dense, looked_up, stack

from builder.document import Document, apply
from builder.rundir import RunDirectory, State

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Gradients do not exist for variables:UserWarning"),
]
Train = Callable[..., RunDirectory]

TWICE = ("Rescaling", {"scale": 2.0})
LOWER = ("Rescaling", {"scale": 1.0, "offset": -3.0})


@pytest.mark.parametrize(
    ("document", "known", "coming", "wanted"),
    [
        pytest.param(looked_up(rows=10), "0 to 9", "0 to 16", 17, id="samples"),
        pytest.param(looked_up(TWICE, rows=32), "0 to 31", "0 to 32", 33, id="a layer on the way"),
        pytest.param(looked_up(LOWER, rows=17), "0 to 16", "-3 to 13", None, id="negative"),
        pytest.param(looked_up(rows=16, kind="CategoryEncoding"), "0 to 15", "0 to 16", 17, id="categories"),
    ],
)
def test_numbers_that_are_not_known_are_named(
    train: Train, document: Document, known: str, coming: str, wanted: int | None
) -> None:
    run = train(document, status=1)
    problem = run.record().problem
    assert (run.record().state, problem.code, problem.node) == (State.FAILED, "lookup-range", "words")
    assert f"so that it can look up {known}, and what comes in goes from {coming}." in problem.message
    assert not [event for event in run.events() if event["type"] in ("steps", "epoch")], "Nothing was trained."
    assert (problem.fix is None) == (wanted is None)
    if wanted:
        mended = apply(document, {"op": "batch", "edits": list(problem.fix.edits)})
        assert wanted in mended.model.node("words").params.values()
        assert train(mended).record().state is State.FINISHED


def test_what_a_layer_learns_to_give_is_named_once_it_goes_wrong(train: Train) -> None:
    problem = train(LEARNED_LOOKUP, status=1).record().problem
    assert (problem.code, problem.node) == ("lookup-range", "words")
    assert '"words" (Embedding) has input_dim 5, so that it can look up 0 to 4' in problem.message


@pytest.mark.parametrize("document", [looked_up(rows=17), looked_up(TWICE, rows=33), looked_up(rows=400)])
def test_numbers_that_are_known_train(train: Train, document: Document) -> None:
    assert train(document).record().state is State.FINISHED


def test_a_layer_that_fails_while_it_trains_is_named(train: Train) -> None:
    document = stack("Input", dense(3), ("Softmax", {"axis": 4}), data="iris", epochs=1)
    problem = train(document, status=1).record().problem
    assert (problem.code, problem.node) == ("keras", "n2")
    assert problem.message.startswith('"n2" (Softmax): ')


def test_fewer_outputs_than_classes_are_named(train: Train) -> None:
    document = stack("Input", dense(2, "softmax"), data="iris", epochs=1)
    problem = train(document, status=1).record().problem
    assert (problem.code, problem.node) == ("units", "n1")
    assert (
        problem.message
        == '"n1" gives 2 numbers for a sample, one for each class, and Iris has label values from 0 to 2.'
    )
