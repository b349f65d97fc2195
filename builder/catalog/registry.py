"""Registries: every module of a folder is read once, and its entries (alone or in a tuple) are listed by kind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from builder.catalog.spec import (
    Callback,
    Constraint,
    Dataset,
    Entry,
    Initializer,
    Layer,
    Loss,
    Metric,
    Optimizer,
    ReadyBlock,
    Regularizer,
    Schedule,
    Template,
)
from builder.catalog.types import EntryOf, Type
from builder.errors import DocumentError

E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """The entries of one sort, found by scanning `builder.catalog.<folder>`; to add one is to write one file.

    `namespace` is the module of Keras that has them, below `keras`; `caseless` where Keras minds no capitals.
    """

    def __init__(self, folder: str, entry: type[E], namespace: str | None = None, *, caseless: bool = False):
        self.folder = folder
        self.entry = entry
        self.namespace = namespace or folder
        self.caseless = caseless

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
        return self.get(kind) is not None

    def get(self, kind: str) -> E | None:
        """The entry of this kind or alias, or None."""
        named = self._names.get(kind) or (self._names.get(kind.lower()) if self.caseless else None)
        return self._entries.get(named or "")

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
optimizers = Registry("optimizers", Optimizer, caseless=True)
metrics = Registry("metrics", Metric)
callbacks = Registry("callbacks", Callback)
schedules = Registry("schedules", Schedule, "optimizers.schedules")
initializers = Registry("initializers", Initializer)
regularizers = Registry("regularizers", Regularizer)
constraints = Registry("constraints", Constraint)
datasets = Registry("datasets", Dataset)
templates = Registry("templates", Template)
blocks = Registry("blocks", ReadyBlock)

NESTED: dict[str, Registry[Any]] = {
    registry.folder: registry for registry in (layers, schedules, initializers, regularizers, constraints)
}
"""The registries whose entries may be the value of a parameter (`types.EntryOf`)."""


@dataclass(frozen=True)
class Chosen:
    """An entry that is the value of a parameter, with its own parameters as they are given."""

    entry: Entry
    params: Mapping[str, Any]
    registry: Registry[Any]


def chosen(kind: Type, value: Any) -> Chosen | None:
    """What a parameter of this type names, be it by a bare name ("l2") or with parameters; None for anything else.

    `chosen(param.type, param.value(params))` is what is in force: the initializer of a layer's kernel, say.
    """
    if not isinstance(kind, EntryOf) or (named := kind.kind_of(value)) is None:
        return None
    params = value.get("params") if isinstance(value, Mapping) else None
    registry = NESTED[kind.sort]
    return Chosen(registry[named], params if isinstance(params, Mapping) else {}, registry)


def chosen_in(entry: Entry, params: Mapping[str, Any]) -> Iterator[Chosen]:
    """All entries that the parameters of one name."""
    return (found for param in entry.params if (found := chosen(param.type, param.value(params))))


def entry_of(registry: Registry[Any], **how: Any) -> EntryOf:
    """The type of a parameter whose value is any entry of a registry; `how` are the other fields of `EntryOf`."""
    return EntryOf(
        sort=registry.folder,
        kinds=tuple(entry.kind for entry in registry),
        aliases=tuple((alias, entry.kind) for entry in registry for alias in entry.aliases),
        **how,
    )
