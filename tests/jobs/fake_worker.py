"""A worker that keeps the contract of the real one in milliseconds. The document's name says how it behaves:

"quick" trains its epochs and finishes; "endless" learns until it is asked to stop or pause; "deaf" does so and never
listens; "frozen" ignores SIGTERM too; "hang" stands still when it was forked and finishes in a fresh process; "crash"
ends with status 3; "abort" dies of SIGABRT; "unlucky" is killed after every epoch but its last; "asleep" stands still
after its second epoch, once; "faint" learns as "endless" does and is killed when it is asked anything. An epoch has one
batch. A name that begins with a word of `mischief` does that first, and leaves what came of it in `found.json`.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Generator
from contextlib import closing, suppress
from pathlib import Path

import mischief

from builder.catalog.live import checked
from builder.errors import RunError
from builder.events import Checkpointed, SettingChanged, StateChanged, Steps
from builder.rundir import Change, Control, EventLog, RunDirectory, RunRecord, State

ENDLESS = ("endless", "deaf", "frozen", "faint")
HEEDLESS = ("deaf", "frozen", "hang")


class Died(Exception):
    """The worker is gone without a word; `status` as of a process (a signal as a negative number)."""

    def __init__(self, status: int):
        super().__init__(status)
        self.status = status


def life(run: RunDirectory, signalled: list[int]) -> Generator[None, None, None]:
    """Work on a run, one epoch at a time, to a state of its own writing; `signalled` fills when it is to pause."""
    record = run.record()
    behaviour = record.name
    mischief.attempt(run.path, behaviour)
    if behaviour in ("crash", "abort"):
        raise Died({"crash": 3, "abort": -int(signal.SIGABRT)}[behaviour])
    with closing(run.event_log()) as log:
        yield from _epochs(run, record, log, signalled)


def _epochs(run: RunDirectory, record: RunRecord, log: EventLog, signalled: list[int]) -> Generator[None, None, None]:
    behaviour = record.name

    def enter(state: State, **changes: object) -> None:
        log.append(StateChanged(state=state, attempt=record.attempt))
        run.update(state=state, **changes)

    def leave(state: State, **changes: object) -> None:
        run.requests.clear()
        enter(state, **changes)

    enter(State.RUNNING, pid=os.getpid(), started=time.time())
    epochs = [event["epoch"] for event in run.events() if event["type"] == "checkpoint"]
    epoch = epochs[-1] if epochs else 0
    stepping = run.requests.step_asked()
    while True:
        for name, value in run.requests.settings():
            with suppress(RunError):
                change = Change(setting=name, value=checked(run.document(), name, value), step=epoch)
                epochs_now = {"epochs": change.value} if name == "epochs" else {}
                run.update(changes=(*run.record().changes, change), **epochs_now)
                log.append(SettingChanged(setting=name, value=change.value, epoch=epoch + 1, step=epoch + 1))
            run.requests.setting_done(name)
        if behaviour not in ENDLESS and epoch >= run.record().epochs:
            return leave(State.FINISHED, ended=time.time(), metrics={"loss": 1 / epoch})
        epoch += 1
        log.append(Steps(epoch=epoch, steps=(epoch,), losses=(1 / epoch,)))
        log.append(Checkpointed(epoch=epoch, path=f"checkpoints/{epoch}.npz"))
        run.update(epoch=epoch)
        asked = any(run.requests.asked(control) for control in Control) or run.requests.step_asked()
        if (behaviour == "unlucky" and epoch < run.record().epochs) or (behaviour == "faint" and asked):
            raise Died(-int(signal.SIGKILL))
        heeds = behaviour not in HEEDLESS
        if signalled or stepping or (heeds and run.requests.asked(Control.PAUSE)):
            return leave(State.PAUSED)
        if heeds and (run.requests.asked(Control.STOP) or run.requests.asked(Control.FINISH)):
            return leave(State.STOPPED, ended=time.time())
        yield


def run(path: Path) -> int:
    """Be the worker in this process."""
    directory = RunDirectory(path)
    behaviour = directory.record().name
    signalled: list[int] = []
    heed = behaviour not in ("frozen", "hang")
    signal.signal(signal.SIGTERM, lambda number, _: signalled.append(number) if heed else None)
    if behaviour == "hang" and "--run" not in sys.argv:
        signal.pause()
        time.sleep(60)
    try:
        for epoch, _ in enumerate(life(directory, signalled), start=1):
            if behaviour == "asleep" and epoch == 2 and directory.record().attempt == 1:
                time.sleep(600)
            time.sleep(0.02)
    except Died as death:
        if death.status < 0:
            signal.signal(signal.SIGABRT, signal.SIG_DFL)
            os.kill(os.getpid(), -death.status)
        return death.status
    return 0
