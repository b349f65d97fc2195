"""A few kills of the real processes at random moments; `tests/bench/bench_kills.py` does it a hundred times."""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from bench_kills import House, disturb, document, table


def test_whatever_is_killed_the_runs_end_as_if_nothing_had_been(tmp_path: Path) -> None:
    house = House(tmp_path / "home", slots=2)
    documents = {"spiral_mlp": document("spiral_mlp", 60), "wine_branches": document("wine_branches", 120)}
    try:
        outcomes, killed = disturb(house, documents, 6, random.Random(5), between=(0.2, 1.5), say=lambda text: None)
    finally:
        house.close()
    assert sum(killed.values()) == 6
    assert all(outcome.sound for outcome in outcomes), table(outcomes, killed)
    assert sum(outcome.run.record().attempt - 1 for outcome in outcomes) > 0, "nothing was interrupted"
