"""Registries: every module of a folder is read once, and its entries (alone or in a tuple) are listed by kind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Generic, TypeVar

from builder.catalog.spec import (
    Callback,
    Dataset,
    Entry,
    Layer,
    Loss,
    Metric,
    Optimizer,
    ReadyBlock,
    Schedule,
    Template,
)
from builder.errors import DocumentError

E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """The entries of one sort, found by scanning `builder.catalog.<folder>`; to add one is to write one file."""

    def __init__(self, folder: str, entry: type[E]):
        self.folder = folder
        self.entry = entry

    @cached_property
    def _modules(self) -> list[dict[str, Any]]:
        package = importlib.import_module(f"builder.catalog.{self.folder}")
        names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
        return [vars(importlib.import_module(f"{package.__name__}.{name}")) for name in names]

    @cached_property
    def _entries(self) -> dict[str, E]:
        found: dict[str, E] = {}
        for module in self._modules:
            for value in module.values():
                for item in value if isinstance(value, tuple) else (value,):
                    if isinstance(item, self.entry) and found.setdefault(item.kind, item) is not item:
                        raise ValueError(f"{self.folder}: {item.kind} is declared twice")
        return found

    @cached_property
    def _names(self) -> dict[str, str]:
        return {name: entry.kind for entry in self for name in (entry.kind, *entry.aliases)}

    @cached_property
    def absent(self) -> dict[str, str]:
        """What Keras has and is not offered, with the reason in one sentence: the modules' `NOT_OFFERED`."""
        return {kind: reason for module in self._modules for kind, reason in module.get("NOT_OFFERED", {}).items()}

    def __iter__(self) -> Iterator[E]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, kind: str) -> bool:
        return kind in self._names

    def get(self, kind: str) -> E | None:
        """The entry of this kind or alias, or None."""
        return self._entries.get(self._names.get(kind, ""))

    def __getitem__(self, kind: str) -> E:
        """The entry of this kind or alias; `DocumentError` where the catalogue has none."""
        if entry := self.get(kind):
            return entry
        raise DocumentError(
            f'"{kind}" is not among the {self.folder} of the catalogue.',
            code=f"unknown-{self.folder.removesuffix('s')}",
            hint=self.absent.get(kind, "Check the spelling; names are Keras' class names."),
        )


layers = Registry("layers", Layer)
losses = Registry("losses", Loss)
optimizers = Registry("optimizers", Optimizer)
metrics = Registry("metrics", Metric)
callbacks = Registry("callbacks", Callback)
schedules = Registry("schedules", Schedule)
datasets = Registry("datasets", Dataset)
templates = Registry("templates", Template)
blocks = Registry("blocks", ReadyBlock)
