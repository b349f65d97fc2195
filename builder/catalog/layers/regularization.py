"""Regularisation disturbs training on purpose, so that a network does not learn its samples by heart."""

from __future__ import annotations

from builder.catalog import intervals, reach, work
from builder.catalog.parameters import DATA_FORMAT, SEED
from builder.catalog.pictures import curves, networks
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import LARGEST, Float, Ints

SITE = "https://keras.io/api/layers/regularization_layers/"


def _rate(help: str, start: float = 0.25) -> Param:
    return Param("rate", Float(low=0, high=1, step=0.05), REQUIRED, help, start=start)


NOISE_SHAPE = Param(
    "noise_shape",
    Ints(none=True, low=1, high=LARGEST, single=False, unknown=True),
    None,
    "Shape of the pattern of what is dropped, with the batch; 1 drops along that whole axis together.",
    advanced=True,
)

LAYERS = (
    Layer(
        kind="Dropout",
        interval=intervals.same,
        disturbs="rate",
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="blur_on",
        summary="Switches a random share of the numbers off at each training step.",
        help="No unit can rely on a single other one then, which keeps a network from learning its samples by heart.",
        picture=networks.switch_off(),
        doc=SITE + "dropout/",
        keywords=("regularization", "overfitting", "drop"),
        formula=r"y = \frac{m \odot x}{1 - p}, \quad m \sim \operatorname{Bernoulli}(1 - p)",
        params=(_rate("Share that is switched off."), NOISE_SHAPE, SEED),
    ),
    Layer(
        kind="SpatialDropout1D",
        interval=intervals.same,
        disturbs="rate",
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="view_column",
        summary="Switches whole channels of a sequence off at random while training.",
        freezable=False,
        help="Use it instead of Dropout after Conv1D, where neighbouring steps could replace each other.",
        picture=networks.switch_off_channels(1),
        doc=SITE + "spatial_dropout1d/",
        keywords=("regularization", "overfitting", "channel", "drop"),
        formula=r"y_c = \frac{m_c\, x_c}{1 - p}, \quad m_c \sim \operatorname{Bernoulli}(1 - p)",
        example=(12, 3),
        params=(_rate("Share of the channels that is switched off."), SEED),
    ),
    Layer(
        kind="SpatialDropout2D",
        interval=intervals.same,
        disturbs="rate",
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="layers_clear",
        summary="Switches whole channels of an image off at random while training.",
        freezable=False,
        help="Use it instead of Dropout after Conv2D, where neighbouring pixels could replace each other.",
        picture=networks.switch_off_channels(2),
        doc=SITE + "spatial_dropout2d/",
        keywords=("regularization", "overfitting", "channel", "drop"),
        formula=r"y_c = \frac{m_c\, x_c}{1 - p}, \quad m_c \sim \operatorname{Bernoulli}(1 - p)",
        example=(12, 12, 3),
        params=(_rate("Share of the channels that is switched off."), DATA_FORMAT, SEED),
    ),
    Layer(
        kind="GaussianDropout",
        interval=intervals.same,
        disturbs="rate",
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="grain",
        summary="Multiplies the numbers by random factors around 1 while training.",
        help="It disturbs like Dropout, but never silences a unit altogether.",
        picture=curves.noise(factor=True),
        doc=SITE + "gaussian_dropout/",
        keywords=("regularization", "noise", "drop"),
        formula=r"y = x \odot n, \quad n \sim \mathcal{N}\big(1, \tfrac{p}{1-p}\big)",
        params=(_rate("Strength, as the share that Dropout would switch off."), SEED),
    ),
    Layer(
        kind="AlphaDropout",
        interval=intervals.same,
        disturbs="rate",
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="blur_linear",
        summary="Dropout that keeps mean and variance; made for networks of selu units.",
        help="Use it with the activation selu and the initializer lecun_normal, which rely on that mean and variance.",
        picture=curves.drop_to_floor(),
        doc=SITE + "alpha_dropout/",
        keywords=("regularization", "selu", "drop"),
        formula=r"y = a\,\big(m \odot x + (1 - m)\,\alpha'\big) + b",
        params=(_rate("Share that is switched off.", start=0.1), NOISE_SHAPE, SEED),
    ),
    Layer(
        kind="GaussianNoise",
        interval=intervals.same,
        disturbs="stddev",
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="waves",
        summary="Adds random noise to the numbers while training.",
        help="It is a gentle kind of augmentation for numbers and teaches a network to ignore small errors.",
        picture=curves.noise(factor=False),
        doc=SITE + "gaussian_noise/",
        keywords=("regularization", "augmentation", "noise", "denoising"),
        formula=r"y = x + n, \quad n \sim \mathcal{N}(0, s^2)",
        params=(
            Param("stddev", Float(low=0, step=0.05), REQUIRED, "Standard deviation of the noise.", start=0.1),
            SEED,
        ),
    ),
    Layer(
        kind="ActivityRegularization",
        interval=intervals.same,
        work=work.nothing,
        reach=reach.each,
        family="normalization",
        keeps=("values", "width"),
        icon="compress",
        summary="Passes its input on and adds a penalty to the loss that keeps it small.",
        help="Use it where only a few units should speak at a time, as in sparse autoencoders.",
        picture=networks.pass_on(penalty=True),
        doc=SITE + "activity_regularization/",
        keywords=("l1", "l2", "sparse", "penalty"),
        formula=r"L \mathrel{+}= l_1 \sum |x| + l_2 \sum x^2",
        params=(
            Param(
                "l1",
                Float(low=0, step=0.001),
                0.0,
                "Strength of the penalty on absolute values.",
                start=0.001,
            ),
            Param("l2", Float(low=0, step=0.001), 0.0, "Strength of the penalty on squares."),
        ),
    ),
)
