"""Several pieces of work that go on by turns in one process, so that whatever slows the machine slows all of them.

Import this before anything that asks `time.monotonic`, which stands still for the work whose turn it is not: what is
throttled by time is then done as often as if the work went on alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

_now = time.monotonic
_own = threading.local()


def _monotonic() -> float:
    return _now() - getattr(_own, "away", 0.0)


time.monotonic = _monotonic

Handover = Callable[[], None]
Work = Callable[[Handover], None]


def take_turns(works: Sequence[Work]) -> None:
    """Do all of them, each in a thread of its own and one at a time; the handover that each is given lets the next go
    on, and returns when the turn has come round again."""
    turns = [threading.Semaphore(0) for _ in works]
    left = list(range(len(works)))
    failures: list[BaseException] = []

    def follower(place: int) -> int | None:
        return next((other for other in [*left, *left] if other > place), left[0] if left else None)

    def handover(place: int) -> None:
        since = _now()
        after = follower(place)
        if after is not None and after != place:
            turns[after].release()
            turns[place].acquire()
        _own.away += _now() - since

    def go(place: int) -> None:
        turns[place].acquire()
        _own.away = 0.0
        try:
            works[place](lambda: handover(place))
        except BaseException as error:
            failures.append(error)
        left.remove(place)
        after = follower(place)
        if after is not None:
            turns[after].release()

    threads = [threading.Thread(target=go, args=(place,)) for place in left]
    for thread in threads:
        thread.start()
    turns[0].release()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
