"""The range that numbers lie in before training: intervals, and the words in which layers declare their `interval`.

A layer with weights may give any number, and its activation says which of them come out; other layers map what comes
in. What cannot be said is None, so that no rule draws a conclusion from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`; `whole` where only whole ones come."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    def holds(self, other: Interval) -> bool:
        """Whether the other lies in it."""
        return self.low <= other.low and other.high <= self.high

    def union(self, other: Interval) -> Interval:
        return Interval(min(self.low, other.low), max(self.high, other.high), self.whole and other.whole)

    @property
    def largest(self) -> float:
        """The largest number without its sign."""
        return max(abs(self.low), abs(self.high))

    def words(self) -> str:
        """ "from 0 to 16", "from 0 up", "of any size"."""
        if math.isinf(self.low):
            return "of any size" if math.isinf(self.high) else f"up to {self.high:g}"
        return f"from {self.low:g} up" if math.isinf(self.high) else f"from {self.low:g} to {self.high:g}"


ANY = Interval()
ZERO = Interval(0, 0, whole=True)
SHARES = Interval(0, 1)
POSITIVE = Interval(0, math.inf)


@dataclass(frozen=True)
class View:
    """What a layer is applied to: the interval of each input, None where unknown; its parameters in force."""

    inputs: tuple[Interval | None, ...]
    params: Mapping[str, Any]
    inner: Callable[[View], Interval | None] | None = None
    """The interval of the layer that this one wraps, with its own parameters put in."""


Effect = Callable[[View], Interval | None]
"""From the intervals before a layer to the one behind it."""


def same(view: View) -> Interval | None:
    """The numbers that come in, of all inputs together."""
    return _united(view.inputs)


def fixed(interval: Interval) -> Effect:
    """The same whatever comes in."""
    return lambda view: interval


def anything(view: View) -> Interval | None:
    """Sums with learned weights."""
    return ANY


def averaged(view: View) -> Interval | None:
    """Means of the numbers that come in: within their range, and no longer whole."""
    return _map(_united(view.inputs), lambda x: x)


def activated(view: View) -> Interval | None:
    """Sums with learned weights, put through the parameter `activation`."""
    return through(view.params.get("activation"), ANY)


def activation(view: View) -> Interval | None:
    """What comes in, put through the parameter `activation`."""
    return through(view.params.get("activation"), view.inputs[0] or ANY)


def memory(view: View) -> Interval | None:
    """A memory that starts at 0 and moves towards its activation."""
    return _united((activated(view), ZERO))


def affine(view: View) -> Interval | None:
    """Times `scale`, plus `offset`."""
    scale, offset = view.params["scale"], view.params["offset"]
    whole = float(scale).is_integer() and float(offset).is_integer()
    return _map(view.inputs[0], lambda x: _times(scale, x) + offset, whole=whole)


def standardized(view: View) -> Interval | None:
    """Minus a known mean, divided by the root of a known variance, where both are single numbers."""
    mean, variance = view.params["mean"], view.params["variance"]
    if isinstance(mean, Sequence) or isinstance(variance, Sequence) or not variance:
        return None
    spread = math.sqrt(variance)
    if view.params["invert"]:
        return _map(view.inputs[0], lambda x: mean + x * spread)
    return _map(view.inputs[0], lambda x: (x - mean) / spread)


def rectified(view: View) -> Interval | None:
    """ReLU with a slope below its threshold and a largest output."""
    most, slope, threshold = (view.params[name] for name in ("max_value", "negative_slope", "threshold"))

    def relu(x: float) -> float:
        kept = x if x >= threshold else _times(slope, x - threshold)
        return kept if most is None else min(kept, most)

    found = _map(view.inputs[0] or ANY, relu)
    # At a threshold above 0 the function jumps up from 0.
    return found and found.union(ZERO) if threshold else found


def leaky(view: View) -> Interval | None:
    slope = view.params["negative_slope"]
    return _map(view.inputs[0] or ANY, lambda x: x if x >= 0 else _times(slope, x))


def exponential_floor(view: View) -> Interval | None:
    """ELU: never below minus `alpha`."""
    alpha = view.params["alpha"]
    if alpha < 0:
        return ANY
    return _map(view.inputs[0] or ANY, lambda x: x if x >= 0 else alpha * math.expm1(x))


def bordered(view: View) -> Interval | None:
    """What comes in, and zeros."""
    return _united((*view.inputs, ZERO))


def added(view: View) -> Interval | None:
    return _joined(view, lambda one, other: (one.low + other.low, one.high + other.high))


def subtracted(view: View) -> Interval | None:
    return _joined(view, lambda one, other: (one.low - other.high, one.high - other.low))


def multiplied(view: View) -> Interval | None:
    def ends(one: Interval, other: Interval) -> tuple[float, float]:
        products = [_times(a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
        return min(products), max(products)

    return _joined(view, ends)


def largest(view: View) -> Interval | None:
    return _joined(view, lambda one, other: (max(one.low, other.low), max(one.high, other.high)))


def smallest(view: View) -> Interval | None:
    return _joined(view, lambda one, other: (min(one.low, other.low), min(one.high, other.high)))


def mean_of_inputs(view: View) -> Interval | None:
    total, count = added(view), len(view.inputs)
    return _map(total, lambda x: x / count)


def compared(view: View) -> Interval | None:
    """Products that are added up; cosines where `normalize` is on."""
    return Interval(-1, 1) if view.params["normalize"] else ANY


def attended(view: View) -> Interval | None:
    """Weighted means of the values, which are the second input."""
    return averaged(View(view.inputs[1:2], view.params)) if len(view.inputs) > 1 else None


def bins(view: View) -> Interval | None:
    """The number of a bin, or a row with marks."""
    if view.params["output_mode"] == "int":
        return Interval(0, len(_list(view.params["bin_boundaries"])), whole=True)
    return marks(view)


def marks(view: View) -> Interval | None:
    """Zeros and ones, or counts of them."""
    counts = view.params["output_mode"] == "count"
    return Interval(0, math.inf if counts else 1, whole=True)


def wrapped(view: View) -> Interval | None:
    """What the wrapped layer gives."""
    return view.inner(view) if view.inner else None


def both_ways(view: View) -> Interval | None:
    """What the wrapped layer gives, joined with what its twin gives."""
    found = wrapped(view)
    join = {"sum": added, "mul": multiplied}.get(view.params["merge_mode"])
    return join(View((found, found), view.params)) if join else found


REACH: Mapping[str, tuple[float, float]] = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "sparse_sigmoid": (0, 1),
    "softmax": (0, 1),
    "sparsemax": (0, 1),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "softsign": (-1, 1),
    "relu6": (0, 6),
    "relu": (0, math.inf),
    "softplus": (0, math.inf),
    "exponential": (0, math.inf),
    "sparse_plus": (0, math.inf),
    "squareplus": (0, math.inf),
    "log_sigmoid": (-math.inf, 0),
    "log_softmax": (-math.inf, 0),
    "elu": (-1, math.inf),
    "celu": (-1, math.inf),
    "selu": (-1.7581, math.inf),
    "gelu": (-0.17, math.inf),
    "silu": (-0.27847, math.inf),
    "mish": (-0.30884, math.inf),
    "swish": (-0.27847, math.inf),
    "hard_silu": (-0.375, math.inf),
    "hard_swish": (-0.375, math.inf),
    **dict.fromkeys(("linear", "leaky_relu", "hard_shrink", "soft_shrink", "tanh_shrink"), (-math.inf, math.inf)),
}
"""The range that an activation's outputs lie in."""

CLIPS = {"relu": (0, math.inf), "relu6": (0, 6), "linear": (-math.inf, math.inf)}
"""Activations that leave numbers in this range as they are, and bring all others to its nearer end."""


def through(name: Any, before: Interval) -> Interval | None:
    """What an activation makes of numbers; None is no activation. Unknown where the name is."""
    name = "linear" if name is None else name
    if not isinstance(name, str) or name not in REACH:
        return None
    if name in CLIPS:
        low, high = CLIPS[name]
        return _map(before, lambda x: min(max(x, low), high), whole=True)
    return Interval(*REACH[name])


def _map(interval: Interval | None, function: Callable[[float], float], *, whole: bool = False) -> Interval | None:
    """The image under a function that only rises or only falls; `whole` where it keeps whole numbers whole."""
    if interval is None:
        return None
    ends = function(interval.low), function(interval.high)
    return Interval(min(ends), max(ends), whole and interval.whole)


def _united(intervals: Sequence[Interval | None]) -> Interval | None:
    found: Interval | None = None
    for interval in intervals:
        if interval is None:
            return None
        found = interval if found is None else found.union(interval)
    return found


def _joined(view: View, ends: Callable[[Interval, Interval], tuple[float, float]]) -> Interval | None:
    found: Interval | None = None
    for interval in view.inputs:
        if interval is None:
            return None
        found = interval if found is None else Interval(*ends(found, interval), found.whole and interval.whole)
    return found


def _times(one: float, other: float) -> float:
    """A product in which 0 times anything is 0, as of ends that are not reached."""
    return 0.0 if 0 in (one, other) else one * other


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, Sequence) else (value,)
