"""What the templates reach, and how long they take: each is trained as a person would, in a process of its own.

Run it with `uv run python tests/bench/bench_templates.py [TEMPLATE]...`. The time is that of everything: starting
Python, importing TensorFlow, reading the data, training, saving. MNIST is read from KERAS_HOME or downloaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from builder.catalog.registry import templates
from builder.catalog.spec import Template
from builder.document import from_value
from builder.rundir import RunDirectory, RunRecord, State

BARS = {
    "digits_cnn": ("val_accuracy", 0.97),
    "mnist_cnn": ("val_accuracy", 0.985),
    "lenet5": ("val_accuracy", 0.975),
    "iris_mlp": ("val_accuracy", 0.93),
    "spiral_mlp": ("test accuracy", 0.97),
    "digits_residual": ("val_accuracy", 0.97),
    "diabetes_regression": ("val_r2_score", 0.4),
    "xor_mlp": ("test accuracy", 0.97),
    "digits_lstm": ("val_accuracy", 0.95),
    "wine_branches": ("val_accuracy", 0.95),
    "digits_two_heads": ("val_final_accuracy", 0.97),
}
"""The figure that each template must reach."""


@dataclass(frozen=True)
class Result:
    seconds: float
    record: RunRecord

    def figure(self, name: str) -> float | None:
        """A metric of the best epoch, or "test ..." for one on the test set."""
        tested = name.removeprefix("test ")
        return self.record.metrics.get(name) if tested == name else self.record.test_metrics.get(tested)


def train(template: Template, runs: Path) -> Result:
    """Train the template's document in a fresh process."""
    run = RunDirectory.create(runs, from_value(template.document))
    started = time.perf_counter()
    with open(run.log_path, "wb") as log:
        subprocess.run(
            [sys.executable, "-m", "builder.worker.main", str(run.path)], stdout=log, stderr=log, check=False
        )
    seconds = time.perf_counter() - started
    if run.record().state is not State.FINISHED:
        problem = run.record().problem
        print(f"{template.kind}: {problem.sentence() if problem else run.log_path.read_text()[-2000:]}")
    return Result(seconds, run.record())


def main(kinds: list[str]) -> int:
    chosen = [template for template in sorted(templates, key=lambda item: item.order) if template.kind in kinds]
    print(f"{os.cpu_count()} cores\n")
    heads = f"{'template':<22}{'parameters':>11}{'seconds':>9}{'best':>6}  {'figure':<22}{'reached':>8}{'bar':>7}"
    print(f"{heads}  met  on the test set, or else in validation")
    met = True
    with tempfile.TemporaryDirectory() as folder:
        for template in chosen:
            result = train(template, Path(folder))
            name, bar = BARS[template.kind]
            value = result.figure(name)
            reached = value is not None and value >= bar
            met = met and reached
            tested = ", ".join(f"{key} {figure:.4g}" for key, figure in result.record.test_metrics.items())
            other = ", ".join(f"{key} {figure:.4g}" for key, figure in result.record.metrics.items() if "val" in key)
            print(
                f"{template.kind:<22}{result.record.parameters or 0:>11,}{result.seconds:>9.1f}"
                f"{result.record.best_epoch or 0:>6}  {name:<22}{value or float('nan'):>8.4f}{bar:>7.3f}"
                f"  {'yes' if reached else 'NO':<4} {tested or other}",
                flush=True,
            )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(BARS)))
