"""What became of a run on its way, for its script to do and to say: settings that were changed, an end before the end.

That a run was paused, killed or resumed is left out: it changes nothing of what was trained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.catalog.live import EPOCHS, live_settings
from builder.codegen.expression import Expression, call, literal, statement
from builder.codegen.text import Block
from builder.document import Choice, Document
from builder.rundir import ENDED, RunDirectory, RunRecord, State

CLASS = "Changes"
"""The name of the callback that makes the changes."""

Values = dict[str, dict[int, float | int]]


@dataclass(frozen=True)
class Course:
    """`document` is what is trained in the end; `notes` say how that differs from what the run began with.

    `changes`: for each setting of the optimizer, the value after so many steps, counted over the whole run.
    """

    document: Document
    notes: tuple[str, ...] = ()
    changes: tuple[tuple[str, tuple[tuple[int, float | int], ...]], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Names that the script needs for it."""
        return frozenset({CLASS} if self.changes else ())

    def callback(self) -> Iterator[Block]:
        """The class of the callback that makes the changes; nothing where there are none."""
        if not self.changes:
            return
        lines = [
            f"class {CLASS}(keras.callbacks.Callback):",
            '    """Changes the optimizer after as many steps as in the run."""',
            "",
        ]
        for name, values in self.changes:
            lines.append(statement(f"{name} = ", literal(dict(values)), indent=4))
        lines += ["", "    def on_train_begin(self, logs=None):", "        self.steps = 0", ""]
        lines.append("    def on_train_batch_begin(self, batch, logs=None):")
        for name, _ in self.changes:
            lines.append(f"        if self.steps in self.{name}:")
            lines.append(f"            self.model.optimizer.{name} = self.{name}[self.steps]")
        lines.append("        self.steps += 1")
        yield Block("\n".join(lines))

    def callbacks(self) -> tuple[Expression, ...]:
        """The callback as an argument of `fit`."""
        return (call(CLASS),) if self.changes else ()


def course(run: RunDirectory) -> Course:
    """What became of the run so far."""
    record, document = run.record(), run.document()
    if not record.changes and record.epochs == document.training.epochs and record.state not in ENDED:
        return Course(document)
    events = run.events() if record.changes else []
    settings = live_settings(document)
    first, later = _values(record)
    notes = [
        f"{settings[change.setting].param.title}: {change.value:g} {_when(change.step, change.setting, events)}."
        for change in record.changes
        if change.setting in settings and change.setting != EPOCHS.name
    ]
    if record.epochs != document.training.epochs:
        notes.append(f"Epochs: {record.epochs} instead of {document.training.epochs}.")
    if again := _went_on(document, events):
        notes.append(
            f"A callback ended the run after epoch {again}, and it was trained on from there; here it ends there."
        )
    epochs, end = _end(record)
    notes += [end] if end else []
    optimizer = document.training.optimizer
    optimizer = Choice(kind=optimizer.kind, params={**optimizer.params, **first})
    training = document.training.model_copy(update={"epochs": epochs, "optimizer": optimizer})
    changes = tuple((name, tuple(sorted(values.items()))) for name, values in later.items())
    return Course(document.model_copy(update={"training": training}), tuple(notes), changes)


def _values(record: RunRecord) -> tuple[dict[str, Any], Values]:
    """Settings of the optimizer that were changed before the first step, and those of later steps."""
    first: dict[str, Any] = {}
    later: Values = {}
    for change in record.changes:
        if change.setting == EPOCHS.name:
            continue
        if change.step == 0:
            first[change.setting] = change.value
        else:
            later.setdefault(change.setting, {})[change.step] = change.value
    return first, later


def _when(step: int, setting: str, events: list[dict[str, Any]]) -> str:
    """When a change counted, with the epoch as the run told it."""
    if step == 0:
        return "from the first step on"
    told = (event for event in events if event["type"] == "setting" and event["setting"] == setting)
    epoch = next((event["epoch"] for event in told if event["step"] == step + 1), None)
    return f"after step {step:,}" + (f", in epoch {epoch}" if epoch else "")


def _end(record: RunRecord) -> tuple[int, str | None]:
    """How many epochs are trained, and a sentence where the run ended before it had trained all that were planned."""
    done, planned = record.epoch, record.epochs
    if record.state not in ENDED or record.state is State.FINISHED or done >= planned:
        return planned, None
    what = "was stopped" if record.state is State.STOPPED else "broke off"
    why = f" {record.problem.message}" if record.problem else ""
    if done == 0:
        return planned, f"The run {what} before its first epoch had ended; here {planned} are trained.{why}"
    return done, f"The run {what} after {done} of {planned} epochs; here as many are trained.{why}"


def _went_on(document: Document, events: list[dict[str, Any]]) -> int | None:
    """The last epoch that a callback had the run end after, where it was trained on from there later; else None."""
    planned, ended = document.training.epochs, None
    found = None
    for event in events:
        match event:
            case {"type": "setting", "setting": EPOCHS.name, "value": value}:
                planned = value
            case {"type": "finished", "epochs": epochs}:
                ended = epochs if epochs < planned else None
            case {"type": "state", "state": State.STOPPED}:
                ended = None
            case {"type": "epoch", "epoch": epoch} if ended and epoch > ended:
                found, ended = ended, None
    return found
