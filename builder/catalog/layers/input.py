"""Where data enters the network."""

from __future__ import annotations

from builder.catalog import reach, work
from builder.catalog.pictures import networks
from builder.catalog.spec import SOURCE, Layer, Param
from builder.catalog.types import LARGEST, Ints, OneOf

DTYPES = ("float32", "float16", "float64", "int32", "int64", "uint8", "bool")

LAYERS = (
    Layer(
        kind="Input",
        work=work.nothing,
        reach=reach.each,
        family="input",
        icon="input",
        summary="Where data enters the network; takes its shape from the data set.",
        help="Every network starts with one; a network that reads several kinds of data has several.",
        picture=networks.enter(),
        doc="https://keras.io/api/layers/core_layers/input/",
        ports=SOURCE,
        keywords=("data", "source", "start", "tensor"),
        params=(
            Param(
                "shape",
                Ints(none=True, low=1, high=LARGEST, single=False, unknown=True, empty=True),
                None,
                "Shape of one sample, without the batch; empty takes the data set's.",
            ),
            Param(
                "dtype",
                OneOf(none=True, options=DTYPES),
                None,
                "Type of the numbers; empty takes the data set's.",
                label="Number type",
            ),
            Param(
                "columns",
                Ints(none=True, low=0, high=LARGEST, single=False),
                None,
                "Takes only these columns of a table, counted from 0; empty takes all of them.",
                goes="nowhere",
            ),
        ),
    ),
)
