"""A worker that keeps the contract of the real one in milliseconds. The document's name says how it behaves:

"quick" finishes; "endless" learns until it is asked to stop or pause; "deaf" does so and never listens;
"frozen" ignores SIGTERM too; "hang" stands still when it was forked and finishes in a fresh process; "crash"
ends with status 3; "abort" dies of SIGABRT.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from builder.events import Checkpointed, StateChanged, Steps
from builder.rundir import Control, RunDirectory, State

QUICK = 3


def run(path: Path) -> int:
    directory = RunDirectory(path)
    record = directory.record()
    behaviour = record.name
    if behaviour == "crash":
        sys.exit(3)
    if behaviour == "abort":
        os.abort()
    signalled: list[int] = []
    heed = behaviour not in ("frozen", "hang")
    signal.signal(signal.SIGTERM, lambda number, _: signalled.append(number) if heed else None)
    log = directory.event_log()

    def enter(state: State, **changes: object) -> int:
        log.append(StateChanged(state=state, attempt=record.attempt))
        directory.update(state=state, **changes)
        return 0

    if behaviour == "hang" and "--run" not in sys.argv:
        signal.pause()
        time.sleep(60)
    enter(State.RUNNING, pid=os.getpid(), started=time.time())
    epochs = [event["epoch"] for event in directory.events() if event["type"] == "checkpoint"]
    epoch = epochs[-1] if epochs else 0
    while behaviour in ("endless", "deaf", "frozen") or epoch < QUICK:
        epoch += 1
        log.append(Steps(epoch=epoch, steps=(epoch,), losses=(1 / epoch,)))
        log.append(Checkpointed(epoch=epoch, path=f"checkpoints/{epoch}.keras"))
        directory.update(epoch=epoch)
        if signalled or (behaviour != "deaf" and heed and directory.requests.asked(Control.PAUSE)):
            return enter(State.PAUSED)
        if behaviour != "deaf" and heed and directory.requests.asked(Control.STOP):
            return enter(State.STOPPED, ended=time.time())
        time.sleep(0.02)
    return enter(State.FINISHED, ended=time.time(), metrics={"loss": 1 / epoch})
