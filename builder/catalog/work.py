"""How much arithmetic a layer is: the vocabulary in which layers declare their `work`.

A work is a function of `Sizes` that gives the floating-point operations for one sample going forward as in prediction
(dropout and augmentation do nothing then). A multiplication and an addition are two operations, as TensorFlow's
profiler counts; a function such as relu or tanh is one a number, softmax five. Moving and looking up numbers is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Shape = tuple[int, ...]

SOFTMAX = 5
"""Operations a number: largest, difference, exponential, sum, quotient."""
RESAMPLING = {"nearest": 0, "bilinear": 8, "bicubic": 32, "lanczos3": 72, "lanczos5": 200}
"""Operations for a number of the output: a product and a sum for each neighbour that it is made of, and their mix."""


@dataclass(frozen=True)
class Sizes:
    """A layer as it is applied to one sample: shapes without the batch axis, and the parameters in force."""

    inputs: tuple[Shape, ...]
    output: Shape
    weights: tuple[tuple[str, Shape], ...] = ()
    """Paths below the layer, such as "query/kernel", with shapes."""
    params: Mapping[str, Any] = field(default_factory=dict)
    inner: Callable[[Sizes], float] | None = None
    """The work of the layer that this one wraps, given its sizes with its own parameters put in."""

    @property
    def values(self) -> int:
        """Numbers that come out."""
        return math.prod(self.output)

    @property
    def places(self) -> int:
        """Positions in the output, each with its channels."""
        return math.prod(self.output[:-1])

    def weighing(self, *names: str) -> int:
        """Numbers in the weights whose path holds one of these words."""
        return sum(math.prod(shape) for path, shape in self.weights if any(name in path for name in names))


Work = Callable[[Sizes], float]


def nothing(sizes: Sizes) -> float:
    """Numbers are only moved, chosen or looked up."""
    return 0


def each(operations: float) -> Work:
    """So many operations for every number that comes out."""
    return lambda sizes: operations * sizes.values


def each_in(operations: float = 1) -> Work:
    """So many operations for every number that goes in."""
    return lambda sizes: operations * sum(math.prod(shape) for shape in sizes.inputs)


def activation(sizes: Sizes, name: str = "activation") -> float:
    """The function that the parameter names, put on every output."""
    chosen = sizes.params.get(name)
    return {None: 0, "linear": 0, "softmax": SOFTMAX}.get(chosen, 1) * sizes.values


def kernels(sizes: Sizes) -> float:
    """Every place of the output is the product of a window with the kernels, plus a bias, through an activation."""
    bias = sizes.values if sizes.weighing("bias") else 0
    return 2 * sizes.weighing("kernel") * sizes.places + bias + activation(sizes)


def kernels_backwards(sizes: Sizes) -> float:
    """Every place of the input is spread over a window of the output: a transposed convolution."""
    bias = sizes.values if sizes.weighing("bias") else 0
    return 2 * sizes.weighing("kernel") * math.prod(sizes.inputs[0][:-1]) + bias + activation(sizes)


def recurrent(operations: int) -> Work:
    """At every step the kernels, the biases, and so many operations for each unit of the memory."""

    def work(sizes: Sizes) -> float:
        units = sum(shape[0] for path, shape in sizes.weights if "recurrent_kernel" in path)
        step = 2 * sizes.weighing("kernel") + sizes.weighing("bias") + operations * units
        return sizes.inputs[0][0] * step

    return work


def memories(numbers: int) -> Work:
    """Kept until the way back: so many numbers for each unit of the memory at every step."""

    def work(sizes: Sizes) -> float:
        units = sum(shape[0] for path, shape in sizes.weights if "recurrent_kernel" in path)
        return sizes.inputs[0][0] * numbers * units

    return work


def within(sizes: Sizes) -> float:
    """Kept until the way back: what the wrapped layer keeps, whose weights are those of both directions."""
    assert sizes.inner
    return sizes.inner(sizes)


def both_ways(sizes: Sizes) -> float:
    """The weights are those of both directions; joining by anything but laying side by side costs one a number."""
    assert sizes.inner
    joined = 0 if sizes.params.get("merge_mode") == "concat" else sizes.values
    return sizes.inner(sizes) + joined


def every_step(sizes: Sizes) -> float:
    """The wrapped layer, as often as there are steps."""
    assert sizes.inner
    given = sizes.inputs[0]
    step = Sizes((given[1:],), sizes.output[1:], sizes.weights, sizes.params)
    return given[0] * sizes.inner(step)


def window(name: str) -> Work:
    """One operation for every number in the window, whose size the parameter of this name gives."""

    def work(sizes: Sizes) -> float:
        size = sizes.params[name]
        rank = len(sizes.output) - 1
        return sizes.values * (math.prod(size) if isinstance(size, Sequence) else size**rank)

    return work


def joining(sizes: Sizes) -> float:
    """One operation less than there are inputs, for every number."""
    return (len(sizes.inputs) - 1) * sizes.values


def averaging(sizes: Sizes) -> float:
    return len(sizes.inputs) * sizes.values


def dot(sizes: Sizes) -> float:
    """The axes that are multiplied and added up go; scaling both to length 1 comes before."""
    axes = sizes.params["axes"]
    axis = axes[0] if isinstance(axes, Sequence) else axes
    first = sizes.inputs[0]
    length = first[axis - 1] if axis > 0 else first[axis]
    scaled = 3 * sum(math.prod(shape) for shape in sizes.inputs) if sizes.params.get("normalize") else 0
    return 2 * length * sizes.values + scaled


def resampling(sizes: Sizes) -> float:
    """Each number of the output is mixed from its neighbours in the input."""
    return RESAMPLING[sizes.params["interpolation"]] * sizes.values


def heads(sizes: Sizes) -> float:
    r"""Attention with projections: those of queries, keys and values, $Q K^\top$, its softmax, times $V$, and out."""
    query, value = sizes.inputs[0], sizes.inputs[1]
    asking, telling = math.prod(query[:-1]), math.prod(value[:-1])
    ours = sizes.weighing("query/kernel", "gate/kernel", "output/kernel")
    theirs = sizes.weighing("key/kernel", "value/kernel")
    biases = asking * sizes.weighing("query/bias", "gate/bias", "output/bias")
    biases += telling * sizes.weighing("key/bias", "value/bias")
    axes = sizes.params.get("attention_axes")
    axes = (axes,) if isinstance(axes, int) else axes or range(1, len(query))
    places = math.prod(value[axis - 1] for axis in axes)
    shapes = dict(sizes.weights)
    _, count, width = shapes["query/kernel"]
    scores = asking * places * count
    gate = 2 * asking * count * shapes["value/kernel"][-1] if "gate/kernel" in shapes else 0
    products = 2 * scores * (width + shapes["value/kernel"][-1]) + SOFTMAX * scores + asking * count * width
    return 2 * (asking * ours + telling * theirs) + biases + products + gate


def scores(sizes: Sizes) -> float:
    """Kept until the way back: each head's scores, their softmax and what dropout left, and all that was projected."""
    query, value = sizes.inputs[0], sizes.inputs[1]
    shapes = dict(sizes.weights)
    axes = sizes.params.get("attention_axes")
    axes = (axes,) if isinstance(axes, int) else axes or range(1, len(query))
    _, count, width = shapes["query/kernel"]
    met = math.prod(query[:-1]) * math.prod(value[axis - 1] for axis in axes) * count
    rows = 2 * math.prod(query[:-1]) + 2 * math.prod(value[:-1])
    return 3 * met + rows * count * width


def comparisons(numbers: Callable[[Sizes], int]) -> Work:
    """Kept until the way back: for every query with every key so many numbers, and the softmax."""

    def work(sizes: Sizes) -> float:
        asking, telling = sizes.inputs[0][-2], sizes.inputs[1][-2]
        return math.prod(sizes.inputs[0][:-2]) * asking * telling * (2 + numbers(sizes))

    return work


def width(sizes: Sizes) -> int:
    """Channels of the first input, where the comparison keeps them apart."""
    return sizes.inputs[0][-1]


def width_if_concatenated(sizes: Sizes) -> int:
    return sizes.inputs[0][-1] if sizes.params.get("score_mode") == "concat" else 0


def comparing(sizes: Sizes) -> float:
    """Attention without projections: every query with every key by the way of `score_mode`, softmax, and the mix."""
    (asking, width), (telling, wide) = sizes.inputs[0][-2:], sizes.inputs[1][-2:]
    operations = {"dot": 2, "concat": 3}[sizes.params.get("score_mode", "dot")]
    return math.prod(sizes.inputs[0][:-2]) * asking * telling * (operations * width + SOFTMAX + 2 * wide)


def adding_up(sizes: Sizes) -> float:
    """Additive attention: sum, tanh, scale and total of every query with every key, softmax, and the mix."""
    (asking, width), (telling, wide) = sizes.inputs[0][-2:], sizes.inputs[1][-2:]
    operations = 4 if sizes.weights else 3
    return math.prod(sizes.inputs[0][:-2]) * asking * telling * (operations * width + SOFTMAX + 2 * wide)
