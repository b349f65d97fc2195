"""The rules with Keras' own shapes: what is written down in the wrong documents is true, and fixes really mend."""

from __future__ import annotations

import json
import os
import re
from typing import Any
from unittest.mock import patch

import pytest
from wrong_documents import RIGHT, WRONG, Case

from builder.catalog.registry import templates
from builder.catalog.rules import problems, unmakable
from builder.catalog.spec import Template
from builder.codegen import script
from builder.document import apply, from_value

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def analyse() -> Any:
    from builder.worker.analyse import analyse

    return analyse


def by_name(cases: tuple[Case, ...]) -> list[Any]:
    return [pytest.param(case, id=case.name.replace(" ", "-")) for case in cases]


@pytest.mark.parametrize("case", by_name(RIGHT))
def test_right_documents_have_no_problems(analyse: Any, case: Case) -> None:
    assert problems(case.document, analyse(case.document)) == ()


@pytest.mark.parametrize("template", [pytest.param(template, id=template.kind) for template in templates])
def test_templates_have_no_problems(analyse: Any, template: Template) -> None:
    document = from_value(template.document)
    found = [problem.code for problem in problems(document, analyse(document))]
    assert found == ([] if document.data else ["no-data"])


@pytest.mark.parametrize("case", by_name((*RIGHT, *WRONG)))
def test_shapes_and_messages_are_those_of_keras(analyse: Any, case: Case) -> None:
    found = analyse(case.document).nodes
    for name, shape in case.shapes.items():
        if not found[name].blocked:
            assert found[name].output.shape == (None, *shape), name
    for name, error in case.errors.items():
        assert found[name].error == error
    for name, report in found.items():
        assert report.warnings == tuple(text for node, text in case.warns.items() if node == name)


@pytest.mark.parametrize("case", by_name(WRONG))
def test_wrong_documents_have_their_problem_and_the_fix_mends_it(analyse: Any, case: Case) -> None:
    document = case.document
    found = [problem for problem in problems(document, analyse(document)) if problem.code == case.code]
    assert any(case.node in (None, problem.node) for problem in found)
    assert case.edge in (None, *(problem.edge for problem in found))
    if case.fix is None:
        return
    (problem,) = (problem for problem in found if case.node in (None, problem.node))
    for edit in problem.fix.edits:
        document = apply(document, json.loads(json.dumps(edit)))
    left = {(other.code, other.node) for other in problems(document, analyse(document))}
    assert (problem.code, problem.node) not in left


@pytest.mark.filterwarnings("ignore:.* was passed an input with a mask:UserWarning")  # As the script of it may.
@pytest.mark.parametrize("case", by_name((*RIGHT, *WRONG)))
def test_the_script_of_any_document_makes_its_model_or_ends_with_the_reason(analyse: Any, case: Case) -> None:
    analysis = analyse(case.document)
    start, *training = re.split(r"\n(?:# )?history = ", script(case.document, analysis), maxsplit=1)
    assert training
    network = re.sub(r"\n# (Data: |No data set|The catalogue)(.|\n)*?\n# The network\n", "\n", start)
    made: dict[str, Any] = {}
    ended = None
    try:
        with patch.dict(os.environ):  # A script names its backend there.
            exec(compile(network.replace("model.summary()\n", ""), "script.py", "exec"), made)
    except SystemExit as end:
        ended = str(end).removeprefix("This cannot be trained: ")
    if unmakable(case.document, analysis):
        assert ended in [problem.sentence() for problem in problems(case.document, analysis)]
    else:
        assert ended is None
        assert made["model"].outputs
