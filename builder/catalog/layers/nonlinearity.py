"""Activations as layers of their own."""

from __future__ import annotations

import math

from builder.catalog import reach, work
from builder.catalog.parameters import ACTIVATION, axis, constraint, initializer, regularizer
from builder.catalog.pictures import curves
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import Float, Ints

SITE = "https://keras.io/api/layers/activation_layers/"

LAYERS = (
    Layer(
        kind="Activation",
        work=work.activation,
        reach=reach.each,
        family="core",
        keeps=("width",),
        icon="show_chart",
        summary="Puts every number through a function, such as relu or softmax.",
        help="Without such a bend between them, any number of dense layers could do no more than a single one.",
        picture=curves.curve(curves.relu, curves.sigmoid, math.tanh),
        doc="https://keras.io/api/layers/core_layers/activation/",
        keywords=("relu", "sigmoid", "softmax", "tanh", "gelu", "nonlinearity"),
        formula=r"y = \sigma(x)",
        params=(Param("activation", ACTIVATION, REQUIRED, "The function.", start="relu"),),
    ),
    Layer(
        kind="ReLU",
        work=work.each(1),
        reach=reach.each,
        family="core",
        keeps=("width",),
        activation="relu",
        icon="show_chart",
        summary="Keeps positive numbers and sets negative ones to zero.",
        help="It is cheap, trains well and is the usual choice between layers.",
        picture=curves.curve(curves.relu),
        doc=SITE + "relu/",
        keywords=("activation", "rectifier", "rectified linear"),
        formula=r"y = \max(0, x)",
        params=(
            Param(
                "max_value",
                Float(none=True, low=0),
                None,
                "Largest output; empty sets no limit (6 gives ReLU6).",
            ),
            Param("negative_slope", Float(low=0, step=0.01), 0.0, "Slope for numbers below the threshold."),
            Param("threshold", Float(low=0), 0.0, "Numbers below it count as negative."),
        ),
    ),
    Layer(
        kind="LeakyReLU",
        work=work.each(2),
        reach=reach.each,
        family="core",
        keeps=("width",),
        activation="leaky_relu",
        icon="show_chart",
        summary="Like ReLU, but lets a small share of negative numbers through, so that no unit goes silent.",
        help="Try it where many units of a ReLU network have stopped learning; it is common in image generators.",
        picture=curves.curve(curves.leaky_relu),
        doc=SITE + "leaky_relu/",
        keywords=("activation", "leaky", "rectifier"),
        formula=r"y = \max(\alpha x, x)",
        params=(Param("negative_slope", Float(low=0, step=0.01), 0.3, "Slope for negative numbers."),),
    ),
    Layer(
        kind="PReLU",
        work=work.each(4),
        reach=reach.each,
        family="core",
        keeps=("width",),
        icon="show_chart",
        summary="Like LeakyReLU, with a slope that is learned for every position.",
        help="Training itself finds how much of the negative side is worth keeping.",
        picture=curves.learned_slope(),
        doc=SITE + "prelu/",
        keywords=("activation", "parametric", "rectifier"),
        formula=r"y = \max(0, x) + \alpha \min(0, x)",
        params=(
            Param(
                "shared_axes",
                Ints(none=True, low=1, high=8),
                None,
                "Axes that share one slope, counted from 1: 1 and 2 give an image one slope for each channel.",
            ),
            initializer("alpha", "zeros"),
            regularizer("alpha"),
            constraint("alpha"),
        ),
    ),
    Layer(
        kind="ELU",
        work=work.each(2),
        reach=reach.each,
        family="core",
        keeps=("width",),
        activation="elu",
        icon="show_chart",
        summary="Like ReLU, but bends negative numbers smoothly towards a floor.",
        help="Its outputs lie closer around zero than those of ReLU, which can speed up training.",
        picture=curves.curve(curves.elu),
        doc=SITE + "elu/",
        keywords=("activation", "exponential"),
        formula=r"y = x \;(x > 0), \quad \alpha(e^x - 1) \;(x \le 0)",
        params=(Param("alpha", Float(step=0.1), 1.0, "How far below zero the floor lies."),),
    ),
    Layer(
        kind="Softmax",
        work=work.each(work.SOFTMAX),
        reach=reach.channels,
        family="core",
        keeps=("width",),
        activation="softmax",
        icon="percent",
        summary="Turns scores into shares that are positive and add up to one.",
        help="It stands at the end of a classifier, where the shares are read as probabilities of the classes.",
        picture=curves.shares(),
        doc=SITE + "softmax/",
        keywords=("activation", "probability", "classification", "output"),
        formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
        params=(axis("Axis along which the shares add up to one.", several=True),),
    ),
)
