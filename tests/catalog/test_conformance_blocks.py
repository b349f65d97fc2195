"""Ready blocks by Keras' own word: behind fitting tensors they have no error and give the shapes that they declare."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ready import document

from builder.catalog.registry import blocks
from builder.catalog.rules import problems
from builder.catalog.spec import ReadyBlock

pytestmark = pytest.mark.keras

BLOCKS = [pytest.param(block, id=block.kind) for block in blocks]
REPEATING = [pytest.param(block, id=block.kind) for block in blocks if block.repeats]


@pytest.fixture(scope="module")
def analyse() -> Any:
    from builder.worker.analyse import analyse

    return analyse


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_fits_behind_its_examples_and_gives_what_it_declares(analyse: Any, block: ReadyBlock) -> None:
    found = document(block)
    analysis = analyse(found)
    assert [problem.code for problem in problems(found, analysis) if problem.severity == "error"] == []
    for node, shape in block.outputs:
        report = analysis.nodes[node]
        assert report.final.shape == (None, *shape)


@pytest.mark.parametrize("block", REPEATING)
def test_a_block_stands_three_times_in_a_row(analyse: Any, block: ReadyBlock) -> None:
    from builder.worker.build import build

    found = document(block, repeat=3)
    analysis = analyse(found)
    assert {name: report.error for name, report in analysis.nodes.items() if report.error} == {}
    assert all(report.copies == 3 for name, report in analysis.nodes.items() if not name.startswith("input"))
    rows = [report.in_all for report in analysis.nodes.values()]
    assert sum(row.parameters for row in rows) == analysis.parameters == build(found).count_params()
    assert sum(row.activation_bytes for row in rows) == analysis.activation_bytes
    assert sum(row.flops for row in rows) == analysis.flops


def test_every_block_that_keeps_its_width_repeats() -> None:
    assert {"residual", "inverted_residual", "transformer_encoder", "transformer_decoder"} <= {
        block.kind for block in blocks if block.repeats
    }


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_computes(block: ReadyBlock) -> None:
    from builder.worker.build import build

    model = build(document(block))
    random = np.random.default_rng(0)
    given = [random.normal(size=(2, *entrance.example)).astype("float32") for entrance in block.inputs]
    answer = model(given if len(given) > 1 else given[0])
    assert all(np.isfinite(np.asarray(part)).all() for part in (answer if isinstance(answer, list) else [answer]))


def test_a_decoder_sees_only_its_own_earlier_steps_and_all_of_the_memory() -> None:
    from builder.worker.build import build

    block = blocks["transformer_decoder"]
    model = build(document(block, repeat=2))
    random = np.random.default_rng(0)
    steps, memory = (random.normal(size=(2, *entrance.example)).astype("float32") for entrance in block.inputs)
    later, other = steps.copy(), memory.copy()
    later[:, 5:] += 1
    other[:, 19:] += 1
    answer = np.asarray(model([steps, memory]))
    np.testing.assert_allclose(np.asarray(model([later, memory]))[:, :5], answer[:, :5], atol=1e-5)
    assert np.abs(np.asarray(model([steps, other]))[:, 0] - answer[:, 0]).max() > 1e-4
