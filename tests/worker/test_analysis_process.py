"""What the analysis process remembers, what it may use, and what it does where its light backend does not start."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from analysis_client import AnalysisProcess
from hypothesis import given, settings
from hypothesis import strategies as st
from worker_documents import DIGITS_CNN, dense, image, stack

from builder.document import Document, apply

pytestmark = pytest.mark.keras

START = stack(
    image(8, 8, 1),
    ("Conv2D", {"filters": 2, "kernel_size": 3}),
    ("Conv2D", {"filters": 2, "kernel_size": 3}),
    "Flatten",
    dense(3),
    dense(3),
)
EDITS = st.one_of(
    st.builds(
        lambda node, name, value: {"op": "set_param", "node": node, "name": name, "value": value},
        st.sampled_from(["n1", "n2", "n4"]),
        st.sampled_from(["filters", "kernel_size", "units", "use_bias", "padding"]),
        st.sampled_from([1, 2, 7, True, "same", "valid"]),
    ),
    st.builds(lambda shape: {"op": "set_param", "node": "n0", "name": "shape", "value": shape}, st.just([12, 12, 3])),
    st.builds(lambda node: {"op": "rename", "node": node, "to": f"{node}x"}, st.sampled_from(["n1", "n4"])),
    st.builds(lambda node: {"op": "remove", "nodes": [node]}, st.sampled_from(["n3", "n5"])),
)


def _try(document: Document, edit: object) -> Document:
    from builder.errors import DocumentError

    try:
        return apply(document, edit)
    except DocumentError:
        return document


@settings(max_examples=40)
@given(st.lists(EDITS, min_size=1, max_size=6))
def test_remembered_layers_answer_as_fresh_ones(edits: list[object]) -> None:
    from builder.worker.analyse import Analyst

    remembering = Analyst()
    document = START
    remembering.analyse(document)
    for edit in edits:
        document = _try(document, edit)
        assert remembering.analyse(document) == Analyst().analyse(document)


def test_edit_asks_keras_only_about_what_it_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.worker import analyse

    asked = []
    ask = analyse._ask_keras
    monkeypatch.setattr(analyse, "_ask_keras", lambda node, *rest: (asked.append(node.id), ask(node, *rest))[1])
    analyst = analyse.Analyst()
    analyst.analyse(START)
    assert asked == ["n1", "n2", "n3", "n4", "n5"]
    asked.clear()
    wider = apply(START, {"op": "set_param", "node": "n4", "name": "units", "value": 9})
    analyst.analyse(wider)
    assert asked == ["n4", "n5"]
    asked.clear()
    analyst.analyse(START)
    assert asked == []


def test_nothing_is_kept_of_the_weights(analysis: AnalysisProcess) -> None:
    from keras.src.backend.common import global_state

    from builder.worker.analyse import Analyst

    Analyst().analyse(stack(image(1000), dense(1_000_000)))
    assert not global_state.get_global_attribute("uninitialized_variables")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_limited(analysis: AnalysisProcess) -> None:
    limits = Path(f"/proc/{analysis.process.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert int(line.split()[3]) == 2048 * 2**20


def test_tensorflow_takes_over_where_the_numpy_backend_does_not_start(
    tmp_path: Path, analysis: AnalysisProcess
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'keras.src.backend.numpy':\n"
        "            raise ImportError('broken for a test')\n"
        "sys.meta_path.insert(0, Broken())\n"
    )
    process = AnalysisProcess(tmp_path / "socket", PYTHONPATH=str(tmp_path))
    try:
        assert process.ask({"ping": True})["backend"] == "tensorflow"
        assert process.analyse(DIGITS_CNN) == analysis.analyse(DIGITS_CNN)
        assert "broken for a test" in (tmp_path / "log.txt").read_text()
    finally:
        process.close()
