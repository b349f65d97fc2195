"""The estimate of memory against what real runs took, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from worker_documents import dense, stack

from builder.catalog.analysis import Analysis, NodeReport
from builder.catalog.memory import Memory, memory, too_large
from builder.document import apply
from builder.rundir import RunDirectory

FACTOR = 1.3

NETWORKS = {
    "small": stack("Input", "Flatten", dense(10, "softmax"), data="digits", epochs=1),
    "weights": stack(
        "Input",
        "Flatten",
        *[dense(2048, "relu")] * 3,
        dense(10, "softmax"),
        data={"dataset": "digits", "limit": 400},
        epochs=1,
        optimizer={"kind": "Adam"},
    ),
    "activations": stack(
        "Input",
        ("Reshape", {"target_shape": [64, 1]}),
        ("LSTM", {"units": 64, "return_sequences": True}),
        ("LSTM", {"units": 64}),
        dense(10, "softmax"),
        data="digits",
        epochs=1,
        batch_size=1024,
    ),
}


def resident(pid: int) -> int:
    """The most memory that a process has had since it began its program, in bytes; 0 when it is gone.

    Not `ru_maxrss`: that counts what the process was before, a copy of the tests' own.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


@pytest.mark.skipif(sys.platform != "linux", reason="The highest resident memory is in other units elsewhere.")
@pytest.mark.parametrize("name", NETWORKS)
def test_the_estimate_is_what_a_run_takes(name: str, analysis, tmp_path: Path) -> None:
    document = NETWORKS[name]
    run = RunDirectory.create(tmp_path / "runs", document)
    process = subprocess.Popen(
        [sys.executable, "-m", "builder.worker.main", str(run.path)], env=os.environ | {"LAYERLOOM_THREADS": "1"}
    )
    highest = 0
    while process.poll() is None:
        highest = max(highest, resident(process.pid))
        time.sleep(0.02)
    assert process.returncode == 0
    estimated = memory(document, analysis.analyse(document))
    assert estimated
    assert 1 / FACTOR < estimated.total / highest < FACTOR


def test_a_length_that_is_not_known_gives_no_estimate() -> None:
    document = NETWORKS["small"]
    assert memory(document, Analysis()) is None
    assert memory(document, Analysis(nodes={"n0": NodeReport()}, flops=1)) is None


def test_what_does_not_fit_is_told_with_the_batch_that_would() -> None:
    document = NETWORKS["activations"]
    needed = Memory(weights=100, gradients=100, activations=1_024_000, data=0, framework=1000)
    assert too_large(document, needed, needed.total) is None
    problem = too_large(document, needed, 400_000)
    assert problem
    assert problem.fix
    assert problem.fix.label == "Use batches of 256"
    assert apply(document, problem.fix.edits[0]).training.batch_size == 256
    hopeless = too_large(document, needed, 200)
    assert hopeless
    assert hopeless.fix is None
