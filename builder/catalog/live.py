"""What can be changed of a run while it trains: the number of epochs, and the optimizer's parameters that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.catalog.registry import optimizers
from builder.catalog.spec import Param
from builder.catalog.types import Int
from builder.document import Document
from builder.errors import RunError

EPOCHS = Param("epochs", Int(low=1, high=100_000), 10, "Passes over the training data.", goes="nowhere", live=True)


@dataclass(frozen=True)
class LiveSetting:
    """A setting of a document that may change while it trains; `value` is the document's."""

    param: Param
    value: Any


def live_settings(document: Document) -> dict[str, LiveSetting]:
    """The live settings of a document by their names.

    A parameter counts only where it is a plain number: Keras keeps a number where a running step reads it anew, and
    compiles everything else, a schedule too, into the step.
    """
    choice = document.training.optimizer
    entry = optimizers.get(choice.kind)
    found = [(EPOCHS, document.training.epochs)]
    found += [(param, param.value(choice.params)) for param in (entry.params if entry else ()) if param.live]
    return {
        param.name: LiveSetting(param, value)
        for param, value in found
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def checked(document: Document, name: str, value: Any) -> Any:
    """The value as the setting takes it; `RunError` where there is no such setting or it does not fit."""
    known = live_settings(document)
    if name not in known:
        raise RunError(
            f'"{str(name)[:60]}" cannot be changed while a run trains.',
            code="setting",
            hint=f"These can: {', '.join(known)}. For everything else, open the run in Design and train again.",
        )
    param = known[name].param
    if wrong := param.type.number.check(value):
        raise RunError(f"{param.title} {wrong}; it was {_shown(value)}.", code="setting", hint="Nothing was changed.")
    return param.type.number.cast(value)


def in_force(document: Document, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The live settings as a form needs them, with the values that `changes` have given them."""
    return [
        {
            "name": name,
            "title": setting.param.title,
            "help": setting.param.help,
            "value": changes.get(name, setting.value),
            "whole": isinstance(setting.param.type, Int),
        }
        for name, setting in live_settings(document).items()
    ]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
