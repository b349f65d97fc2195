"""A fair queue: the owner with the fewest runs going comes next, then the one who waited longest.

A run that does not fit beside those going lets others by, but not for ever: after `PASSES` of them it keeps its place,
and what is given back by runs that end is collected for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

PASSES = 3
"""Runs that may start in front of one that does not fit yet."""


@dataclass(frozen=True, order=True)
class Waiting:
    """A run in the queue; `created` (Unix seconds) orders the runs of one owner, `memory` is what it needs (bytes)."""

    created: float
    run_id: str
    owner: str
    memory: int | None = None


@dataclass(frozen=True)
class Hold:
    """Why a run cannot start now ("waits for memory: ..."); with `keeps_place`, runs that end will make it possible."""

    why: str
    keeps_place: bool = False


Held = Callable[[Waiting], Hold | None]


def _free(waiting: Waiting) -> Hold | None:
    return None


class FairQueue:
    """Waiting runs. A run is in it once, however often it is added."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._turns: dict[str, int] = {}
        self._passed: Counter[str] = Counter()

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, waiting: Waiting) -> None:
        self._waiting.setdefault(waiting.run_id, waiting)

    def remove(self, run_id: str) -> None:
        self._waiting.pop(run_id, None)
        del self._passed[run_id]

    def take(self, running: Iterable[str], held: Held = _free) -> Waiting | None:
        """Remove and return the run that starts now; `running` has the owner of every run going now.

        None where none can: `held` says so of each.
        """
        going, passed = Counter(running), []
        for chosen in _in_order(self._waiting.values(), going, self._turns):
            hold = held(chosen)
            if hold is None:
                self._passed.update(passed)
                self._turns[chosen.owner] = max(self._turns.values(), default=0) + 1
                self.remove(chosen.run_id)
                return chosen
            if hold.keeps_place:
                if self._passed[chosen.run_id] >= PASSES:
                    return None
                passed.append(chosen.run_id)
        return None

    def order(self, running: Iterable[str]) -> tuple[str, ...]:
        """The ids in the order in which they would start if no run ended meanwhile and all fitted."""
        waiting, going, turns = dict(self._waiting), Counter(running), dict(self._turns)
        ids = []
        while waiting:
            chosen = _next(waiting.values(), going, turns)
            del waiting[chosen.run_id]
            going[chosen.owner] += 1
            turns[chosen.owner] = max(turns.values(), default=0) + 1
            ids.append(chosen.run_id)
        return tuple(ids)

    def reasons(self, running: Iterable[str], held: Held) -> dict[str, str]:
        """Why each run waits, by its id; one that is about to start is not among them."""
        found: dict[str, str] = {}
        first: str | None = None
        for chosen in _in_order(self._waiting.values(), Counter(running), self._turns):
            hold = held(chosen)
            if hold:
                found[chosen.run_id] = hold.why
                if first is None and hold.keeps_place and self._passed[chosen.run_id] >= PASSES:
                    first = chosen.run_id
            elif first:
                found[chosen.run_id] = f"waits behind {first}, which has let others by"
        return found


def _in_order(waiting: Iterable[Waiting], going: Counter[str], turns: dict[str, int]) -> list[Waiting]:
    """The runs in the order in which each may start now."""
    return sorted(waiting, key=lambda item: _rank(item, going, turns))


def _next(waiting: Iterable[Waiting], going: Counter[str], turns: dict[str, int]) -> Waiting:
    return min(waiting, key=lambda item: _rank(item, going, turns))


def _rank(item: Waiting, going: Counter[str], turns: dict[str, int]) -> tuple[int, int, float, str]:
    return going[item.owner], turns.get(item.owner, 0), item.created, item.run_id
