"""Which cores each run computes on: a run that is alone has all of them, and gives them back when another starts.

A run has as many threads as there are cores all the time, so what it computes does not change when its share does; the
system keeps the threads to the cores of the share. A backend that loses time that way also changes the number of its
threads (`worker/share.py`).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from builder.jobs import process


def shares(cores: Sequence[int], runs: Sequence[str]) -> dict[str, frozenset[int]]:
    """The cores of each run: equal numbers of them, the first runs have what is left over. Where there are more runs
    than cores, several have the same one."""
    count = len(runs)
    if count >= len(cores):
        return {run: frozenset({cores[place % len(cores)]}) for place, run in enumerate(runs)}
    size, more = divmod(len(cores), count)
    starts = [place * size + min(place, more) for place in range(count + 1)]
    return {run: frozenset(cores[starts[place] : starts[place + 1]]) for place, run in enumerate(runs)}


class Cores:
    """Keeps every worker to the cores of its share; `every` are those of this machine that runs may use."""

    def __init__(self, every: Collection[int]):
        self._every = sorted(every)
        self._given: dict[int, frozenset[int]] = {}

    @classmethod
    def of_this_process(cls) -> Cores:
        return cls(os.sched_getaffinity(0))

    def share(self, workers: Mapping[str, int]) -> None:
        """Give the workers (run and process id), the one that began first in front, their shares. Only what has
        changed costs anything."""
        found = shares(self._every, list(workers)) if workers else {}
        given = {workers[run]: cores for run, cores in found.items()}
        for pid, cores in given.items():
            if self._given.get(pid) != cores:
                process.keep_to(pid, cores)
        self._given = given
