"""What is said of real runs while they train, and that an attempt that goes on knows what was said before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from worker_documents import DIGITS_CNN, dense, stack

from builder.document import apply
from builder.events import EpochEnded, Event, Verdict
from builder.rundir import EventLog, RunDirectory

pytestmark = pytest.mark.keras

Train = Callable[..., RunDirectory]


def _verdicts(run: RunDirectory) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["type"] == "verdict"]


def test_a_large_network_on_few_samples_overfits(train: Train) -> None:
    run = train(
        stack(
            "Input",
            dense(64, "tanh"),
            dense(64, "tanh"),
            dense(2, "softmax"),
            data={"dataset": "spiral", "limit": 20},
            optimizer={"kind": "Adam", "params": {"learning_rate": 0.03}},
            epochs=80,
        )
    )
    last = _verdicts(run)[-1]
    assert (last["tone"], last["code"]) == ("watch", "overfitting")
    losses = [event["metrics"]["val_loss"] for event in run.events() if event["type"] == "epoch"]
    assert last["since"] == losses.index(min(losses)) + 2
    assert apply(run.document(), {"op": "batch", "edits": list(last["fix"]["edits"])}) != run.document()


def test_a_huge_learning_rate_diverges(train: Train) -> None:
    run = train(
        stack(
            "Input",
            dense(2),
            data="spiral",
            loss={"kind": "SparseCategoricalCrossentropy", "params": {"from_logits": True}},
            optimizer={"kind": "SGD", "params": {"learning_rate": 100.0}},
            epochs=8,
        )
    )
    last = _verdicts(run)[-1]
    assert (last["tone"], last["code"], last["since"]) == ("bad", "diverging", 1)
    assert last["fix"]["label"] == "Set the learning rate to 0.01"


def test_a_run_that_ends_too_soon_is_still_improving(train: Train) -> None:
    last = _verdicts(train(apply(DIGITS_CNN, {"op": "set", "path": "training.epochs", "value": 4})))[-1]
    assert (last["tone"], last["code"]) == ("good", "still-improving")
    assert last["fix"]["edits"] == [{"op": "set", "path": "training.epochs", "value": 8}]


def test_without_gauges_only_the_figures_are_told(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_GAUGES", "false")
    kinds = {event["type"] for event in train(DIGITS_CNN).events()}
    assert not kinds & {"layers", "histograms", "samples", "examples", "system"}
    assert {"steps", "epoch", "confusion"} <= kinds
    monkeypatch.undo()
    assert {"layers", "histograms", "samples", "examples", "system"} <= {e["type"] for e in train(DIGITS_CNN).events()}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _epoch(number: int) -> EpochEnded:
    loss = 1 / number
    return EpochEnded(epoch=number, step=number, metrics={"loss": loss, "val_loss": loss}, seconds=1)


def test_a_verdict_is_told_when_it_changes_and_remembered(tmp_path: Path) -> None:
    from builder.worker.commentary import Commentary

    path, clock, told = tmp_path / "events.jsonl", Clock(), []
    log = EventLog(path)

    def tell(event: Event) -> None:
        told.append(event)
        log.append(event)

    commentary = Commentary(DIGITS_CNN, tell, path, clock)
    for number in range(1, 10):
        clock.now += 1
        event = _epoch(number)
        log.append(event)
        commentary.hear(event)
    assert [(type(event), event.code) for event in told] == [(Verdict, "learning")]
    with path.open("ab") as file:
        file.write(b'{"seq":99,"time":1,"type":"epoch"}\n')
    again = Commentary(DIGITS_CNN, tell, path, clock)
    clock.now += 1
    again.hear(_epoch(10))
    assert len(told) == 1
    log.close()


DEEP = stack(
    "Input",
    ("Rescaling", {"scale": 0.0625}),
    "Flatten",
    *(dense(12, "sigmoid") for _ in range(9)),
    dense(10, "softmax"),
    data="digits",
    optimizer="SGD",
    metrics=["accuracy"],
    epochs=5,
)


@pytest.mark.parametrize("pace", [0.0, 1e6], ids=["no clock ever calls", "the clock always calls"])
def test_a_run_gets_its_verdict_on_a_slow_and_on_a_fast_machine(
    train: Train, pace: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builder.worker.gauges.effort import Effort

    ticks = iter(range(1_000_000))
    plain = Effort.__init__
    monkeypatch.setattr(Effort, "__init__", lambda self: plain(self, lambda: next(ticks) * pace))
    run = train(DEEP)
    planned = [event["epoch"] for event in run.events() if event["type"] == "layers" and event["planned"]]
    assert planned == [1, 4, 5]
    last = _verdicts(run)[-1]
    assert (last["code"], last["since"]) == ("vanishing-gradients", 1)


@pytest.mark.parametrize("epochs", [1, 2])
def test_the_shortest_run_has_evidence(train: Train, epochs: int) -> None:
    run = train(apply(DEEP, {"op": "set", "path": "training.epochs", "value": epochs}))
    assert _verdicts(run)[-1]["code"] == "vanishing-gradients"


def test_what_guessing_scores_is_told_for_every_figure(train: Train) -> None:
    told = [
        next(event["guesses"] for event in train(document).events() if event["type"] == "model")
        for document in (
            apply(DEEP, {"op": "set", "path": "training.epochs", "value": 1}),
            stack("Input", dense(1), data="plane", loss="mean_squared_error", metrics=["R2Score"], epochs=1),
            stack(
                "Input",
                dense(1),
                data="xor",
                loss={"kind": "BinaryCrossentropy", "params": {"from_logits": True}},
                epochs=1,
            ),
        )
    ]
    classes, values, logit = told
    assert classes["val_loss"] == pytest.approx(2.3025, abs=1e-3)
    assert classes["val_accuracy"] == pytest.approx(0.103, abs=1e-3)
    assert values["val_r2_score"] == pytest.approx(0, abs=1e-4)
    assert values["loss"] == pytest.approx(0.2246, abs=1e-3)
    assert logit["loss"] == pytest.approx(0.693, abs=1e-3)


def test_penalties_are_no_part_of_what_guessing_scores(train: Train) -> None:
    heavy = ("Dense", {"units": 3, "activation": "softmax", "kernel_regularizer": "l2"})
    run = train(stack("Input", heavy, data="iris", epochs=1))
    events = {event["type"]: event for event in run.events()}
    assert events["model"]["guesses"]["loss"] == pytest.approx(1.0986, abs=1e-3)
    assert events["layers"]["penalty"] > 0
