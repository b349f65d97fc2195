"""Core layers: dense ones, embeddings, and those that only change a tensor's form."""

from __future__ import annotations

from builder.catalog.parameters import (
    USE_BIAS,
    activation,
    constraint,
    initializer,
    regularizer,
    units,
    weights,
)
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import Bool, Float, Int, Ints, LayerOf

LAYERS = (
    Layer(
        kind="Dense",
        family="core",
        icon="grid_view",
        summary="Every output is a weighted sum of all inputs plus a bias, put through an activation.",
        doc="https://keras.io/api/layers/core_layers/dense/",
        keywords=("fully connected", "linear", "perceptron", "mlp", "feedforward", "output"),
        formula=r"y = \sigma(x W + b)",
        params=(
            units("Number of outputs.", start=64),
            activation(start="relu"),
            USE_BIAS,
            *weights(kernel="glorot_uniform", bias="zeros"),
        ),
    ),
    Layer(
        kind="Embedding",
        family="core",
        icon="dictionary",
        summary="Turns each whole number (a word, a category) into a learned row of numbers.",
        doc="https://keras.io/api/layers/core_layers/embedding/",
        keywords=("word", "token", "text", "lookup", "vector"),
        formula=r"y_t = E_{x_t}",
        example=(5,),
        params=(
            units(
                "Size of the vocabulary: the largest number that comes in, plus one.",
                start=1000,
                name="input_dim",
            ),
            units("Length of each row.", start=32, name="output_dim"),
            Param("mask_zero", Bool(), False, "Treats the number 0 as padding that later layers skip."),
            initializer("embeddings", "uniform"),
            regularizer("embeddings"),
            constraint("embeddings"),
        ),
    ),
    Layer(
        kind="Flatten",
        family="core",
        icon="reorder",
        summary="Lays all numbers of a sample out in one long row.",
        doc="https://keras.io/api/layers/reshaping_layers/flatten/",
        keywords=("reshape", "vector", "row"),
        formula=r"(b, h, w, c) \to (b, h\,w\,c)",
        example=(4, 4, 3),
    ),
    Layer(
        kind="Reshape",
        family="core",
        icon="transform",
        summary="Arranges the same numbers of a sample in another shape.",
        doc="https://keras.io/api/layers/reshaping_layers/reshape/",
        keywords=("view", "shape", "dimensions"),
        example=(4, 4, 3),
        params=(
            Param(
                "target_shape",
                Ints(low=-1, high=1_000_000, single=False),
                REQUIRED,
                "New shape of one sample, without the batch; one entry may be -1, which is worked out from the rest.",
                start=(-1,),
            ),
        ),
    ),
    Layer(
        kind="Permute",
        family="core",
        icon="swap_horiz",
        summary="Changes the order of a sample's axes.",
        doc="https://keras.io/api/layers/reshaping_layers/permute/",
        keywords=("transpose", "axes", "swap"),
        formula=r"y_{jk} = x_{kj}",
        example=(6, 4),
        params=(
            Param(
                "dims",
                Ints(low=1, high=8, single=False),
                REQUIRED,
                "The axes in their new order, counted from 1; the batch stays in front.",
                start=(2, 1),
            ),
        ),
    ),
    Layer(
        kind="RepeatVector",
        family="core",
        icon="content_copy",
        summary="Repeats a row of numbers to make a sequence.",
        doc="https://keras.io/api/layers/reshaping_layers/repeat_vector/",
        keywords=("copy", "sequence", "decoder"),
        formula=r"y_t = x \quad (t = 1 \dots n)",
        params=(Param("n", Int(low=1, high=100_000), REQUIRED, "Number of repetitions.", start=3),),
    ),
    Layer(
        kind="Masking",
        family="core",
        icon="visibility_off",
        summary="Tells later layers to skip the steps of a sequence that hold only a padding value.",
        doc="https://keras.io/api/layers/core_layers/masking/",
        keywords=("padding", "sequence", "skip"),
        example=(6, 4),
        params=(
            Param(
                "mask_value", Float(), 0.0, "The padding value: a step that holds nothing else is skipped."
            ),
        ),
    ),
    Layer(
        kind="Identity",
        family="core",
        icon="arrow_forward",
        summary="Passes its input on unchanged; useful as a named joint.",
        doc="https://keras.io/api/layers/core_layers/identity/",
        keywords=("pass", "no-op", "linear"),
        formula=r"y = x",
    ),
    Layer(
        kind="TimeDistributed",
        family="core",
        icon="view_carousel",
        summary="Applies one layer to every step of a sequence, or every frame of a film, with the same weights.",
        doc="https://keras.io/api/layers/recurrent_layers/time_distributed/",
        keywords=("sequence", "video", "wrapper", "step"),
        formula=r"y_t = f(x_t)",
        example=(6, 4),
        params=(
            Param(
                "layer",
                LayerOf(
                    kinds=(
                        "Dense",
                        "Conv1D",
                        "Conv2D",
                        "DepthwiseConv2D",
                        "SeparableConv2D",
                        "MaxPooling1D",
                        "MaxPooling2D",
                        "AveragePooling2D",
                        "GlobalMaxPooling2D",
                        "GlobalAveragePooling2D",
                        "Flatten",
                        "Dropout",
                        "BatchNormalization",
                        "LayerNormalization",
                        "Activation",
                        "SimpleRNN",
                        "LSTM",
                        "GRU",
                    )
                ),
                REQUIRED,
                "The layer that every step goes through.",
                start={"kind": "Dense", "params": {"units": 32, "activation": "relu"}},
            ),
        ),
    ),
)
