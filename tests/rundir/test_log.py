"""The event log: numbered without a gap, whole lines only, read on from anywhere while it is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_disk import largest_file

from builder.events import EpochEnded, StateChanged, Steps, read
from builder.rundir import EventLog, last_of, read_after


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def _epoch(number: int) -> EpochEnded:
    return EpochEnded(epoch=number, step=number * 10, metrics={"loss": 0.5}, seconds=1.5)


def test_events_are_numbered_and_timed(path: Path) -> None:
    log = EventLog(path)
    first, second = log.append(StateChanged(state="running")), log.append(_epoch(1))
    log.close()
    assert (first.seq, second.seq) == (1, 2)
    assert 0 < first.time <= second.time
    lines, _ = read_after(path)
    assert [read(line) for line in lines] == [first, second]


def test_numbering_goes_on_where_the_file_ends(path: Path) -> None:
    for number in (1, 2, 3):
        log = EventLog(path)
        assert log.append(_epoch(number)).seq == number
        log.close()


@pytest.mark.parametrize("torn", [b'{"seq": 3, "type": "epo', b"{", b"\xff\xfe"])
def test_line_cut_short_by_a_crash_is_cut_off(path: Path, torn: bytes) -> None:
    log = EventLog(path)
    log.append(_epoch(1))
    log.append(_epoch(2))
    log.close()
    with path.open("ab") as file:
        file.write(torn)
    assert len(read_after(path)[0]) == 2
    log = EventLog(path)
    assert log.append(_epoch(3)).seq == 3
    log.close()
    assert [json.loads(line)["seq"] for line in read_after(path)[0]] == [1, 2, 3]


@pytest.mark.parametrize("foreign", [b"hello", b"", b"[1]", b'{"seq": "x", "type": "a"}', b"\xff", b"[" * 99_999])
def test_whole_lines_that_are_no_events_are_passed_over(path: Path, foreign: bytes) -> None:
    log = EventLog(path)
    log.append(_epoch(1))
    log.close()
    with path.open("ab") as file:
        file.write(foreign + b"\n")
    log = EventLog(path)
    assert log.append(_epoch(2)).seq == 2
    log.close()
    assert [json.loads(line)["seq"] for line in read_after(path)[0]] == [1, 2]


@pytest.mark.parametrize("left", [b"hello", b'{"seq": 9, "type": "epo', b"\n\n", b"one\ntwo"])
def test_what_somebody_else_leaves_meanwhile_costs_no_event(path: Path, left: bytes) -> None:
    log = EventLog(path)
    log.append(_epoch(1))
    with path.open("ab") as file:
        file.write(left)
    log.append(_epoch(2))
    os.truncate(path, path.stat().st_size - 5)
    log.append(_epoch(3))
    log.append(_epoch(4))
    log.close()
    assert [json.loads(line)["seq"] for line in read_after(path)[0]] == [1, 3, 4], "the one that was cut is gone"


def test_the_times_do_not_run_backwards(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog(path)
    first = log.append(_epoch(1))
    log.close()
    monkeypatch.setattr("time.time", lambda: first.time - 86_400)
    log = EventLog(path)
    assert log.append(_epoch(2)).time == first.time
    log.close()


def test_file_of_a_torn_line_only_starts_over(path: Path) -> None:
    path.write_bytes(b'{"seq": 1')
    log = EventLog(path)
    assert log.append(_epoch(1)).seq == 1
    log.close()
    assert len(path.read_bytes().splitlines()) == 1


def test_full_disk_refuses_the_event_whole_and_uses_up_no_number(path: Path) -> None:
    log = EventLog(path)
    log.append(_epoch(1))
    size = path.stat().st_size
    with largest_file(size + 20), pytest.raises(OSError):  # noqa: PT011 - the errno is the system's
        log.append(_epoch(2))
    assert path.stat().st_size == size
    assert log.append(_epoch(3)).seq == 2
    log.close()
    assert [json.loads(line)["epoch"] for line in read_after(path)[0]] == [1, 3]


def test_several_events_are_written_at_once_or_not_at_all(path: Path) -> None:
    log = EventLog(path)
    told = log.extend([_epoch(1), _epoch(2)])
    assert [event.seq for event in told] == [1, 2]
    size = path.stat().st_size
    with largest_file(size + 150), pytest.raises(OSError):  # noqa: PT011 - the errno is the system's
        log.extend([_epoch(3), _epoch(4)])
    assert path.stat().st_size == size
    assert [event.seq for event in log.extend([_epoch(5), _epoch(6)])] == [3, 4]
    assert log.extend([]) == []
    log.close()
    assert [json.loads(line)["epoch"] for line in read_after(path)[0]] == [1, 2, 5, 6]


def test_figures_that_are_not_finite_become_null(path: Path) -> None:
    log = EventLog(path)
    log.append(EpochEnded(epoch=1, step=1, metrics={"loss": float("nan")}, seconds=float("inf")))
    log.close()
    event = json.loads(read_after(path)[0][0])
    assert (event["metrics"], event["seconds"]) == ({"loss": None}, None)


def test_reading_from_a_number_from_an_offset_and_a_few_at_a_time(path: Path) -> None:
    log = EventLog(path)
    for number in range(1, 11):
        log.append(_epoch(number))
    log.close()
    assert [json.loads(line)["seq"] for line in read_after(path, seq=7)[0]] == [8, 9, 10]
    first, offset = read_after(path, limit=4)
    rest, end = read_after(path, offset=offset)
    assert [json.loads(line)["seq"] for line in first + rest] == list(range(1, 11))
    assert end == path.stat().st_size
    assert read_after(path, offset=end) == ([], end)


def test_last_event_of_a_type(path: Path) -> None:
    assert last_of(path, "epoch") is None
    log = EventLog(path)
    for event in (_epoch(1), _epoch(2), StateChanged(state="finished", message='"type":"verdict"')):
        log.append(event)
    log.close()
    with path.open("ab") as file:
        file.write(b'{"seq":4,"time":1.0,"type":"epoch","ep')
    line = last_of(path, "epoch")
    assert line is not None
    assert read(line) == read(read_after(path)[0][1])
    assert last_of(path, "layers") is None


def test_no_file_is_no_events(path: Path) -> None:
    assert read_after(path) == ([], 0)


@given(st.binary(max_size=40), st.integers(1, 5))
def test_half_a_line_is_left_for_the_next_time(tail: bytes, whole: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        log = EventLog(path)
        for number in range(whole):
            log.append(_epoch(number))
        log.close()
        size = path.stat().st_size
        with path.open("ab") as file:
            file.write(tail.replace(b"\n", b"").replace(b"\r", b""))
        lines, offset = read_after(path)
        assert (len(lines), offset) == (whole, size)


WRITER = """
import sys
from pathlib import Path
from builder.events import Steps
from builder.rundir import EventLog
log = EventLog(Path(sys.argv[1]))
for step in range(2000):
    log.append(Steps(epoch=1, steps=tuple(range(step % 50)), losses=(0.5,) * (step % 50)))
"""


def test_follower_sees_every_event_once_while_they_are_written(path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)])
    seen: list[int] = []
    offset = 0
    while True:
        ended = writer.poll() is not None
        lines, offset = read_after(path, offset=offset)
        seen += [json.loads(line)["seq"] for line in lines]
        if ended:
            break
    assert writer.returncode == 0
    assert seen == list(range(1, 2001))
    assert isinstance(read(lines[-1] if lines else read_after(path)[0][-1]), Steps)
