"""Projects are kept whole, in order, and two writers cannot lose each other's work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from builder.document import Document, apply
from builder.errors import LoomError
from builder.store import Conflict, Kept, Projects, Steps, connect, steps


@pytest.fixture
def mine(home: Path) -> Projects:
    return Projects(connect(home / "layerloom.db"))


def test_a_project_is_kept_as_it_was(mine: Projects) -> None:
    document = apply(Document(name="Ünïcode 深層"), {"op": "set", "path": "data.dataset", "value": "iris"})
    project = mine.create(document)
    assert mine.get(project.id).document == document
    assert project.version == 1


def test_saving_counts_versions_and_remembers_tabs(mine: Projects) -> None:
    project = mine.create(Document(name="one"))
    version = mine.save(project.id, 1, Document(name="two"), {"tab": 7})
    assert version == 2
    again = mine.get(project.id)
    assert (again.name, again.version, dict(again.acked)) == ("two", 2, {"tab": 7})


def test_a_stale_writer_is_told_and_changes_nothing(mine: Projects) -> None:
    project = mine.create(Document(name="one"))
    mine.save(project.id, 1, Document(name="two"), {})
    with pytest.raises(Conflict, match="another tab"):
        mine.save(project.id, 1, Document(name="three"), {})
    assert mine.get(project.id).name == "two"


def test_recent_projects_come_newest_first(mine: Projects) -> None:
    first, second = (mine.create(Document(name=name)) for name in ("first", "second"))
    mine.save(first.id, 1, Document(name="first again"), {})
    assert [info.name for info in mine.recent()] == ["first again", "second"]
    assert [info.id for info in mine.recent(1)] == [first.id]
    assert second.version == 1


def test_deleting_can_be_undone(mine: Projects) -> None:
    project = mine.create(Document(name="one"))
    mine.delete(project.id)
    assert mine.recent() == []
    with pytest.raises(LoomError, match="no project"):
        mine.get(project.id)
    assert [info.name for info in mine.deleted()] == ["one"]
    mine.restore(project.id)
    assert mine.deleted() == []
    assert mine.get(project.id).name == "one"


def test_owners_do_not_see_each_other(home: Path) -> None:
    engine = connect(home / "layerloom.db")
    project = Projects(engine, "ada").create(Document(name="secret"))
    with pytest.raises(LoomError, match="no project"):
        Projects(engine, "bob").get(project.id)
    assert Projects(engine, "bob").recent() == []


def test_a_database_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "layerloom.db"
    file.write_bytes(b"not a database, and long enough to be noticed" * 100)
    with pytest.raises(LoomError, match="cannot be opened"):
        connect(file)


def test_several_processes_may_open_a_new_home_at_once(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from builder.store import *; from builder.document import Document;"
        "Projects(connect(Path(sys.argv[1]))).create(Document(name='x'))"
    )
    file = str(home / "layerloom.db")
    started = [subprocess.Popen([sys.executable, "-c", program, file], stderr=subprocess.PIPE) for _ in range(4)]
    failures = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, failures
    assert len(Projects(connect(Path(file))).recent()) == 4


def test_what_was_saved_survives_a_kill(home: Path) -> None:
    program = """
import sys
from pathlib import Path
from builder.store import *
from builder.document import Document
mine = Projects(connect(Path(sys.argv[1])))
project = mine.create(Document(name="0"))
for number in range(1, 100_000):
    mine.save(project.id, number, Document(name=str(number)), {})
    print(number, flush=True)
"""
    file = home / "layerloom.db"
    process = subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    last = [int(process.stdout.readline()) for _ in range(40)][-1]
    os.kill(process.pid, signal.SIGKILL)
    rest = process.communicate()[0].split()
    last = int(rest[-1]) if rest else last
    assert int(Projects(connect(file)).recent()[0].name) >= last


def test_steps_are_kept_and_read_by_number(mine: Projects) -> None:
    project = mine.create(Document(name="0"))
    assert project.steps == Kept(first=0, at=0, last=0)
    version = 1
    for number in range(1, 4):
        version = mine.save(project.id, version, Document(name=str(number)), {})
    assert mine.get(project.id).steps == Kept(first=0, at=3, last=3)
    assert [mine.step(project.id, number).name for number in range(4)] == ["0", "1", "2", "3"]
    version = mine.save(project.id, version, Document(name="1"), {}, Steps(first=4, documents=(), at=1))
    assert mine.get(project.id).steps == Kept(first=0, at=1, last=3)
    mine.save(project.id, version, Document(name="other"), {}, Steps(2, (Document(name="other"),), 2))
    assert mine.get(project.id).steps == Kept(first=0, at=2, last=2)
    assert mine.step(project.id, 2).name == "other"
    with pytest.raises(LoomError, match="no longer"):
        mine.step(project.id, 3)


def test_an_edit_writes_one_step_whatever_came_before(mine: Projects, home: Path) -> None:
    project = mine.create(Document(name="0"))
    for number in range(1, 20):
        mine.save(project.id, number, Document(name=str(number)), {})
    written: list[str] = []

    def note(_: object, __: object, statement: str, *rest: object) -> None:
        written.append(statement.split()[0])

    event.listen(connect(home / "layerloom.db"), "before_cursor_execute", note)
    mine.save(project.id, 20, Document(name="20"), {})
    event.remove(connect(home / "layerloom.db"), "before_cursor_execute", note)
    assert written == ["UPDATE", "DELETE", "INSERT"]


@pytest.mark.parametrize(("most", "size", "left"), [(20, 10**9, 20), (10**9, 400, 6)])
def test_the_oldest_steps_are_dropped(
    mine: Projects, monkeypatch: pytest.MonkeyPatch, most: int, size: int, left: int
) -> None:
    monkeypatch.setattr(steps, "MOST_STEPS", most)
    monkeypatch.setattr(steps, "MOST_BYTES", size)
    project = mine.create(Document(name="0"))
    for number in range(1, 65):
        mine.save(project.id, number, Document(name=str(number)), {})
    kept = mine.get(project.id).steps
    assert (kept.at, kept.last) == (64, 64)
    assert 1 <= kept.last - kept.first + 1 <= max(left, 1)
    assert mine.step(project.id, kept.first).name == str(kept.first)
    with pytest.raises(LoomError, match="no longer"):
        mine.step(project.id, kept.first - 1)


def test_a_conflict_writes_no_step(mine: Projects) -> None:
    project = mine.create(Document(name="one"))
    mine.save(project.id, 1, Document(name="two"), {})
    with pytest.raises(Conflict):
        mine.save(project.id, 1, Document(name="three"), {}, Steps(1, (Document(name="three"),), 1))
    assert mine.step(project.id, 1).name == "two"
    assert mine.version(project.id) == 2
    mine.delete(project.id)
    assert mine.version(project.id) is None
    with pytest.raises(LoomError):
        mine.step(project.id, 1)
