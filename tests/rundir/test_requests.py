"""What is asked in a control folder: once however often, nothing lost, and nonsense for the taker to refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.document import Document
from builder.errors import RunError
from builder.rundir import Control, Requests, RunDirectory, Stride


@pytest.fixture
def requests(tmp_path: Path) -> Requests:
    return Requests(tmp_path)


def test_a_setting_comes_again_until_it_is_done(requests: Requests) -> None:
    requests.ask_setting("epochs", 5)
    requests.ask_setting("epochs", 6)
    assert requests.settings() == requests.settings() == [("epochs", 6)]
    assert requests.setting_asked("epochs")
    requests.ask_setting("epochs", 7)
    requests.setting_done("epochs")
    assert requests.settings() == [("epochs", 7)], "what was asked meanwhile is not lost"
    requests.setting_done("epochs")
    assert requests.settings() == []


def test_what_is_no_json_is_a_text(requests: Requests, tmp_path: Path) -> None:
    (tmp_path / "set-learning_rate").write_bytes(b"\xff fast")
    assert requests.settings() == [("learning_rate", "\ufffd fast")]


def test_a_step_stays_until_it_is_taken(requests: Requests) -> None:
    requests.ask_step(Stride.EPOCH)
    assert requests.step() == requests.step() == "epoch"
    requests.step_done()
    requests.step_done()
    assert requests.step() is None


def test_a_folder_is_no_request(requests: Requests, tmp_path: Path) -> None:
    for name in ("stop", "step", "set-epochs"):
        (tmp_path / name).mkdir()
    assert not requests.asked(Control.STOP)
    assert (requests.step(), requests.settings()) == (None, [])
    requests.clear()


def test_a_key_names_one_run(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    first = RunDirectory.create(runs, Document(name="a"), key="click")
    assert RunDirectory.create(runs, Document(name="a"), key="click").id == first.id
    assert RunDirectory.create(runs, Document(name="a"), key="click", owner="ada").id != first.id
    assert RunDirectory.create(runs, Document(name="a"), key="another").id != first.id
    assert RunDirectory.open(runs, first.id).record().key == "click"
    with pytest.raises(RunError, match="stands for the run"):
        RunDirectory.create(runs, Document(name="a", training={"epochs": 99}), key="click")
    assert len(RunDirectory.all(runs)) == 3
