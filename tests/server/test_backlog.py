"""Reading a log from a number on, in chunks, and thinned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.events import ConfusionMatrix, EpochEnded, Progress, Steps
from builder.rundir import EventLog
from builder.server.backlog import LONG, SNAPSHOTS, extent, last_lines, offset_after, read_chunk, seq_of, thinned


def numbered(path: Path, count: int, padding: int = 0) -> list[bytes]:
    lines = [json.dumps({"seq": n, "pad": "x" * padding}, separators=(",", ":")).encode() for n in range(1, count + 1)]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return lines


@pytest.mark.parametrize("padding", [0, 900])
def test_any_number_is_found_in_small_and_large_logs(tmp_path: Path, padding: int) -> None:
    path = tmp_path / "events.jsonl"
    lines = numbered(path, 3000, padding)
    for seq in (0, 1, 2, 1499, 2998, 2999):
        offset = offset_after(path, seq)
        assert read_chunk(path, offset, 1).startswith(lines[seq] + b"\n")
    assert offset_after(path, 3000) == offset_after(path, 10**14) == path.stat().st_size


def test_numbers_with_gaps_are_found(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(b'{"seq":%d,"pad":"%s"}\n' % (n, b"x" * 3000) for n in range(5, 2000, 5)))
    assert seq_of(read_chunk(path, offset_after(path, 1003), 1)) == 1005


def test_chunks_put_together_are_the_log_and_a_half_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = numbered(path, 500, 30)
    with open(path, "ab") as file:
        file.write(b'{"seq":501,"pa')
    offset, seen = 0, b""
    while chunk := read_chunk(path, offset, 1000):
        assert chunk.endswith(b"\n")
        offset += len(chunk)
        seen += chunk
    assert seen.splitlines() == lines
    assert offset_after(path, 500) == offset


def test_a_line_longer_than_a_chunk_comes_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = numbered(path, 3, 5000)
    assert read_chunk(path, 0, 100) == lines[0] + b"\n"
    assert last_lines(path, 100) == (lines[2] + b"\n", 2 * len(lines[0]) + 2)


def test_the_end_of_a_log_begins_at_a_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    numbered(path, 400, 20)
    content, start = last_lines(path, 500)
    assert path.read_bytes()[start:] == content
    assert 400 <= len(content) <= 500
    json.loads(content.splitlines()[0])


def test_an_empty_log_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.touch()
    assert last_lines(path) == (b"", 0)
    assert read_chunk(path, 0) == b""
    assert offset_after(path, 7) == 0
    assert extent(path) == (0, 0)


@pytest.fixture
def long_run(tmp_path: Path) -> Path:
    """40,000 steps with one spike, 200 epochs with a matrix each, and progress all along."""
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    for epoch in range(1, 201):
        for part in range(10):
            first = (epoch - 1) * 200 + part * 20 + 1
            steps = tuple(range(first, first + 20))
            log.append(
                Steps(
                    epoch=epoch,
                    steps=steps,
                    losses=tuple(99.0 if step == 31_415 else None if step == 777 else 1 / step for step in steps),
                )
            )
            log.append(Progress(epoch=epoch, epochs=200, step=part * 20 + 20, steps=200))
        log.append(EpochEnded(epoch=epoch, step=epoch * 200, metrics={"loss": 1.0}, seconds=1))
        log.append(ConfusionMatrix(epoch=epoch, output="out", matrix=((epoch, 0), (0, epoch))))
    log.close()
    return path


def test_a_long_run_is_thinned_to_what_a_screen_shows(long_run: Path) -> None:
    span = extent(long_run)
    assert span == (40_000, 200)
    offset, events, chunks = 0, [], 0
    while chunk := read_chunk(long_run, offset):
        offset += len(chunk)
        chunks += 1
        events += [json.loads(line) for line in thinned(chunk, *span)]
    points = {
        step: loss
        for event in events
        if event["type"] == "steps"
        for step, loss in zip(event["steps"], event["losses"], strict=True)
    }
    assert 1000 <= len(points) <= 2000 + 4 * chunks
    assert points[31_415] == 99.0
    assert points[777] is None
    assert points[1] == 1.0
    assert 40_000 in points
    assert list(points) == sorted(points)
    assert [event["epoch"] for event in events if event["type"] == "epoch"] == list(range(1, 201))
    matrices = [event["epoch"] for event in events if event["type"] == "confusion"]
    assert 100 <= len(matrices) <= 100 + chunks
    assert matrices[-1] == 200
    assert sum(event["type"] == "progress" for event in events) == chunks
    assert [event["seq"] for event in events] == sorted({event["seq"] for event in events})
    whole = {event["seq"]: event for event in map(json.loads, long_run.read_bytes().splitlines())}
    for event in events:
        if event["type"] != "steps":
            assert event == whole[event["seq"]]


def test_a_resumed_attempt_keeps_its_first_step(tmp_path: Path) -> None:
    lines = [
        b'{"seq":1,"time":0,"type":"steps","epoch":1,"steps":[1,2,3,4,5,6],"losses":[6,5,4,3,2,1]}',
        b'{"seq":2,"time":0,"type":"steps","epoch":1,"steps":[3,4,5,6],"losses":[4.5,3.5,2.5,1.5]}',
    ]
    thin = [json.loads(line) for line in thinned(b"\n".join(lines), 100_000, 0)]
    assert thin[0]["steps"] == [1, 6]
    assert thin[1]["steps"] == [3, 6]
    assert thin[1]["losses"] == [4.5, 1.5]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=200), st.integers(1, 5000))
def test_thinning_keeps_the_extremes_the_gaps_and_the_ends(losses: list[float | None], last_step: int) -> None:
    event = {"seq": 1, "time": 0, "type": "steps", "epoch": 1}
    line = json.dumps({**event, "steps": [*range(1, len(losses) + 1)], "losses": losses}, separators=(",", ":"))
    (thin,) = (json.loads(found) for found in thinned(line.encode(), last_step, 0))
    assert thin["steps"][0] == 1
    assert thin["steps"][-1] == len(losses)
    assert {step: losses[step - 1] for step in thin["steps"]} == dict(zip(thin["steps"], thin["losses"], strict=True))
    finite = [loss for loss in losses if loss is not None]
    kept = [loss for loss in thin["losses"] if loss is not None]
    assert (None in thin["losses"]) == (None in losses)
    if finite:
        assert (min(kept), max(kept)) == (min(finite), max(finite))


def test_of_a_long_log_a_share_of_the_snapshots_of_each_output_stays_and_the_last() -> None:
    lines = [
        b'{"seq":%d,"time":0,"type":"samples","epoch":%d,"output":"%s","indices":[]}' % (2 * epoch + i, epoch, output)
        for epoch in range(1, 101)
        for i, output in enumerate((b"a", b"b"))
    ]
    chunk = b"\n".join(lines) + b"\n"
    assert thinned(chunk, 0, 0, LONG) == lines
    size = 2 * LONG
    few = [json.loads(line) for line in thinned(chunk, 0, 0, size)]
    most = max(1, round(SNAPSHOTS * len(chunk) / size))
    for output in ("a", "b"):
        epochs = [event["epoch"] for event in few if event["output"] == output]
        assert epochs[-1] == 100
        assert len(epochs) <= most
    assert [event["seq"] for event in few] == sorted(event["seq"] for event in few)
