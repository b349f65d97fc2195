"""Types of parameters: each says whether a JSON value fits. Forms, validation, help and code export derive from them.

`check` returns None where the value fits, else the rest of a sentence: "must be a whole number from 1 to 4096".
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 2**31 - 1
"""Largest size of an axis: backends count places in 32 bits."""


@dataclass(frozen=True)
class Type:
    """Base of all parameter types; `none` says whether null (Python's None) is a value too."""

    none: bool = False

    def check(self, value: Any) -> str | None:
        if value is None:
            return None if self.none else f"must be {self.expected()}, not empty"
        return None if self.fits(value) else f"must be {self.expected()}"

    def fits(self, value: Any) -> bool:
        raise NotImplementedError

    def expected(self) -> str:
        """What fits, as words: "a whole number from 1 to 4,096"."""
        raise NotImplementedError

    @property
    def number(self) -> Type:
        """The type of its plain numbers, where it takes others besides."""
        return self

    def usual(self, value: Any) -> Any:
        """A value in the form that forms and rules know: the usual name for an alias; any other value as it is."""
        return value

    def cast(self, value: Any) -> Any:
        """A fitting value as Keras wants it: JSON knows neither tuples nor a 1.0 that stays one."""
        return value


@dataclass(frozen=True)
class Bool(Type):
    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)

    def expected(self) -> str:
        return "on or off"


@dataclass(frozen=True)
class Int(Type):
    """A whole number from `low` to `high`, both included."""

    low: int | None = None
    high: int | None = None

    def fits(self, value: Any) -> bool:
        return (
            isinstance(value, int)
            and not isinstance(value, bool)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
        )

    def expected(self) -> str:
        return "a whole number" + _range(self.low, self.high)


@dataclass(frozen=True)
class Float(Type):
    """A finite number from `low` to `high`; `above` and `below` leave the end out. `step` is the form's step."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    step: float | None = None

    def fits(self, value: Any) -> bool:
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and abs(value) <= sys.float_info.max
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def cast(self, value: Any) -> Any:
        return float(value) if isinstance(value, int) else value

    def expected(self) -> str:
        words = "a number" + _range(self.low, self.high)
        if self.above is not None:
            words += f" above {self.above:g}"
        if self.below is not None:
            words += f"{' and' if self.above is not None or self.low is not None else ''} below {self.below:g}"
        return words


@dataclass(frozen=True)
class Text(Type):
    """A short line of text."""

    longest: int = 200

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and len(value) <= self.longest

    def expected(self) -> str:
        return f"a text of at most {self.longest} characters"


@dataclass(frozen=True)
class OneOf(Type):
    """One of a few names (padding, activation); `aliases` are other names that Keras takes, each with the usual one."""

    options: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and self.usual(value) in self.options

    def expected(self) -> str:
        return "one of " + ", ".join(self.options)

    def usual(self, value: Any) -> Any:
        return dict(self.aliases).get(value, value) if isinstance(value, str) else value

    def cast(self, value: Any) -> Any:
        return self.usual(value)


@dataclass(frozen=True)
class Ints(Type):
    """`size` whole numbers (a kernel of height and width); a single number stands for all of them where `single`.

    `size` None means one or more, as in a shape; `unknown` allows null inside (a dimension of any length).
    """

    size: int | None = None
    low: int | None = None
    high: int | None = None
    single: bool = True
    unknown: bool = False
    empty: bool = False

    def fits(self, value: Any) -> bool:
        one = Int(low=self.low, high=self.high)
        if not isinstance(value, list | tuple):
            return self.single and one.fits(value)
        right_size = len(value) == self.size if self.size else (len(value) > 0 or self.empty)
        return right_size and all(one.fits(item) or (item is None and self.unknown) for item in value)

    def cast(self, value: Any) -> Any:
        return tuple(value) if isinstance(value, list | tuple) else value

    def expected(self) -> str:
        count = f"{self.size}" if self.size else "one or more"
        single = "one or " if self.single and self.size != 1 and self.size else ""
        return f"{single}{count} whole numbers{_range(self.low, self.high)}"


@dataclass(frozen=True)
class Floats(Type):
    """Numbers: `size` of them (None: one or more), a single number for all of them where `single`.

    `listed` where Keras wants a list: to its metrics a tuple is one value.
    """

    size: int | None = None
    low: float | None = None
    high: float | None = None
    single: bool = True
    listed: bool = False

    def fits(self, value: Any) -> bool:
        one = Float(low=self.low, high=self.high)
        if not isinstance(value, list | tuple):
            return self.single and one.fits(value)
        return (len(value) == self.size if self.size else len(value) > 0) and all(one.fits(item) for item in value)

    def cast(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return (list if self.listed else tuple)(map(float, value))
        return value if value is None else float(value)

    def expected(self) -> str:
        count = f"{self.size}" if self.size else "one or more"
        return f"{'one or ' if self.single and self.size else ''}{count} numbers{_range(self.low, self.high)}"


@dataclass(frozen=True)
class Margins(Type):
    """Rows and columns at the edges of an image: one number, [height, width], or [[top, bottom], [left, right]]."""

    high: int = 10_000

    def fits(self, value: Any) -> bool:
        one = Int(low=0, high=self.high)
        if not isinstance(value, list | tuple):
            return one.fits(value)
        pair = Ints(size=2, low=0, high=self.high, single=False)
        return pair.fits(value) or (len(value) == 2 and all(pair.fits(item) for item in value))

    def cast(self, value: Any) -> Any:
        return tuple(map(self.cast, value)) if isinstance(value, list | tuple) else value

    def expected(self) -> str:
        return f"one number, height and width, or both sides of each, all from 0 to {self.high:,}"


@dataclass(frozen=True)
class EntryOf(Type):
    """An entry of the catalogue as a value, with parameters of its own: {"kind": "L2", "params": {"l2": 0.001}}.

    `sort` is its registry ("layers", "regularizers") and `kinds` those that fit; `aliases` are other names of these,
    each with its kind. Where `bare`, a name alone stands for the entry as Keras makes it: "l2". Where `plain` is a
    type, a value of that fits as well, as a learning rate is a number or a schedule.
    """

    sort: str = ""
    kinds: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    plain: Type | None = None

    def kind_of(self, value: Any) -> str | None:
        """The kind that a value names; None for a plain value, and for what names none of these."""
        if isinstance(value, Mapping):
            value = value.get("kind")
        elif not self.bare:
            return None
        if not isinstance(value, str):
            return None
        return value if value in self.kinds else dict(self.aliases).get(value)

    def name(self, kind: str) -> str:
        """What a kind is called alone: Keras' first name for it, "he_normal" of HeNormal."""
        return next((alias for alias, named in self.aliases if named == kind), kind) if self.bare else kind

    @property
    def options(self) -> tuple[str, ...]:
        """What the kinds are called where one is chosen."""
        return tuple(map(self.name, self.kinds))

    @property
    def number(self) -> Type:
        return self.plain or self

    def fits(self, value: Any) -> bool:
        if self.kind_of(value) is not None:
            return True
        return self.plain is not None and self.plain.fits(value)

    def expected(self) -> str:
        word = self.sort.removesuffix("s")
        article = "an" if word[0] in "aeiou" else "a"
        if self.plain:
            return f"{self.plain.expected()}, or {article} {word}"
        parameters = ", or one of them with its parameters" if self.bare else ""
        return f"{'one of' if self.bare else f'{article} {word}:'} {', '.join(self.options)}{parameters}"

    def usual(self, value: Any) -> Any:
        kind = self.kind_of(value)
        if kind is None:
            return self.plain.usual(value) if self.plain else value
        params = value.get("params") if isinstance(value, Mapping) else None
        return {"kind": kind, "params": params or {}} if params or not self.bare else self.name(kind)

    def cast(self, value: Any) -> Any:
        return self.plain.cast(value) if self.plain else self.usual(value)


def _range(low: float | None, high: float | None) -> str:
    high = None if high == LARGEST else high
    if low is not None and high is not None:
        return f" from {low:,} to {high:,}"
    if low is not None:
        return f" from {low:,} up"
    if high is not None:
        return f" up to {high:,}"
    return ""
