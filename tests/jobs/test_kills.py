"""Every process is killed in the middle of a run; `tests/bench/bench_kills.py` kills a hundred at random."""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from bench_kills import House, Witness, calm, document, judge, table
from engine_suite import until

from builder.document import Document
from builder.rundir import RunDirectory


def interrupt(house: House, made: Document, who: str) -> Witness:
    """A run of which somebody was killed after it had told of its first epochs."""
    witness = Witness(house, house.start(made, who))
    until(lambda: epochs(witness.run) > 2, "some epochs")
    until(lambda: house.kill(who, random.Random(5)), f"a {who} to kill")
    return witness


def epochs(run: RunDirectory) -> int:
    return sum(event["type"] == "epoch" for event in run.events())


def test_whatever_is_killed_the_runs_end_as_if_nothing_had_been(tmp_path: Path) -> None:
    house = House(tmp_path / "home", slots=2)
    made = document("spiral_mlp", 250)
    try:
        undisturbed = calm(house, made, "calm")
        witnesses = [interrupt(house, made, who) for who in ("worker", "supervisor", "everything")]
        outcomes = [judge("spiral_mlp", witness, undisturbed) for witness in witnesses]
    finally:
        house.close()
    told = table(outcomes)
    assert all(outcome.sound for outcome in outcomes), told
    assert sum(outcome.run.record().attempt - 1 for outcome in outcomes) > 0, told
