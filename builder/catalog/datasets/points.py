"""Problems of two numbers a sample, made on the spot, so that one can see what a network does with the plane.

The shapes are those of TensorFlow Playground (github.com/tensorflow/playground, src/dataset.ts), each with a little
noise. Class labels are 0 and 1; "plane" has values from about -1 to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from builder.catalog.spec import Dataset, GeneratedSource, Task

Samples = tuple[np.ndarray, np.ndarray]

SAMPLES = 1000
REACH = 6.0


def circle(samples: int, rng: np.random.Generator) -> Samples:
    """A disc of radius 2.5 (class 1) inside a ring from 3.5 to 5 (class 0)."""
    inside = rng.permutation(samples) < samples // 2
    inner, outer = rng.uniform(0, 2.5, samples), rng.uniform(3.5, 5, samples)
    radius = np.where(inside, inner, outer)
    angle = rng.uniform(0, 2 * np.pi, samples)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return _noisy(x, 0.25, rng), inside.astype("int32")


def xor(samples: int, rng: np.random.Generator) -> Samples:
    """Four squares: class 1 where both signs agree; a gap of 0.3 along the axes."""
    x = rng.uniform(-5, 5, (samples, 2))
    labels = x[:, 0] * x[:, 1] >= 0
    return _noisy(x + 0.3 * np.sign(x), 0.25, rng), labels.astype("int32")


def gaussians(samples: int, rng: np.random.Generator) -> Samples:
    """Two round clouds around (2, 2), class 1, and (-2, -2), class 0."""
    upper = rng.permutation(samples) < samples // 2
    centre = np.where(upper, 2.0, -2.0)[:, None]
    x = rng.normal(centre, 1.0, (samples, 2))
    return np.clip(x, -REACH, REACH).astype("float32"), upper.astype("int32")


def spiral(samples: int, rng: np.random.Generator) -> Samples:
    """Two arms that wind around each other 1.75 times, out to radius 5."""
    second = rng.permutation(samples) < samples // 2
    along = rng.uniform(0, 1, samples)
    angle = 1.75 * along * 2 * np.pi + np.pi * second
    x = 5 * along[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return _noisy(x, 0.15, rng), second.astype("int32")


def plane(samples: int, rng: np.random.Generator) -> Samples:
    """A slope: the value is the sum of both numbers divided by ten."""
    x = rng.uniform(-REACH, REACH, (samples, 2))
    values = x.sum(axis=1) / 10
    return _noisy(x, 0.1, rng), values.astype("float32")


def _noisy(x: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    x = x + rng.uniform(-width, width, x.shape)
    return np.clip(x, -REACH, REACH).astype("float32")


def _points(
    make: Callable[[int, np.random.Generator], Samples],
    name: str,
    icon: str,
    summary: str,
    task: Task = "binary",
    classes: tuple[str, ...] = (),
    easy: bool = True,
) -> Dataset:
    return Dataset(
        kind=make.__name__,
        name=name,
        summary=summary,
        doc="https://playground.tensorflow.org/",
        source=GeneratedSource(make, SAMPLES),
        task=task,
        shape=(2,),
        classes=classes,
        features=("x1", "x2"),
        low=-REACH,
        high=REACH,
        labels=None if classes else (-1.2, 1.2),
        samples=SAMPLES,
        test=SAMPLES,
        easy=easy,
        icon=icon,
        licence="Generated here",
    )


DATASETS = (
    _points(
        circle,
        "Circle",
        "adjust",
        "Points in a disc, and points in the ring around it.",
        classes=("ring", "disc"),
    ),
    _points(
        xor,
        "Exclusive or",
        "window",
        "Points in four squares; opposite squares belong together. No straight line parts them.",
        classes=("different signs", "same sign"),
    ),
    _points(
        gaussians,
        "Gaussians",
        "bubble_chart",
        "Points in two round clouds; a straight line nearly parts them.",
        classes=("lower left", "upper right"),
    ),
    _points(
        spiral,
        "Spiral",
        "cyclone",
        "Points on two arms that wind around each other; the hardest of the five.",
        classes=("first arm", "second arm"),
        easy=False,
    ),
    _points(
        plane,
        "Plane",
        "signal_cellular_alt",
        "A slope over the plane: the value rises from the lower left to the upper right.",
        task="regression",
    ),
)
