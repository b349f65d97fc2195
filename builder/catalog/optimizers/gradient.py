"""Gradient descent with one learning rate for all weights."""

from __future__ import annotations

from builder.catalog.optimizers.parameters import SHARE, epsilon, learning_rate, moments, shared, weight_decay
from builder.catalog.spec import Optimizer, Param
from builder.catalog.types import Bool, Float, Int

SITE = "https://keras.io/api/optimizers/"

OPTIMIZERS = (
    Optimizer(
        kind="SGD",
        rates=(1e-8, 3.0),
        more_slots=("momentum",),
        aliases=("sgd",),
        summary="Plain gradient descent, with momentum if wanted.",
        doc=SITE + "sgd/",
        params=(
            learning_rate(0.01),
            Param(
                "momentum",
                Float(low=0, high=1, step=0.05),
                0.0,
                "How much of the last step is added to the next.",
            ),
            Param("nesterov", Bool(), False, "Looks ahead along the momentum before it takes the gradient."),
            *shared(),
        ),
    ),
    Optimizer(
        kind="Lion",
        rates=(1e-8, 0.05),
        slots=1,
        aliases=("lion",),
        summary="Steps by the sign of the gradient only; light on memory, wants a smaller learning rate.",
        doc=SITE + "lion/",
        params=(
            learning_rate(),
            Param(
                "beta_1",
                Float(above=0, high=1, step=0.01),
                0.9,
                "How much of the earlier gradients each step keeps.",
            ),
            moments(0.99)[1],
            *shared(),
        ),
    ),
    Optimizer(
        kind="Muon",
        rates=(1e-7, 0.5),
        slots=1,
        aliases=("muon",),
        summary="Turns the step of every weight matrix into a rotation-like one; all else is trained by AdamW.",
        doc=SITE + "muon/",
        params=(
            learning_rate(),
            Param("momentum", SHARE, 0.95, "How much of the last step is added to the next."),
            Param("nesterov", Bool(), True, "Looks ahead along the momentum before it takes the gradient."),
            *shared(0.004),
            Param("adam_beta_1", SHARE, 0.9, "AdamW's share of earlier gradients.", advanced=True, group="AdamW"),
            Param(
                "adam_beta_2",
                SHARE,
                0.999,
                "AdamW's share of earlier squared gradients.",
                advanced=True,
                group="AdamW",
            ),
            Param(
                "adam_weight_decay",
                weight_decay().type,
                0.004,
                "AdamW's weight decay.",
                advanced=True,
                group="AdamW",
            ),
            Param(
                "adam_lr_ratio",
                Float(above=0),
                1,
                "AdamW's learning rate as a multiple of this one.",
                advanced=True,
                group="AdamW",
            ),
            Param(
                "exclude_embeddings",
                Bool(),
                True,
                "Trains embeddings by AdamW.",
                advanced=True,
                group="AdamW",
            ),
            epsilon(),
            Param("ns_steps", Int(low=0, high=100), 5, "Rounds of the Newton-Schulz iteration.", advanced=True),
            Param("muon_a", Float(), 3.4445, "First coefficient of that iteration.", advanced=True),
            Param("muon_b", Float(), -4.775, "Second coefficient of that iteration.", advanced=True),
            Param("muon_c", Float(), 2.0315, "Third coefficient of that iteration.", advanced=True),
            Param(
                "rms_rate",
                Float(none=True, above=0),
                0.2,
                "Brings steps to the size that Adam's have; empty leaves them as they are.",
                advanced=True,
            ),
        ),
    ),
)
