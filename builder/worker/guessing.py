"""What an answer that ignores its input scores, by Keras' own loss and metrics: what a run must beat to learn."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np

from builder.worker.backends import backend
from builder.worker.feed import Feed
from builder.worker.framework import keras
from builder.worker.gauges.gauge import one_or_all, spread

SAMPLES = 2048
"""Labels that are asked about, at most, evenly spread: shares of classes are exact to a part in a hundred."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TINY = 1e-7
"""Keras' epsilon, to which its losses clip probabilities."""

log = logging.getLogger(__name__)


def guesses(model: Any, training: Feed, validation: Feed) -> dict[str, float]:
    """The figures of an epoch whose outputs are the best constants, found for training and validation each.

    Penalties of weights are left out. Empty where the outputs are none that one constant could be given for.
    """
    try:
        trained, validated = (_figures(model, feed) for feed in (training, validation))
    except Exception:
        log.warning("What guessing scores could not be found.", exc_info=True)
        return {}
    finally:
        model.reset_metrics()
    return trained | {f"val_{name}": value for name, value in validated.items()}


def _figures(model: Any, feed: Feed) -> dict[str, float]:
    chosen = spread(len(feed), SAMPLES)
    targets = [target[chosen] for target in feed.targets]
    y = one_or_all([backend.tensor(target) for target in targets])
    shapes = [tuple(output.shape[1:]) for output in model.outputs]
    offers = [list(constants(target, shape)) for target, shape in zip(targets, shapes, strict=True)]
    if not all(offers):
        return {}
    penalty = float(sum(np.asarray(keras.ops.convert_to_numpy(loss)) for loss in model.losses))
    best = [offer[0] for offer in offers]

    def predictions(answers: list[np.ndarray]) -> Any:
        filled = [np.broadcast_to(answer, (len(chosen), *answer.shape)) for answer in answers]
        return one_or_all(
            [
                backend.tensor(array.astype("float32"), dtype=o.dtype)
                for array, o in zip(filled, model.outputs, strict=True)
            ]
        )

    def loss(answers: list[np.ndarray]) -> float:
        found = float(keras.ops.convert_to_numpy(model.compute_loss(y=y, y_pred=predictions(answers)))) - penalty
        return found if np.isfinite(found) else np.inf

    for place, offer in enumerate(offers):
        best[place] = min(offer, key=lambda answer: loss([*best[:place], answer, *best[place + 1 :]]))
    model.reset_metrics()
    total = loss(best)
    model.compute_metrics(None, y, predictions(best))
    found = {
        name: float(np.mean(keras.ops.convert_to_numpy(value))) for name, value in model.get_metrics_result().items()
    }
    return {name: value for name, value in (found | {"loss": total}).items() if np.isfinite(value)}


def constants(target: np.ndarray, shape: tuple[int | None, ...]) -> Iterator[np.ndarray]:
    """Answers for one sample among which the best constant is found: shares of classes as probabilities and as logits,
    the commonest class, means and quantiles of values."""
    if len(shape) != 1 or shape[0] is None or not len(target):
        return
    width = shape[0]
    classes = target.ndim == 1 and target.dtype.kind in "iu" and width > 1
    rows = np.eye(width, dtype="float32")[target] if classes else target.reshape(len(target), -1).astype("float32")
    if rows.shape[1] not in (1, width):
        return
    mean = np.broadcast_to(rows.mean(axis=0), (width,))
    yield mean
    if rows.min() >= 0 and rows.max() <= 1:
        inside = np.clip(mean, TINY, 1 - TINY)
        yield np.log(inside) if width > 1 else np.log(inside / (1 - inside))
        yield (mean == mean.max()).astype("float32") if width > 1 else np.round(mean)
        yield np.where(mean == mean.max(), 1.0, -1.0) if width > 1 else np.sign(mean - 0.5)
    for quantile in QUANTILES:
        yield np.broadcast_to(np.quantile(rows, quantile, axis=0), (width,))
