"""How many samples the split of a data set leaves, as said before training and as it is made."""

from __future__ import annotations

import numpy as np
import pytest

from builder.catalog.reading import split_sizes
from builder.worker.data import split


@pytest.mark.parametrize(
    ("samples", "share", "limit", "sizes"),
    [
        (100, 0.2, None, (80, 20)),
        (1797, 0.2, None, (1438, 359)),
        (1797, 0.2, 333, (333, 83)),
        (150, 0.001, None, (149, 1)),
        (150, 0.2, 100_000, (120, 30)),
        (1, 0.5, None, (0, 1)),
    ],
)
def test_what_is_said_of_a_split_is_what_it_gives(
    samples: int, share: float, limit: int | None, sizes: tuple[int, int]
) -> None:
    labels = np.arange(samples) % 3
    used, kept, held = split(samples, labels, share, limit, seed=7)
    assert split_sizes(samples, share, limit) == (len(kept), len(held)) == sizes
    assert len(used) == sum(sizes)
