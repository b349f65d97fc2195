"""Watches that no worker takes more of the machine than its settings allow, and says in a sentence why it was ended.

Memory is watched and not limited by the system: what TensorFlow reserves says nothing about what it uses (a limit of
address space under 3 GiB aborts it, and a GPU reserves hundreds of GiB), and a control group is rarely ours to make. A
worker that is over its limit is ended within a beat. Should memory run out faster than that, the system ends a worker
before anything else, because workers are marked for it.

A worker looks at the time by itself and stops in order; only one that does not is asked from here.
"""

from __future__ import annotations

from typing import Protocol

from builder.errors import Problem
from builder.jobs import capacity, process
from builder.settings import Settings

WHOLE = 1.0
"""Seconds between two looks at all that a worker has started; at the worker itself every beat."""


class Watched(Protocol):
    """What is known of a living worker."""

    pid: int | None
    asked: object
    marked: bool


class Guard:
    """Knows the limits of a run on this machine, and holds workers against them."""

    def __init__(self, settings: Settings, grace: float):
        self.memory = capacity.largest_run(settings)
        """Bytes that one run may use; None where nothing is known of this machine."""
        self._tasks = settings.run_tasks
        self._seconds = settings.run_minutes * 60
        self._grace = grace
        """Seconds beyond that for a worker to end by itself."""
        self._whole_at = 0.0

    def begin(self, now: float) -> bool:
        """Begin a look at the workers; True where it is time to look at all that they have started as well."""
        if now < self._whole_at:
            return False
        self._whole_at = now + WHOLE
        return True

    def exceeded(self, worker: Watched, *, whole: bool) -> Problem | None:
        """What this worker has too much of; with `whole`, all that it has started counts."""
        if worker.pid is None:
            return None
        if not worker.marked:
            worker.marked = True
            process.first_to_go(worker.pid)
        used = process.usage(worker.pid, descendants=whole)
        if used is None:
            return None
        if self._tasks and used.tasks > self._tasks:  # First: a great many small processes take memory as well.
            return _too_many_tasks(self._tasks)
        if self.memory and used.memory > self.memory:
            return _too_much_memory(self.memory)
        return None

    def overdue(self, worker: Watched) -> bool:
        """Whether its time has been over for so long that it is not going to notice by itself."""
        if not self._seconds or worker.pid is None or worker.asked is not None:
            return False
        age = process.age(worker.pid)
        return age is not None and age > self._seconds + self._grace


def _too_much_memory(limit: int) -> Problem:
    return Problem(
        code="memory",
        message=f"The run was ended because it used more than {capacity.gigabytes(limit)} of memory, its limit here.",
        where="training.batch_size",
        hint="Use smaller batches or fewer units, or raise the setting run_memory.",
    )


def _too_many_tasks(limit: int) -> Problem:
    return Problem(
        code="tasks",
        message=f"The run was ended because it had more than {limit:,} processes and threads, its limit here.",
        hint="Raise the setting run_tasks if it needs them.",
    )
