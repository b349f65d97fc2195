"""Whether a waiting run may start beside those that are going: slots, GPUs, memory, and its owner's share.

Each run brings what it needs (`RunRecord.memory`, the estimate of its analysis); what that machine has is asked of it
each time. A run that cannot start yet is told why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from builder.catalog.memory import least_of
from builder.jobs.capacity import free_memory, gigabytes
from builder.jobs.queue import Hold, Waiting


@dataclass(frozen=True)
class Going:
    """A run with a worker: what it was estimated to need, and what it uses now (bytes; 0 where it is not known)."""

    owner: str
    memory: int = 0
    used: int = 0
    gpu: str | None = None


@dataclass(frozen=True)
class Room:
    """What there is for runs. `gpus` are their names; where there are some, each run gets one to itself."""

    slots: int
    gpus: tuple[str, ...] = ()
    per_owner: int = 0
    """Runs of one owner that may go at a time; 0 means no limit."""
    free: Callable[[], int | None] = free_memory

    def hold(self, going: Sequence[Going]) -> Callable[[Waiting], Hold | None]:
        """What keeps a run from starting now, beside these runs."""
        left = self._left(going)
        given_back = sum(run.used for run in going)

        def hold(waiting: Waiting) -> Hold | None:
            own = sum(run.owner == waiting.owner for run in going)
            if len(going) >= self.slots:
                return Hold(f"waits for a slot: {_all(self.slots)} in use")
            if self.gpus and self.gpu(going) is None:
                return Hold(f"waits for a GPU: {_all(len(self.gpus))} in use")
            if self.per_owner and own >= self.per_owner:
                return Hold(f"waits for another run of {waiting.owner}: {_runs(own)} at a time, and no more")
            needed = least_of(waiting.memory or 0)
            if left is not None and needed > left:
                why = f"waits for memory: needs {gigabytes(needed)}, {gigabytes(max(0, left))} are free"
                return Hold(why, keeps_place=needed <= left + given_back)
            return None

        return hold

    def gpu(self, going: Sequence[Going]) -> str | None:
        """A GPU that no run uses; None where there is none."""
        used = {run.gpu for run in going}
        return next((gpu for gpu in self.gpus if gpu not in used), None)

    def _left(self, going: Sequence[Going]) -> int | None:
        """Bytes that a new run can have: what is free, without what those going are still to take."""
        free = self.free()
        return None if free is None else free - sum(max(0, run.memory - run.used) for run in going)


def _all(count: int) -> str:
    return "the only one is" if count == 1 else f"all {count} are"


def _runs(count: int) -> str:
    return "1 run trains" if count == 1 else f"{count} runs train"
