"""What a rule is: a function from a view of the document to problems, marked by `@rule`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from builder.catalog.rules.view import View
from builder.errors import Problem


@dataclass(frozen=True)
class Rule:
    """A check by its name; it yields nothing where all is well, and must cope with any document there is."""

    name: str
    check: Callable[[View], Iterator[Problem]]

    def __call__(self, view: View) -> Iterator[Problem]:
        return self.check(view)


def rule(check: Callable[[View], Iterator[Problem]]) -> Rule:
    """Make a rule of a function."""
    return Rule(check.__name__, check)


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """The rules of a module, in the order in which they stand there."""
    return tuple(item for item in vars(module).values() if isinstance(item, Rule))
