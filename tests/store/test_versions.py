"""Versions stay as they are, belong to their project, and come back after they were deleted; so does the shelf stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.document import Document
from builder.errors import LoomError
from builder.store import Projects, connect


@pytest.fixture
def mine(home: Path) -> Projects:
    return Projects(connect(home / "layerloom.db"))


def test_autosave_never_touches_a_version(mine: Projects) -> None:
    project = mine.create(Document(name="draft"))
    version = mine.versions.save(project.id, " First ", project.document, " a note ")
    for number in range(1, 30):
        mine.save(project.id, number, Document(name=f"later {number}"), {})
    kept = mine.versions.get(version.id)
    assert kept == version
    assert (kept.name, kept.note, kept.document) == ("First", "a note", project.document)
    assert kept.hash == project.document.content_hash()


def test_versions_come_newest_first_and_can_be_renamed(mine: Projects) -> None:
    project = mine.create(Document(name="draft"))
    for name in ("one", "two", "three"):
        mine.versions.save(project.id, name, Document(name=name))
    assert [info.name for info in mine.versions.all(project.id)] == ["three", "two", "one"]
    second = mine.versions.all(project.id)[1]
    mine.versions.rename(second.id, "zwei", "said in German")
    renamed = mine.versions.get(second.id)
    assert (renamed.name, renamed.note, renamed.document.name, renamed.created) == (
        "zwei",
        "said in German",
        "two",
        second.created,
    )


def test_a_deleted_version_comes_back_and_its_link_still_works(mine: Projects) -> None:
    project = mine.create(Document(name="draft"))
    version = mine.versions.save(project.id, "one", project.document)
    mine.versions.delete(version.id)
    assert mine.versions.all(project.id) == []
    assert [info.id for info in mine.versions.deleted(project.id)] == [version.id]
    assert mine.versions.get(version.id) == version
    mine.versions.restore(version.id)
    assert [info.id for info in mine.versions.all(project.id)] == [version.id]


def test_a_version_without_name_or_project_is_refused(mine: Projects) -> None:
    project = mine.create(Document(name="draft"))
    with pytest.raises(LoomError, match="needs a name"):
        mine.versions.save(project.id, "  ", project.document)
    with pytest.raises(LoomError, match="no project"):
        mine.versions.save("nowhere", "name", project.document)
    with pytest.raises(LoomError, match="no version"):
        mine.versions.get("nowhere")


def test_nobody_sees_or_changes_anothers_versions_and_blocks(home: Path) -> None:
    engine = connect(home / "layerloom.db")
    ada, bob = Projects(engine, "ada"), Projects(engine, "bob")
    project = ada.create(Document(name="secret"))
    version = ada.versions.save(project.id, "one", project.document)
    block = ada.shelf.keep("Stem", {"nodes": []})
    with pytest.raises(LoomError, match="no version"):
        bob.versions.get(version.id)
    with pytest.raises(LoomError, match="no project"):
        bob.versions.save(project.id, "mine now", Document())
    bob.versions.rename(version.id, "hacked", "")
    bob.versions.delete(version.id)
    bob.shelf.forget(block.id)
    assert bob.versions.all(project.id) == []
    assert bob.shelf.all() == ()
    assert ada.versions.all(project.id)[0].name == "one"
    assert [kept.title for kept in ada.shelf.all()] == ["Stem"]


def test_the_shelf_keeps_and_forgets(mine: Projects) -> None:
    part = {"nodes": [{"id": "a", "kind": "Dense", "params": {"units": 3}}], "edges": [], "blocks": []}
    first, second = mine.shelf.keep("One", part), mine.shelf.keep("Two", part)
    assert [block.title for block in mine.shelf.all()] == ["Two", "One"]
    assert mine.shelf.all()[1].part == part
    mine.shelf.forget(first.id)
    assert [block.id for block in mine.shelf.all()] == [second.id]
