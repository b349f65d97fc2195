"""A run follows the cores that it may use, and what it computes does not depend on them."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from worker_documents import DIGITS_CNN

from builder.document import Document, apply
from builder.rundir import RunDirectory
from builder.worker.share import Share, usable_cores

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs a system that keeps processes to cores, and two of them",
)


@pytest.fixture
def one_core() -> Callable[[], None]:
    """What keeps this process to one core until the test is over."""
    every = os.sched_getaffinity(0)
    yield lambda: os.sched_setaffinity(0, {min(every)})
    os.sched_setaffinity(0, every)


def test_the_backend_is_told_of_every_change_once(one_core: Callable[[], None]) -> None:
    every, told = usable_cores(0), []
    share = Share(every, told.append)
    share.look()
    assert told == []
    one_core()
    share.look()
    share.look()
    assert told == [1]
    assert Share(1, told.append).look() is None
    assert told == [1], "one thread stays one, whatever there is"


@pytest.mark.keras
def test_results_do_not_depend_on_the_share(train: Callable[..., RunDirectory], one_core: Callable[[], None]) -> None:
    document = apply(DIGITS_CNN, {"op": "set", "path": "training.epochs", "value": 2})

    def figures(document: Document) -> list[float]:
        epochs = [event for event in train(document).events() if event["type"] == "epoch"]
        return [value for epoch in epochs for value in epoch["metrics"].values()]

    alone = figures(document)
    one_core()
    assert figures(document) == pytest.approx(alone, abs=1e-6)
