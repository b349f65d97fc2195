"""Merging: several tensors become one."""

from __future__ import annotations

import math

from builder.catalog.parameters import axis
from builder.catalog.pictures import merging
from builder.catalog.spec import MANY, REQUIRED, Layer, Param, Ports
from builder.catalog.types import Bool, Ints

SITE = "https://keras.io/api/layers/merging_layers/"
PAIR = Ports(names=("first", "second"), least=2, most=2, call="list")

LAYERS = (
    Layer(
        kind="Add",
        family="merging",
        icon="add",
        summary="Adds its inputs number by number; the joint of a skip connection.",
        help="With it a block only learns what must change, so that very deep networks still train.",
        picture=merging.combine("+", "sum", sum),
        doc=SITE + "add/",
        ports=MANY,
        keywords=("sum", "residual", "skip", "merge", "plus"),
        formula=r"y = x_1 + x_2 + \dots",
    ),
    Layer(
        kind="Subtract",
        family="merging",
        icon="remove",
        summary="Subtracts the second input from the first.",
        help="Use it where the difference of two branches matters, as when two inputs are compared.",
        picture=merging.combine("−", "difference", merging.difference),
        doc=SITE + "subtract/",
        ports=PAIR,
        keywords=("minus", "difference", "merge"),
        formula=r"y = x_1 - x_2",
    ),
    Layer(
        kind="Multiply",
        family="merging",
        icon="close",
        summary="Multiplies its inputs number by number; one input can gate another.",
        help="After a sigmoid, a branch with numbers from 0 to 1 can open or close another branch in this way.",
        picture=merging.combine("×", "product", math.prod),
        doc=SITE + "multiply/",
        ports=MANY,
        keywords=("product", "gate", "merge", "times"),
        formula=r"y = x_1 \odot x_2 \odot \dots",
    ),
    Layer(
        kind="Average",
        family="merging",
        icon="functions",
        summary="Averages its inputs number by number.",
        help="Use it to let several branches vote with equal weight.",
        picture=merging.combine("avg", "average", merging.mean),
        doc=SITE + "average/",
        ports=MANY,
        keywords=("mean", "ensemble", "merge"),
        formula=r"y = \tfrac{1}{n}(x_1 + \dots + x_n)",
    ),
    Layer(
        kind="Maximum",
        family="merging",
        icon="keyboard_double_arrow_up",
        summary="Keeps the largest of its inputs at every position.",
        help="Use it where it is enough that one of the branches has found something.",
        picture=merging.combine("max", "maximum", max),
        doc=SITE + "maximum/",
        ports=MANY,
        keywords=("max", "maxout", "merge"),
        formula=r"y = \max(x_1, x_2, \dots)",
    ),
    Layer(
        kind="Minimum",
        family="merging",
        icon="keyboard_double_arrow_down",
        summary="Keeps the smallest of its inputs at every position.",
        help="Use it where something counts only if all branches have found it.",
        picture=merging.combine("min", "minimum", min),
        doc=SITE + "minimum/",
        ports=MANY,
        keywords=("min", "merge"),
        formula=r"y = \min(x_1, x_2, \dots)",
    ),
    Layer(
        kind="Concatenate",
        family="merging",
        keeps=("values",),
        icon="join",
        summary="Puts its inputs side by side along one axis.",
        help="Nothing is mixed or lost, so the next layer decides what to do with each part.",
        picture=merging.join(),
        doc=SITE + "concatenate/",
        ports=MANY,
        keywords=("concat", "join", "merge", "dense", "unet", "inception"),
        formula=r"y = [x_1, x_2, \dots]",
        params=(axis("Axis along which the inputs are put side by side; all other axes must agree."),),
    ),
    Layer(
        kind="Dot",
        family="merging",
        icon="circle",
        summary="Multiplies two inputs row by row and adds up: how much they point the same way.",
        help="Use it to compare two vectors, such as a user and a film in a recommender.",
        picture=merging.dot(),
        doc=SITE + "dot/",
        ports=PAIR,
        keywords=("product", "similarity", "cosine", "matrix", "merge"),
        formula=r"y = x_1 \cdot x_2",
        params=(
            Param(
                "axes",
                Ints(size=2, low=-8, high=8),
                REQUIRED,
                "Axis of each input that is multiplied and added up, counted from the batch; one number for both.",
                start=1,
            ),
            Param(
                "normalize",
                Bool(),
                False,
                "Scales both to length 1 first, which gives the cosine of their angle.",
            ),
        ),
    ),
)
