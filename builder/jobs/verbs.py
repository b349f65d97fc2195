"""What a run can be told, declared once: engine, HTTP API, command line and buttons all read this table.

A verb is a method of `Engine`, which takes the run's id and then the verb's parameters in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.live import EPOCHS
from builder.catalog.spec import REQUIRED, Param
from builder.catalog.types import OneOf, Text, Type
from builder.errors import RunError
from builder.rundir import ENDED, RunDirectory, RunRecord, State, Stride

STANDS: Mapping[State, str] = {
    State.QUEUED: "is waiting for a slot",
    State.STARTING: "is starting",
    State.RUNNING: "is running",
    State.PAUSED: "is paused",
    State.FINISHED: "has finished",
    State.STOPPED: "was stopped",
    State.FAILED: "has failed",
    State.LOST: "was lost",
}
"""How a run stands, as the rest of a sentence."""


class Anything(Type):
    """A value that the engine checks, since what fits depends on the run."""

    def fits(self, value: Any) -> bool:
        return True

    def expected(self) -> str:
        return "a value"


@dataclass(frozen=True)
class Verb:
    """One thing that a run can be told: in which states it does something, and why not in the others."""

    name: str
    title: str
    """The words on its button."""
    help: str
    """What it does, as the command line and a tooltip say it."""
    asked: str
    """How the run stands once it was told, where it has not come to it yet: "asked to stop"."""
    acts: frozenset[State]
    """States in which it does something."""
    refused: str
    """The end of the sentence in the other states: "there is nothing to pause"."""
    came: Callable[[RunDirectory, RunRecord], bool | None]
    """Whether what it asks for has come, given the record from before; None where it waits for another verb first."""
    rests: frozenset[State] = frozenset()
    """States that are what it asks for already: it does nothing there and refuses nothing."""
    params: tuple[Param, ...] = ()

    def refusal(self, state: State) -> str | None:
        """Why a person cannot do this now, as a sentence, or None."""
        return None if state in self.acts else f"The run {STANDS[state]}; {self.refused}."

    def demand(self, state: State) -> bool:
        """Whether there is something to do; `RunError` where that makes no sense in this state."""
        if state not in self.acts | self.rests:
            raise RunError(str(self.refusal(state)), code="state")
        return state in self.acts

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters in order, checked; `RunError` names what does not fit."""
        known = {param.name for param in self.params}
        if strange := sorted(str(name) for name in given if name not in known):
            raise RunError(
                f'"{self.name}" takes no "{strange[0][:60]}".',
                code="request",
                hint=f"It takes {', '.join(param.name for param in self.params) or 'nothing'}.",
            )
        found = []
        for param in self.params:
            if param.required and param.name not in given:
                raise RunError(f'"{self.name}" needs "{param.name}": {param.help}', code="request")
            value = param.value(given)
            if wrong := param.type.check(value):
                raise RunError(f"{param.title} {wrong}.", code="request", hint=param.help)
            found.append(value)
        return found


def _in(*states: State) -> Callable[[RunDirectory, RunRecord], bool]:
    """Come to one of these states, or to an end."""
    return lambda run, _: run.record().state in ENDED | set(states)


def _stepped(run: RunDirectory, _: RunRecord) -> bool:
    state = run.record().state
    return state in ENDED or (state is State.PAUSED and not run.requests.step_asked())


def _changed(run: RunDirectory, before: RunRecord) -> bool | None:
    """A run that does not train makes the change when it goes on."""
    now = run.record()
    if (now.epochs, now.changes) != (before.epochs, before.changes):
        return True
    return False if now.state in TRAINING else None


TRAINING = frozenset({State.STARTING, State.RUNNING})
GOING = frozenset({State.QUEUED, State.STARTING, State.RUNNING, State.PAUSED})

VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            "pause",
            "Pause",
            "Write a checkpoint and free the slot; resume later",
            "asked to pause",
            acts=GOING - {State.PAUSED},
            rests=frozenset({State.PAUSED}),
            came=_in(State.PAUSED),
            refused="there is nothing to pause",
        ),
        Verb(
            "resume",
            "Resume",
            "Go on from the last checkpoint, or take back a pause that has not come yet",
            "told to go on",
            acts=frozenset({State.PAUSED, State.STOPPED, State.FAILED, State.LOST}),
            rests=frozenset({State.QUEUED, State.STARTING, State.RUNNING}),
            came=_in(State.RUNNING),
            refused="there is nothing left to resume: train more epochs instead",
        ),
        Verb(
            "step",
            "Step",
            "Go on for one batch or one epoch, then pause again",
            "told to take a step",
            acts=frozenset({State.PAUSED}),
            came=_stepped,
            refused="only a paused run goes on step by step",
            params=(
                Param(
                    "stride",
                    OneOf(options=tuple(Stride)),
                    Stride.BATCH.value,
                    "How far to go: batch or epoch.",
                    goes="nowhere",
                ),
            ),
        ),
        Verb(
            "finish",
            "Finish epoch",
            "Train this epoch to its end, validate it, then end and keep the best epoch",
            "asked to end after this epoch",
            acts=TRAINING,
            came=_in(),
            refused="there is no epoch under way",
        ),
        Verb(
            "stop",
            "Stop",
            "End training and keep the best epoch",
            "asked to stop",
            acts=GOING,
            rests=ENDED,
            came=_in(),
            refused="there is nothing to stop",
        ),
        Verb(
            "extend",
            "Train more",
            "Train so many epochs more than planned, or go on for so many where training has ended",
            "told to train more epochs",
            acts=frozenset(State),
            came=_changed,
            refused="it cannot be extended",
            params=(Param("epochs", EPOCHS.type, 10, "Epochs to add.", goes="nowhere"),),
        ),
        Verb(
            "change",
            "Change",
            "Change a setting while it trains: learning_rate, epochs",
            "told to change a setting",
            acts=GOING,
            came=_changed,
            refused="open it in Design to train it anew with other settings",
            params=(
                Param("setting", Text(longest=60), REQUIRED, "Which setting: learning_rate or epochs.", goes="nowhere"),
                Param("value", Anything(), REQUIRED, "Its new value.", goes="nowhere"),
            ),
        ),
    )
}


def verb_of(name: str) -> Verb:
    """The verb of this name; `RunError` where a run knows none."""
    if name not in VERBS:
        raise RunError(
            f'A run cannot be told to "{name[:40]}".', code="missing", hint=f"It understands {', '.join(VERBS)}."
        )
    return VERBS[name]
