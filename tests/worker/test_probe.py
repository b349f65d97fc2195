"""The measurement of a step, in a process of its own."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from worker_documents import DIGITS_CNN, TWO_BY_TWO, dense, stack

from builder.document import Document, apply
from builder.jobs.probe import Measured, Probes, key
from builder.settings import Settings

pytestmark = pytest.mark.keras


def measured(probes: Probes, document: Document) -> Measured:
    probes.start(document)
    deadline = time.monotonic() + 120
    while (found := probes.found(document)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_a_step_of_a_real_network_is_measured(tmp_path: Path) -> None:
    found = measured(Probes(Settings(home=tmp_path)), TWO_BY_TWO)
    assert found.problem is None
    assert found.step > 0
    assert found.validation_step > 0
    assert found.memory
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_built_says_why(tmp_path: Path) -> None:
    wrong = stack("Input", dense(3), dense(-1), data="iris")
    found = measured(Probes(Settings(home=tmp_path)), wrong)
    assert found.problem
    assert "units" in found.problem.message


def test_a_measurement_that_dies_is_told(tmp_path: Path) -> None:
    found = measured(Probes(Settings(home=tmp_path), command=(sys.executable, "-c", "exit(9)")), DIGITS_CNN)
    assert found.problem
    assert "without a word" in found.problem.message


def test_the_last_question_follows_the_one_that_runs(tmp_path: Path) -> None:
    slow = (sys.executable, "-c", "import time; time.sleep(0.3); print('{\"step\": 1}')")
    probes = Probes(Settings(home=tmp_path), command=slow)
    batches = [apply(DIGITS_CNN, {"op": "set", "path": "training.batch_size", "value": size}) for size in (8, 16, 32)]
    for document in batches:
        probes.start(document)
    assert [probes.running(document) for document in batches] == [True, False, True]
    assert measured(probes, batches[2]).step == 1
    assert probes.found(batches[0])
    assert probes.found(batches[1]) is None


def test_layout_length_and_seeds_do_not_matter() -> None:
    longer = apply(DIGITS_CNN, {"op": "set", "path": "training.epochs", "value": 99})
    other = apply(DIGITS_CNN, {"op": "set", "path": "training.batch_size", "value": 99})
    assert key(longer) == key(DIGITS_CNN) != key(other)
