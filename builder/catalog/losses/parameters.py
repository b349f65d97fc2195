"""Parameters that losses share."""

from __future__ import annotations

from builder.catalog.spec import Param
from builder.catalog.types import Bool, Float, Int, OneOf

SITE = "https://keras.io/api/losses/"

REDUCTION = Param(
    "reduction",
    OneOf(options=("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight")),
    "sum_over_batch_size",
    "How the losses of a batch become one number: their mean or their sum.",
    advanced=True,
)
FROM_LOGITS = Param(
    "from_logits",
    Bool(),
    False,
    "On where the last layer gives raw scores (no softmax or sigmoid); the loss then applies it itself.",
)
LABEL_SMOOTHING = Param(
    "label_smoothing",
    Float(low=0, high=1, step=0.05),
    0.0,
    "Moves the wanted output this far from certainty, so that the network stays less sure of itself.",
)
AXIS = Param("axis", Int(low=-8, high=8), -1, "Axis of the classes.", advanced=True)
GAMMA = Param(
    "gamma",
    Float(low=0, step=0.5),
    2.0,
    "How strongly samples that are already right are played down.",
)
