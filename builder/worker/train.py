"""One training run: epochs, validation, best epoch, checkpoints, and the model it ends with."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from builder.catalog.registry import callbacks as catalogue
from builder.catalog.spec import Dataset
from builder.document import Document
from builder.errors import Problem, RunError
from builder.events import Checkpointed, ConfusionMatrix, EpochEnded, Finished, ModelBuilt, Progress
from builder.rundir import RunDirectory, State, write_atomic
from builder.worker import checkpoints, judge
from builder.worker.build import build, compile_model, output_names
from builder.worker.control import Controls, Paused, Stopped
from builder.worker.data import Splits
from builder.worker.feed import feed
from builder.worker.framework import keras
from builder.worker.loop import Evaluator, Figures, Trainer, chunks
from builder.worker.objects import make
from builder.worker.telemetry import Telemetry, Throttle, number, numbers


@dataclass
class Position:
    """Where a run stands. `epoch` counts from 1 and is the one in progress; `done` are its steps so far."""

    epoch: int = 1
    done: int = 0
    step: int = 0
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    metrics: dict[str, float] | None = None
    """Training metrics of the epoch, once its last step is done and while its validation runs."""


@dataclass
class Best:
    """The best epoch so far: its figures and the state of the model after it."""

    epoch: int
    figures: dict[str, float]
    values: list[np.ndarray]
    kept: bool = False
    """Whether the checkpoint of the best epoch on disk is this one."""


class Training:
    """A run from the built model to the saved one; `run` gives the state that it ended in."""

    def __init__(
        self,
        run: RunDirectory,
        document: Document,
        dataset: Dataset,
        splits: Splits,
        telemetry: Telemetry,
        controls: Controls,
    ):
        self._run = run
        self._document = document
        self._telemetry = telemetry
        self._controls = controls
        self._settings = document.training
        self._model = model = build(document)
        compile_model(model, document)
        shapes = dict(zip(output_names(document), (output.shape for output in model.outputs), strict=True))
        widths = {name: shape[-1] for name, shape in shapes.items()}
        batch = self._settings.batch_size
        samples = feed(splits.training, document, dataset, widths)
        self._figures = figures = Figures(model, samples)
        self._trainer = Trainer(figures, samples)
        counted = judge.confusions(document, dataset, shapes)
        self._evaluator = Evaluator(figures, feed(splits.validation, document, dataset, widths), batch, counted)
        self._test = feed(splits.test, document, dataset, widths) if splits.test else None
        self._samples = len(splits.training.y)
        self._validation_steps = -(-len(splits.validation.y) // batch)
        self._monitor = judge.monitor(document)
        self._state = checkpoints.State(model)
        self._checkpoints = checkpoints.Checkpoints(run)
        chosen = [make(catalogue, keras.callbacks, choice.kind, choice.params) for choice in self._settings.callbacks]
        self._watchers = chosen
        self._callbacks = keras.callbacks.CallbackList(chosen, model=model, epochs=self._settings.epochs)
        self._at = Position()
        self._best: Best | None = None
        self._started = self._epoch_started = time.monotonic()
        self._throughput = (0, 0.0)
        self._checkpoint_throttle = Throttle(1.0)
        self._confusion_throttle = Throttle(0.1)
        self._write_failed = False
        trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        telemetry.record(now=True, parameters=model.count_params(), monitor=self._monitor.name)
        telemetry.tell(
            ModelBuilt(
                parameters=model.count_params(),
                trainable=trainable,
                outputs=tuple(shapes),
                classes=dataset.classes,
            )
        )

    def run(self, *, resume: bool) -> State:
        """Train to the end, or until that is stopped or paused; a failure keeps the best model so far and is raised."""
        self._callbacks.on_train_begin()
        if resume:
            self._resume()
        try:
            self._epochs()
            self._callbacks.on_train_end()
            state = State.FINISHED
        except Stopped:
            state = State.STOPPED
        except Paused:
            self._telemetry.flush(self._at.epoch)
            self._checkpoint()
            return State.PAUSED
        except BaseException:
            self._telemetry.flush(self._at.epoch)
            if self._best:
                self._save_model()
            raise
        self._finish()
        return state

    def _epochs(self) -> None:
        while self._at.epoch <= self._settings.epochs and not self._model.stop_training:
            self._epoch_started = time.monotonic() - self._at.epoch_seconds
            self._callbacks.on_epoch_begin(self._at.epoch - 1)
            rate = self._train_epoch()
            self._at.metrics = self._at.metrics or self._figures.read()
            validated, counts = self._evaluator.evaluate(self._tick)
            figures = self._at.metrics | {f"val_{name}": value for name, value in validated.items()}
            self._end_epoch(figures, counts, rate)

    def _train_epoch(self) -> float | None:
        """Take the steps of the epoch that are still to be taken, and give the learning rate of the last."""
        at, batch = self._at, self._settings.batch_size
        order = np.random.default_rng([self._settings.seed, at.epoch]).permutation(self._samples)
        rate = None
        if at.done == 0:
            self._figures.reset()
        for batches in chunks(order[at.done * batch :], batch, self._trainer.pace):
            losses, rate = self._trainer.train(batches)
            if not np.isfinite(losses).all():
                self._telemetry.losses(at.epoch, at.step + 1, losses)
                raise _not_a_number(
                    at, int(np.flatnonzero(~np.isfinite(losses))[0]), float(losses[~np.isfinite(losses)][0])
                )
            self._telemetry.losses(at.epoch, at.step + 1, losses)
            at.done += len(losses)
            at.step += len(losses)
            self._tick()
        return rate

    def _tick(self) -> None:
        """Between two calls of compiled code: tell how far the run is, and look whether it is to stop."""
        self._telemetry.progress(self._progress)
        self._at.epoch_seconds = time.monotonic() - self._epoch_started
        self._controls.check()

    def _end_epoch(self, figures: dict[str, float], counts: list[np.ndarray], rate: float | None) -> None:
        at = self._at
        best = self._best is None or self._monitor.rank(figures) > self._monitor.rank(self._best.figures)
        if best:
            self._best = Best(at.epoch, figures, self._state.take())
        seconds = time.monotonic() - self._epoch_started
        self._telemetry.flush(at.epoch)
        self._telemetry.tell(
            EpochEnded(
                epoch=at.epoch,
                step=at.step,
                metrics=numbers(figures),
                seconds=round(seconds, 4),
                learning_rate=None if rate is None else number(rate),
                best=best,
            )
        )
        logs = figures | ({} if rate is None else {"learning_rate": rate})
        self._callbacks.on_epoch_end(at.epoch - 1, logs)
        last = at.epoch == self._settings.epochs or self._model.stop_training
        if counts and (last or self._confusion_throttle.due()):
            with self._confusion_throttle:
                for confusion, matrix in zip(self._evaluator.confusions, counts, strict=True):
                    rows = tuple(map(tuple, matrix.tolist()))
                    self._telemetry.tell(ConfusionMatrix(epoch=at.epoch, output=confusion.output, matrix=rows))
        self._telemetry.record(epoch=at.epoch, best_epoch=self._best.epoch, metrics=numbers(self._best.figures))
        self._at = Position(at.epoch + 1, 0, at.step, 0.0, at.seconds + seconds)
        if last or self._checkpoint_throttle.due():
            with self._checkpoint_throttle:
                self._checkpoint()

    def _progress(self) -> Progress:
        at, pace = self._at, self._trainer.pace
        total = -(-self._samples // self._settings.batch_size)
        steps, seconds = pace.steps_taken - self._throughput[0], pace.seconds_taken - self._throughput[1]
        self._throughput = (pace.steps_taken, pace.seconds_taken)
        epochs_left = self._settings.epochs - at.epoch
        eta = None
        if pace.step_seconds is not None:
            eta = (epochs_left * total + total - at.done) * pace.step_seconds
            eta += (epochs_left + 1) * self._validation_steps * (self._evaluator.pace.step_seconds or 0.0)
        return Progress(
            epoch=at.epoch,
            epochs=self._settings.epochs,
            step=at.done,
            steps=total,
            samples_per_second=round(steps * self._settings.batch_size / seconds, 1) if seconds else None,
            eta=None if eta is None else round(eta, 2),
        )

    def _checkpoint(self) -> None:
        """Write the best epoch, if it is new, and the present state; a failure is told once, and the run goes on."""
        try:
            if self._best and not self._best.kept:
                meta = {"epoch": self._best.epoch, "figures": self._best.figures}
                path = self._checkpoints.write_best(self._best.values, meta)
                self._best.kept = True
                self._tell_checkpoint(self._best.epoch, path, best=True)
            meta = {
                "position": asdict(self._at),
                "watchers": [_memory(watcher) for watcher in self._watchers],
            }
            path = self._checkpoints.write(self._at.step, self._state.take(), meta)
            self._tell_checkpoint(self._at.epoch - 1, path)
            self._write_failed = False
        except OSError as error:
            if not self._write_failed:
                self._telemetry.notice(
                    Problem(
                        code="checkpoint",
                        severity="warning",
                        message=f"A checkpoint could not be written: {error.strerror or error}.",
                        hint="Training goes on; free some space, or an interruption costs what it has learned since.",
                    )
                )
            self._write_failed = True

    def _tell_checkpoint(self, epoch: int, path: Any, *, best: bool = False) -> None:
        relative = path.relative_to(self._run.path).as_posix()
        self._telemetry.tell(Checkpointed(epoch=epoch, path=relative, best=best))

    def _resume(self) -> None:
        """Go on from the newest checkpoint that is whole; without one the run starts over."""
        found = self._checkpoints.latest(self._state)
        if found is None:
            return
        values, meta = found
        self._state.put(values)
        self._at = Position(**meta["position"])
        for watcher, memory in zip(self._watchers, meta["watchers"], strict=True):
            vars(watcher).update(memory)
        if best := self._checkpoints.best(self._state):
            self._best = Best(best[1]["epoch"], best[1]["figures"], best[0], kept=True)

    def _finish(self) -> None:
        """Save the model of the best epoch and tell its figures, and how it does on samples it has never seen."""
        self._telemetry.flush(self._at.epoch)
        self._save_model()
        best = self._best
        figures = dict(best.figures) if best else {}
        if figures and getattr(self._model.optimizer, "use_ema", False):
            validated, _ = self._evaluator.evaluate(lambda: None)
            figures |= {f"val_{name}": value for name, value in validated.items()}
        tested: dict[str, float] = {}
        if self._test is not None:
            tested, _ = Evaluator(self._figures, self._test, self._settings.batch_size).evaluate(lambda: None)
        self._telemetry.record(metrics=numbers(figures), test_metrics=numbers(tested))
        self._telemetry.tell(
            Finished(
                epochs=self._at.epoch - 1,
                seconds=round(self._at.seconds, 3),
                best_epoch=best.epoch if best else None,
                monitor=self._monitor.name,
                metrics=numbers(figures),
                test_metrics=numbers(tested),
            )
        )

    def _save_model(self) -> None:
        """Put the best epoch's weights back, if there is one, and write `artifacts/model.keras`.

        An optimizer that averages the weights (`use_ema`) puts its averages in their place, as at the end of `fit`.
        """
        if self._best:
            self._state.put(self._best.values)
        self._model.optimizer.finalize_variable_values(self._model.trainable_weights)
        try:
            write_atomic(self._run.model_path, self._model.save)
        except OSError as error:
            raise RunError(
                f"The trained model could not be saved: {error.strerror or error}.",
                code="disk",
                hint="Free some space and resume the run, which goes on from its last checkpoint.",
            ) from error


def _memory(watcher: Any) -> dict[str, Any]:
    """What a Keras callback has counted so far: its attributes that are plain numbers."""
    return {name: value for name, value in vars(watcher).items() if isinstance(value, bool | int | float)}


def _not_a_number(at: Position, offset: int, loss: float) -> RunError:
    what = "infinite" if np.isinf(loss) else "not a number (NaN)"
    return RunError(
        f"The loss became {what} in epoch {at.epoch}, step {at.step + offset + 1}.",
        code="nan-loss",
        where="training.optimizer.params.learning_rate",
        hint="Lower the learning rate, scale the inputs (Rescaling or BatchNormalization after the Input), or clip the "
        "gradients (the optimizer's clipnorm).",
    )
