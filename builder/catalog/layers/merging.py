"""Merging: several tensors become one."""

from __future__ import annotations

from builder.catalog import reach, work
from builder.catalog.parameters import axis
from builder.catalog.spec import MANY, REQUIRED, Layer, Param, Ports
from builder.catalog.types import Bool, Ints

SITE = "https://keras.io/api/layers/merging_layers/"
PAIR = Ports(names=("first", "second"), least=2, most=2, call="list")

LAYERS = (
    Layer(
        kind="Add",
        work=work.joining,
        reach=reach.each,
        family="merging",
        icon="add",
        summary="Adds its inputs number by number; the joint of a skip connection.",
        doc=SITE + "add/",
        ports=MANY,
        keywords=("sum", "residual", "skip", "merge", "plus"),
        formula=r"y = x_1 + x_2 + \dots",
    ),
    Layer(
        kind="Subtract",
        work=work.joining,
        reach=reach.each,
        family="merging",
        icon="remove",
        summary="Subtracts the second input from the first.",
        doc=SITE + "subtract/",
        ports=PAIR,
        keywords=("minus", "difference", "merge"),
        formula=r"y = x_1 - x_2",
    ),
    Layer(
        kind="Multiply",
        work=work.joining,
        reach=reach.each,
        family="merging",
        icon="close",
        summary="Multiplies its inputs number by number; one input can gate another.",
        doc=SITE + "multiply/",
        ports=MANY,
        keywords=("product", "gate", "merge", "times"),
        formula=r"y = x_1 \odot x_2 \odot \dots",
    ),
    Layer(
        kind="Average",
        work=work.averaging,
        reach=reach.each,
        family="merging",
        icon="functions",
        summary="Averages its inputs number by number.",
        doc=SITE + "average/",
        ports=MANY,
        keywords=("mean", "ensemble", "merge"),
        formula=r"y = \tfrac{1}{n}(x_1 + \dots + x_n)",
    ),
    Layer(
        kind="Maximum",
        work=work.joining,
        reach=reach.each,
        family="merging",
        icon="keyboard_double_arrow_up",
        summary="Keeps the largest of its inputs at every position.",
        doc=SITE + "maximum/",
        ports=MANY,
        keywords=("max", "maxout", "merge"),
        formula=r"y = \max(x_1, x_2, \dots)",
    ),
    Layer(
        kind="Minimum",
        work=work.joining,
        reach=reach.each,
        family="merging",
        icon="keyboard_double_arrow_down",
        summary="Keeps the smallest of its inputs at every position.",
        doc=SITE + "minimum/",
        ports=MANY,
        keywords=("min", "merge"),
        formula=r"y = \min(x_1, x_2, \dots)",
    ),
    Layer(
        kind="Concatenate",
        work=work.nothing,
        reach=reach.each,
        family="merging",
        keeps=("values",),
        icon="join",
        summary="Puts its inputs side by side along one axis.",
        doc=SITE + "concatenate/",
        ports=MANY,
        keywords=("concat", "join", "merge", "dense", "unet", "inception"),
        formula=r"y = [x_1, x_2, \dots]",
        params=(axis("Axis along which the inputs are put side by side; all other axes must agree."),),
    ),
    Layer(
        kind="Dot",
        work=work.dot,
        family="merging",
        icon="circle",
        summary="Multiplies two inputs row by row and adds up: how much they point the same way.",
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
