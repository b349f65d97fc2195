"""Homes that cannot be used as they should: every verb says so in a sentence, and what only reads goes on reading."""

from __future__ import annotations

import importlib
import io
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.cli import main
from builder.document import Document
from builder.rundir import RunDirectory, State

VERBS = [
    ("runs", "list"),
    ("runs", "show", "last"),
    ("runs", "events", "last"),
    ("runs", "delete", "last"),
    ("runs", "restore", "gone"),
    ("runs", "clone", "last"),
    ("runs", "stop", "last"),
    ("train", "iris_mlp"),
    ("export", "last", "--to", "keras", "-o", "-"),
    ("worker",),
]
READING = {"list", "show", "events"}


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


def layerloom(home: Path | str, *words: str) -> Said:
    """The command in this process, in a home of its own."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("LAYERLOOM_HOME", str(home))
        status = main([*words])
    return Said(status, out.getvalue(), err.getvalue())


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Within the block nothing in the folder can be written, by whomever."""
    try:
        subprocess.run(["mount", "--bind", folder, folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not allowed here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def nobody() -> Iterator[None]:
    """Within the block this process is somebody to whom permissions apply, which they do not to root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_in_a_home_that_may_only_be_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = RunDirectory.create(home / "runs", Document(name="Small"))
    run.update(state=State.FINISHED)
    (home / "supervisor.lock").touch()
    with read_only(home):
        for words in VERBS:
            said = layerloom(home, *words)
            if READING & {*words}:
                assert (said.status, said.err) == (0, ""), words
                assert "Small" in said.out or "events" in words
            else:
                assert (said.status, said.out) == (1, ""), words
                assert said.err.startswith("layerloom: ")
                assert said.err.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are those of POSIX")
def test_in_a_home_that_may_not_be_looked_into(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o000)
    for words in VERBS:
        layerloom(tmp_path / "another", "runs", "list")  # What a verb imports is read before.
        importlib.import_module(f"builder.cli.{words[0]}")
        with nobody():
            said = layerloom(home, *words)
        assert (said.status, said.out) == (1, ""), words
        assert said.err.startswith(f"layerloom: The home {home} cannot be used: Permission denied.")


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_home_that_is_a_file(tmp_path: Path, words: tuple[str, ...]) -> None:
    place = tmp_path / "home"
    place.write_text("not a folder")
    said = layerloom(place, *words)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert f"The home {place} cannot be used" in said.err


@pytest.mark.parametrize("place", ["x" * 300, "~nobody_of_that_name/x"], ids=["too long", "nobody's"])
def test_a_home_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    said = layerloom(place, "runs", "list")
    assert (said.status, "cannot be used" in said.err) == (1, True)
