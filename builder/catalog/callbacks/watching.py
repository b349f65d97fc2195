"""Callbacks that follow a figure from epoch to epoch."""

from __future__ import annotations

from builder.catalog.spec import Callback, Param
from builder.catalog.types import Bool, Float, Int, OneOf, Text

SITE = "https://keras.io/api/callbacks/"

MONITOR = Param(
    "monitor", Text(longest=120), "val_loss", "The figure that is watched, such as val_loss or val_accuracy."
)
MODE = Param(
    "mode",
    OneOf(options=("auto", "min", "max")),
    "auto",
    'Whether less ("min") or more ("max") is better; "auto" knows it from the figure.',
    advanced=True,
)


def _patience(default: int, start: int) -> Param:
    return Param(
        "patience",
        Int(low=0, high=100_000),
        default,
        "Epochs without progress that are put up with.",
        start=start,
    )


def _min_delta(default: float) -> Param:
    return Param("min_delta", Float(low=0), default, "Smallest change that counts as progress.", advanced=True)


CALLBACKS = (
    Callback(
        kind="EarlyStopping",
        summary="Ends training when a figure no longer gets better.",
        doc=SITE + "early_stopping/",
        keeps="restore_best_weights",
        params=(
            MONITOR,
            _patience(0, 5),
            Param(
                "restore_best_weights",
                Bool(),
                False,
                "On: training ends on the weights of the best epoch by this figure. Off: on those of the last epoch. "
                "Not set: on those of the best epoch by the first metric, or by the loss.",
                start=True,
            ),
            Param(
                "start_from_epoch",
                Int(low=0, high=100_000),
                0,
                "Epochs at the start that are not watched.",
                advanced=True,
            ),
            _min_delta(0),
            Param(
                "baseline",
                Float(none=True),
                None,
                "Value that must be beaten for training to go on.",
                advanced=True,
            ),
            MODE,
        ),
    ),
    Callback(
        kind="ReduceLROnPlateau",
        summary="Lowers the learning rate when a figure no longer gets better.",
        doc=SITE + "reduce_lr_on_plateau/",
        params=(
            MONITOR,
            Param(
                "factor",
                Float(above=0, below=1, step=0.05),
                0.1,
                "Share of the learning rate that is kept.",
                start=0.5,
            ),
            _patience(10, 3),
            Param("min_lr", Float(low=0, high=100), 0.0, "Lowest learning rate.", label="Lowest learning rate"),
            Param("cooldown", Int(low=0, high=100_000), 0, "Epochs of rest after lowering it.", advanced=True),
            _min_delta(0.0001),
            MODE,
        ),
    ),
    Callback(
        kind="TerminateOnNaN",
        summary="Ends training at once when the loss is no longer a number.",
        doc=SITE + "terminate_on_nan/",
    ),
    Callback(
        kind="SwapEMAWeights",
        summary="Judges and saves the running average of the weights; for optimizers with averaging on.",
        doc=SITE + "swap_ema_weights/",
        params=(
            Param(
                "swap_on_epoch",
                Bool(),
                False,
                "Swaps at each epoch's end rather than around each validation.",
            ),
        ),
    ),
)
