"""Files are the old ones or the new ones, whatever happens in the middle."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_disk import largest_file

from builder.rundir import write_atomic

HALF = """
import sys
from pathlib import Path
from builder.rundir import write_atomic

def half(path):
    with open(path, "wb") as file:
        file.write(b"n" * 1000)
        file.flush()
        print("half", flush=True)
        sys.stdin.read()
        file.write(b"n" * 1000)

write_atomic(Path(sys.argv[1]), half)
"""


def test_text_bytes_and_functions_are_written(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    write_atomic(file, "grün")
    assert file.read_text(encoding="utf-8") == "grün"
    write_atomic(file, b"\x00\x01")
    assert file.read_bytes() == b"\x00\x01"
    suffixes = []
    write_atomic(file, lambda path: (suffixes.append(path.suffix), path.write_text("made"))[0])
    assert file.read_text() == "made"
    assert suffixes == [".keras"]
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    writer = subprocess.Popen(
        [sys.executable, "-c", HALF, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout.readline() == "half\n"
    writer.kill()
    writer.communicate()
    assert file.read_text() == "old"


def test_writer_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    def fail(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_atomic(file, fail)
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    with largest_file(1000), pytest.raises(OSError) as caught:  # noqa: PT011 - which one is seen below
        write_atomic(file, b"n" * 2000)
    assert caught.value.errno in (errno.EFBIG, errno.ENOSPC)
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_reader_that_has_the_old_file_open_goes_on_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    with file.open() as reading:
        write_atomic(file, "new")
        assert reading.read() == "old"
    assert file.read_text() == "new"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "nowhere" / "file", "new")
