"""What counts as a fall: by hand, against all orders, and on noise."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from builder.verdicts import trend


def test_five_figures_that_go_up_and_down_do_not_fall() -> None:
    assert not trend.falls(np.array([0.0329, 0.0331, 0.0325, 0.0425, 0.0386]))


@pytest.mark.parametrize("count", [4, 5, 6])
def test_the_chance_is_that_among_all_orders(count: int) -> None:
    series = np.array([3.0, 2.5, 2.6, 1.0, 0.9, 0.95][:count])
    falling = sum(a > b for i, a in enumerate(series) for b in series[i + 1 :])
    orders = list(permutations(range(count)))
    as_much = sum(sum(a > b for i, a in enumerate(order) for b in order[i + 1 :]) >= falling for order in orders)
    assert trend.chance(series) == pytest.approx(as_much / len(orders))


def test_three_figures_are_too_few() -> None:
    assert not trend.falls(np.array([3.0, 2.0, 1.0]))
    assert trend.falls(np.array([4.0, 3.0, 2.0, 1.0]))
    assert not trend.falls(np.array([4.0, 3.0, np.nan, 1.0]))


def test_noise_falls_as_rarely_as_the_level_says() -> None:
    noise = np.random.default_rng(1).normal(1, 0.1, (2000, 20))
    assert np.mean([trend.falls(row) for row in noise]) < 0.06
    drift = noise - np.linspace(0, 0.5, 20)
    assert np.mean([trend.falls(row) for row in drift]) > 0.95
    assert np.mean([trend.rises(row) for row in drift]) == 0


def test_the_size_of_a_fall_is_that_of_the_middle_slope() -> None:
    assert trend.fall(np.array([5.0, 4.0, 3.0, 2.0, 1.0])) == pytest.approx(4)
    assert trend.fall(np.array([5.0, 4.0, 30.0, 2.0, 1.0])) == pytest.approx(4, abs=0.5)
    assert trend.fall(np.array([1.0])) == 0
