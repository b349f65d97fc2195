"""A fair queue: the owner with the fewest runs going comes next, then the one who waited longest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Waiting:
    """A run in the queue; `created` (Unix seconds) orders the runs of one owner."""

    created: float
    run_id: str
    owner: str


class FairQueue:
    """Waiting runs. A run is in it once, however often it is added."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._turns: dict[str, int] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, waiting: Waiting) -> None:
        self._waiting.setdefault(waiting.run_id, waiting)

    def remove(self, run_id: str) -> None:
        self._waiting.pop(run_id, None)

    def take(self, running: Iterable[str]) -> Waiting | None:
        """Remove and return the run that comes next; `running` has the owner of every run going now."""
        if not self._waiting:
            return None
        chosen = _next(self._waiting.values(), Counter(running), self._turns)
        self._turns[chosen.owner] = max(self._turns.values(), default=0) + 1
        return self._waiting.pop(chosen.run_id)

    def order(self, running: Iterable[str]) -> tuple[str, ...]:
        """The ids in the order in which they would start if no run ended meanwhile."""
        waiting, going, turns = dict(self._waiting), Counter(running), dict(self._turns)
        ids = []
        while waiting:
            chosen = _next(waiting.values(), going, turns)
            del waiting[chosen.run_id]
            going[chosen.owner] += 1
            turns[chosen.owner] = max(turns.values(), default=0) + 1
            ids.append(chosen.run_id)
        return tuple(ids)


def _next(waiting: Iterable[Waiting], going: Counter[str], turns: dict[str, int]) -> Waiting:
    return min(waiting, key=lambda item: (going[item.owner], turns.get(item.owner, 0), item))
