"""Public questions "why does it not learn?": each is answered, before training or by the verdict, and its right twin is
let alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builder.catalog.rules import problems
from builder.document import Document, apply
from builder.rundir import RunDirectory
from questions.before_training import BEFORE
from questions.by_verdict import VERDICTS
from questions.question import Question

pytestmark = pytest.mark.keras


def params(questions: tuple[Question, ...]) -> list[Any]:
    return [pytest.param(question, id=f"{n}-{question.before or 'verdict'}") for n, question in enumerate(questions)]


@pytest.fixture(scope="module")
def analyse() -> Any:
    from builder.worker.analyse import analyse

    return analyse


@pytest.fixture
def verdict(home: Path) -> Callable[[Document], dict[str, Any]]:
    """Train a document in this process; gives the last verdict."""
    from builder.worker.main import run

    def train(document: Document) -> dict[str, Any]:
        directory = RunDirectory.create(home / "runs", document)
        assert run(directory.path) == 0
        return [event for event in directory.events() if event["type"] == "verdict"][-1]

    return train


def test_there_are_enough_of_them_and_each_is_another() -> None:
    asked = [question.asked for question in (*BEFORE, *VERDICTS)]
    assert len(asked) == len(set(asked)) >= 60
    assert len({question.before for question in BEFORE}) >= 30


@pytest.mark.parametrize("question", params(BEFORE))
def test_the_answer_is_said_before_training(analyse: Any, question: Question) -> None:
    document = question.wrong.document
    found = problems(document, analyse(document))
    assert question.before in {problem.code for problem in found}
    assert {problem.code for problem in found} <= {question.before, *ALONGSIDE.get(question.before or "", ())}


ALONGSIDE = {
    "units": {"activation"},
    "output-rank": {"units"},
    "loss-task": {"metric-labels"},
    "batch-size": {"schedule-long"},
}
"""What is wrong with the same output too, where the question's document shows both."""


@pytest.mark.parametrize("question", params(tuple(q for q in BEFORE)))
def test_the_fix_answers_it(analyse: Any, question: Question) -> None:
    document = question.wrong.document
    found = [problem for problem in problems(document, analyse(document)) if problem.code == question.before]
    fix = found[0].fix
    if fix is None:
        assert found[0].hint
        return
    for edit in fix.edits:
        document = apply(document, json.loads(json.dumps(edit)))
    left = {(problem.code, problem.node) for problem in problems(document, analyse(document))}
    assert (found[0].code, found[0].node) not in left


@pytest.mark.parametrize("question", params((*BEFORE, *VERDICTS)))
def test_the_right_twin_is_let_alone(analyse: Any, question: Question) -> None:
    document = question.right.document
    assert problems(document, analyse(document)) == ()


@pytest.mark.parametrize("question", params(VERDICTS))
def test_the_answer_is_the_verdict(
    analyse: Any, verdict: Callable[[Document], dict[str, Any]], question: Question
) -> None:
    document = question.wrong.document
    assert problems(document, analyse(document)) == ()
    assert verdict(document)["code"] in question.verdict
    assert verdict(question.right.document)["code"] not in question.verdict
