"""Normalisation keeps numbers in a range that trains well.

Normalization takes its mean and variance as parameters: without them Keras would have it measure the data first, and
would pass numbers on unchanged where that was forgotten.
"""

from __future__ import annotations

from builder.catalog import comparing, intervals, reach, work
from builder.catalog.parameters import EPSILON, axis, constraint, initializer, regularizer
from builder.catalog.pictures import spread
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import LARGEST, Bool, Float, Floats, Int

SITE = "https://keras.io/api/layers/normalization_layers/"

MOMENTUM = Float(low=0, high=1, step=0.01)
SCALE_AND_OFFSET = (
    Param("center", Bool(), True, "Adds a learned offset.", advanced=True),
    Param("scale", Bool(), True, "Multiplies by a learned factor.", advanced=True),
)
BETA_AND_GAMMA = (
    initializer("beta", "zeros"),
    initializer("gamma", "ones"),
    regularizer("beta"),
    regularizer("gamma"),
    constraint("beta"),
    constraint("gamma"),
)


LAYERS = (
    Layer(
        kind="BatchNormalization",
        compares=comparing.over_batch,
        interval=intervals.anything,
        work=work.each(2),
        reach=reach.each,
        family="normalization",
        keeps=("width",),
        scales=True,
        icon="equalizer",
        summary="Brings each channel to mean 0 and variance 1 over the batch, which steadies and speeds up training.",
        help="It often stands right after a convolution; with very small batches its averages become unreliable.",
        picture=spread.normalize("batch"),
        doc=SITE + "batch_normalization/",
        keywords=("batchnorm", "bn", "standardize", "scale"),
        formula=r"y = \gamma \frac{x - \mu_{batch}}{\sqrt{\sigma^2_{batch} + \epsilon}} + \beta",
        params=(
            Param("momentum", MOMENTUM, 0.99, "How slowly the averages used after training follow the batches."),
            EPSILON,
            axis("Axis of the channels."),
            *SCALE_AND_OFFSET,
            Param(
                "renorm",
                Bool(),
                False,
                "Corrects each batch by the running averages; for small batches.",
                advanced=True,
            ),
            Param("renorm_momentum", MOMENTUM, 0.99, "How slowly that correction follows.", advanced=True),
            *BETA_AND_GAMMA[:2],
            initializer("moving_mean", "zeros"),
            initializer("moving_variance", "ones"),
            *BETA_AND_GAMMA[2:],
        ),
    ),
    Layer(
        kind="LayerNormalization",
        compares=comparing.in_sample,
        interval=intervals.anything,
        work=work.each(9),
        reach=reach.each,
        family="normalization",
        keeps=("width",),
        scales=True,
        icon="tune",
        summary="Brings the numbers of each sample to mean 0 and variance 1, whatever the batch.",
        help="It is the usual choice in transformers and recurrent networks, where batches say little.",
        picture=spread.normalize("sample"),
        doc=SITE + "layer_normalization/",
        keywords=("layernorm", "transformer", "standardize"),
        formula=r"y = \gamma \frac{x - \mu_{sample}}{\sqrt{\sigma^2_{sample} + \epsilon}} + \beta",
        params=(
            EPSILON,
            axis("Axis or axes that are brought to mean 0 and variance 1.", several=True),
            *SCALE_AND_OFFSET,
            *BETA_AND_GAMMA,
        ),
    ),
    Layer(
        kind="GroupNormalization",
        compares=comparing.in_group,
        interval=intervals.anything,
        work=work.each(6),
        reach=reach.each,
        family="normalization",
        keeps=("width",),
        scales=True,
        icon="workspaces",
        summary="Brings groups of channels of each sample to mean 0 and variance 1; holds with small batches.",
        help="Use it instead of BatchNormalization where large images leave room for only a few samples in a batch.",
        picture=spread.normalize("group"),
        doc=SITE + "group_normalization/",
        keywords=("groupnorm", "instance", "channels"),
        formula=r"y = \gamma \frac{x - \mu_{group}}{\sqrt{\sigma^2_{group} + \epsilon}} + \beta",
        example=(6, 6, 8),
        params=(
            Param(
                "groups",
                Int(low=-1, high=LARGEST),
                32,
                "Number of groups; must divide the channels. -1 makes each channel its own group.",
                start=4,
            ),
            EPSILON,
            axis("Axis of the channels."),
            *SCALE_AND_OFFSET,
            *BETA_AND_GAMMA,
        ),
    ),
    Layer(
        kind="RMSNormalization",
        interval=intervals.anything,
        work=work.each(4),
        reach=reach.each,
        family="normalization",
        keeps=("width",),
        scales=True,
        icon="graphic_eq",
        summary="Divides each sample by its root mean square: a lighter LayerNormalization.",
        help="It leaves the mean alone, costs less and works as well in large language models.",
        picture=spread.normalize("sample", centred=False),
        doc=SITE + "rms_normalization/",
        keywords=("rmsnorm", "llama", "transformer"),
        formula=r"y = \gamma \frac{x}{\sqrt{\operatorname{mean}(x^2) + \epsilon}}",
        params=(
            Param("epsilon", EPSILON.type, 1e-6, EPSILON.help, advanced=True),
            axis("Axis or axes over which the mean is taken.", several=True),
        ),
    ),
    Layer(
        kind="UnitNormalization",
        interval=intervals.fixed(intervals.Interval(-1, 1)),
        work=work.each(3),
        reach=reach.each,
        family="normalization",
        keeps=("width",),
        scales=True,
        icon="straighten",
        summary="Scales each sample to length 1, so that only its direction counts.",
        help="Use it before comparing vectors by their direction, as in search by similarity.",
        picture=spread.unit_length(),
        doc=SITE + "unit_normalization/",
        keywords=("l2", "unit length", "cosine"),
        formula=r"y = \frac{x}{\lVert x \rVert_2}",
        params=(axis("Axis or axes over which the length is measured.", several=True),),
    ),
    Layer(
        kind="Normalization",
        interval=intervals.standardized,
        work=work.each(2),
        reach=reach.each,
        family="normalization",
        keeps=("width",),
        scales=True,
        icon="align_vertical_center",
        summary="Subtracts a known mean and divides by the root of a known variance, column by column.",
        help="Use it as the first layer for tables, so that columns with large numbers do not drown the others.",
        picture=spread.standardize(),
        doc="https://keras.io/api/layers/preprocessing_layers/numerical/normalization/",
        keywords=("standardize", "zscore", "scale", "table", "features"),
        formula=r"y = \frac{x - \mu}{\sigma}",
        params=(
            axis("Axis or axes that have a mean and variance of their own.", several=True),
            Param("mean", Floats(), REQUIRED, "The mean; one number, or one for each column.", start=0.0),
            Param("variance", Floats(low=0), REQUIRED, "The variance; one number, or one for each column.", start=1.0),
            Param("invert", Bool(), False, "Undoes the scaling instead.", advanced=True),
        ),
    ),
)
