"""One training run: epochs, validation after each, and the model it ends with."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial

import numpy as np

from builder.catalog.compilation import gain
from builder.catalog.keeping import keeping
from builder.catalog.reading import output_names
from builder.catalog.registry import callbacks as catalogue
from builder.catalog.spec import Dataset
from builder.document import Document
from builder.document.expand import expand, expanded
from builder.errors import RunError
from builder.events import ConfusionMatrix, EpochEnded, Finished, ModelBuilt, Progress
from builder.rundir import RunDirectory, State, write_atomic
from builder.settings import load as installation
from builder.worker import judge
from builder.worker.backends import backend
from builder.worker.blame import blame
from builder.worker.build import build, compile_model
from builder.worker.checkpoints import State as ModelState
from builder.worker.commentary import Commentary
from builder.worker.control import Controls, Paused, Stopped
from builder.worker.data import Splits
from builder.worker.feed import feed
from builder.worker.framework import keras
from builder.worker.gauges.gauge import Moment, Subject
from builder.worker.gauges.panel import gauges_for
from builder.worker.gauges.watch import Watch
from builder.worker.guessing import guesses
from builder.worker.hooks import Hooks
from builder.worker.keeper import Keeper, Position
from builder.worker.lookups import check_lookups
from builder.worker.loop import Evaluator, Figures, Trainer, chunks
from builder.worker.nonfinite import Search, broken
from builder.worker.objects import make
from builder.worker.saving import save
from builder.worker.share import Share
from builder.worker.steering import Steering
from builder.worker.telemetry import BEAT, Telemetry, number, numbers
from builder.worker.throttle import Throttle

SWAY = 0.3
"""How much the newest epoch counts where it is told how long the rest will take."""


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
        self._drawn = document
        origin = expand(document.model).origin
        telemetry.hear = Commentary(document, telemetry.tell, run.events_path).hear
        self._document = document = expanded(document)
        self._run = run
        self._settings = settings = document.training
        self._telemetry = telemetry
        self._model = model = build(document)
        compile_model(model, document)
        shapes = dict(zip(output_names(document), (output.shape for output in model.outputs), strict=True))
        widths = {name: shape[-1] for name, shape in shapes.items()}
        training, validation = (feed(part, document, dataset, widths) for part in (splits.training, splits.validation))
        self._test = feed(splits.test, document, dataset, widths) if splits.test else None
        check_lookups(model, document, self._drawn, [training, validation, *([self._test] if self._test else [])])
        self._samples = len(training)
        self._steps = -(-len(training) // settings.batch_size)
        self._validation_steps = -(-len(validation) // settings.batch_size)
        self._figures = Figures(model, training)
        policy = backend.course(
            document,
            gain(document, model.count_params()),
            steps=self._steps * settings.epochs,
            wanted=settings.xla,
            tell=telemetry.execution,
        )
        watchers = [make(catalogue, keras.callbacks, choice.kind, choice.params) for choice in settings.callbacks]
        self._keeper = Keeper(run, model, keeping(document), watchers, telemetry)
        self._hooks = hooks = Hooks(
            self._keeper.callbacks, model, self._figures.read, epochs=settings.epochs, steps=self._steps
        )
        batch = settings.batch_size
        self._trainer = Trainer(self._figures, training, batch, policy, most=1 if hooks.each_step else None)
        counted = judge.confusions(document, dataset, shapes)
        most = 1 if hooks.each_test_batch else None
        self._evaluator = Evaluator(self._figures, validation, batch, counted, policy, most=most)
        subject = Subject(model, document, dataset, training, validation)
        self._watch = Watch(gauges_for(subject), subject.effort, telemetry.tell)
        self._share = Share(installation().threads, backend.use_threads)
        self._steering = Steering(document, run.record(), model, telemetry, controls)
        self._at = Position()
        self._epoch_started = time.monotonic()
        self._confusion_throttle = Throttle(0.1)
        self._told: tuple[int, float] | None = None
        self._turned: float | None = None
        self._turn: float | None = None
        telemetry.record.now(parameters=model.count_params(), monitor=self._keeper.monitor)
        trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        telemetry.tell(
            ModelBuilt(
                parameters=model.count_params(),
                trainable=trainable,
                outputs=tuple(shapes),
                classes=dataset.classes,
                guesses=numbers(guesses(model, training, validation)),
                copies={name: drawn for name, drawn in origin.items() if name != drawn},
            )
        )

    def run(self, *, resume: bool) -> State:
        """Train to the end, or until that is stopped or paused; a failure keeps the best model so far and is raised."""
        self._hooks.train_begin()
        if resume:
            self._at = self._keeper.resume() or self._at
        self._trainer.policy.begin(self._at.step, self._run.record().execution if resume else ())
        self._steering.begin(self._at)
        try:
            self._epochs()
            state = State.FINISHED
        except Stopped:
            self._keeper.write(self._at)
            state = State.STOPPED
        except Paused:
            self._keeper.write(self._at)
            return State.PAUSED
        except BaseException:
            self._telemetry.flush()
            if self._keeper.best:
                with suppress(RunError):  # What ended the run matters more.
                    self._save_model()
            raise
        self._finish(state)
        return state

    def _epochs(self) -> None:
        while self._goes_on():
            self._epoch_started = time.monotonic() - self._at.epoch_seconds
            self._train_epoch()
            self._at.metrics = self._at.metrics or self._figures.read()
            validated = self._validate()
            self._end_epoch(self._at.metrics | {f"val_{name}": value for name, value in validated.items()})
            if self._goes_on():
                self._steering.epoch_ended()
                self._hold()

    def _goes_on(self) -> bool:
        """Whether there is an epoch left to train."""
        return self._at.epoch <= self._steering.epochs and not self._model.stop_training

    def _train_epoch(self) -> None:
        """Take the steps of the epoch that are still to be taken, in an order that the seed and the epoch decide."""
        at, batch = self._at, self._settings.batch_size
        if at.metrics is not None:  # Only its validation is left; a callback may have ended the epoch early.
            self._model.stop_training = at.done < self._steps
            return
        order = np.random.default_rng([self._settings.seed, at.epoch]).permutation(self._samples)
        if at.done == 0:
            self._figures.reset()
            self._hooks.epoch_begin(at.epoch, self._steering.epochs)
        while at.done < self._steps and not self._model.stop_training:
            until = self._steering.before_steps(at, self._steps)
            for batches in chunks(order[at.done * batch : until * batch], batch, self._trainer.pace):
                self._train_chunk(batches)
                self._tick()
                if self._hold() or self._steering.waits or self._model.stop_training:
                    break

    def _train_chunk(self, batches: np.ndarray) -> None:
        """Take one step for each row of sample indices, and tell and keep what came of it."""
        at = self._at
        try:
            with self._hooks.step(at.done):
                losses, at.learning_rate = self._trainer.train(batches)
        except Exception as error:
            blame(error, self._model, self._document, self._drawn, self._trainer.batch, batches)
            raise
        self._telemetry.losses(at.epoch, at.step + 1, losses)
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            self._broke(at.step + 1 + int(wrong[0]), float(losses[wrong[0]]))
        at.done += len(losses)
        at.step += len(losses)
        self._keeper.step_ended(at)

    def _validate(self) -> dict[str, float]:
        self._hooks.test_begin()
        figures = self._evaluator.evaluate(self._tick, self._hooks.test_batch)
        self._hooks.test_end(figures)
        return figures

    def _broke(self, step: int, loss: float) -> None:
        """Raise for a loss that is not finite, or just tell of it where a callback has ended the training for that."""
        if not self._model.stop_training:
            raise self._broken(step, loss)
        state = ModelState(self._model)
        values = state.take()
        problem = self._broken(step, loss).problem
        state.put(values)
        self._telemetry.notice(problem.model_copy(update={"severity": "warning"}))

    def _broken(self, step: int, loss: float) -> RunError:
        """The error of a run whose loss in this step is not finite, with the layer where that began."""
        search = Search(self._model, self._drawn, self._trainer, self._keeper, self._samples, self._steps)
        return broken(step, self._at.epoch, self._steps, loss, search, self._drawn)

    def _tick(self) -> None:
        """Between two calls of compiled code: tell how far the run is, and look whether it is to stop."""
        self._at.epoch_seconds = time.monotonic() - self._epoch_started
        self._share.look()
        self._telemetry.tick(self._progress)
        if not self._hooks.testing:
            self._watch.tick(Moment(self._at.epoch, self._at.step))
        self._steering.look()
        if self._telemetry.hold(self._steering.look):
            self._epoch_started = time.monotonic() - self._at.epoch_seconds

    def _hold(self) -> bool:
        """Stand still where the run was to go one step and has gone it; that time does not count. True if so."""
        at = self._at
        if not self._steering.reached(at):
            return False
        self._keeper.write(at)
        self._steering.wait(at)
        self._turned = self._told = None
        self._epoch_started = time.monotonic() - at.epoch_seconds
        return True

    def _end_epoch(self, figures: dict[str, float]) -> None:
        at, telemetry = self._at, self._telemetry
        seconds = time.monotonic() - self._epoch_started
        brief = seconds < BEAT
        self._hooks.epoch_end(at.epoch, self._steering.epochs, figures)
        best = self._keeper.judged(at.epoch, figures)
        telemetry.tell(
            EpochEnded(
                epoch=at.epoch,
                step=at.step,
                metrics=numbers(figures),
                seconds=round(seconds, 4),
                learning_rate=None if at.learning_rate is None else number(at.learning_rate),
                best=best,
            ),
            soon=brief,
        )
        last = at.epoch >= self._steering.epochs or self._model.stop_training
        if last or self._confusion_throttle.due():
            with self._confusion_throttle:
                for confusion, matrix in zip(self._evaluator.confusions, self._evaluator.counts(), strict=True):
                    rows = tuple(map(tuple, matrix.tolist()))
                    telemetry.tell(ConfusionMatrix(epoch=at.epoch, output=confusion.output, matrix=rows), soon=brief)
        if not last:
            self._watch.epoch_ended(at.epoch, at.step)
        kept = self._keeper.best
        telemetry.record.soon(epoch=at.epoch, best_epoch=kept.number, metrics=kept.told)
        self._took_turn()
        self._at = Position(epoch=at.epoch + 1, step=at.step, seconds=at.seconds + seconds)
        if last:
            self._keeper.write(self._at)
        else:
            self._keeper.epoch_ended(self._at)

    def _took_turn(self) -> None:
        """Learn how long it is from the end of one epoch to that of the next, the newest counting most."""
        now = time.monotonic()
        if self._turned is not None:
            took = now - self._turned
            self._turn = took if self._turn is None else self._turn + SWAY * (took - self._turn)
        self._turned = now

    def _progress(self) -> Progress:
        """The rate is that since it was last told, with all that went on meanwhile: it fits the time that passes.

        The ETA goes by how long epochs last, once two have ended; before, by steps and validation.
        """
        at, pace, now = self._at, self._trainer.pace, time.monotonic()
        told, self._told = self._told, (at.step, now)
        rate = (at.step - told[0]) * self._settings.batch_size / (now - told[1]) if told and now > told[1] else None
        eta = None
        left = max(0, self._steering.epochs - at.epoch)
        if self._turn is not None:
            eta = (left + 1 - at.done / self._steps) * self._turn
        elif pace.step_seconds is not None:
            eta = (left * self._steps + self._steps - at.done) * pace.step_seconds
            eta += (left + 1) * self._validation_steps * (self._evaluator.pace.step_seconds or 0.0)
        return Progress(
            epoch=at.epoch,
            epochs=self._steering.epochs,
            step=at.done,
            steps=self._steps,
            samples_per_second=None if rate is None else round(rate, 1),
            eta=None if eta is None else round(eta, 2),
        )

    def _finish(self, state: State) -> None:
        """Save the model of the epoch that is kept, tell its figures, and how it does on samples it has never seen.

        Figures are those of the weights that are saved: where averages came into play, these may be others than those
        that were measured in that epoch.
        """
        self._telemetry.flush()
        self._watch.close(max(1, self._at.epoch - (self._at.done == 0)), self._at.step)
        if state is State.FINISHED:
            self._hooks.train_end()
        self._save_model()
        best = self._keeper.best
        figures = dict(best.figures) if best else {}
        if figures and getattr(self._model.optimizer, "use_ema", False):
            validated = self._evaluator.evaluate(lambda: None)
            figures |= {f"val_{name}": value for name, value in validated.items()}
        tested: dict[str, float] = {}
        if self._test is not None:
            tested = Evaluator(self._figures, self._test, self._settings.batch_size).evaluate(lambda: None)
        self._telemetry.record.soon(metrics=numbers(figures), test_metrics=numbers(tested))
        self._telemetry.tell(
            Finished(
                epochs=self._at.epoch - 1,
                seconds=round(self._at.seconds, 3),
                best_epoch=best.number if best else None,
                monitor=self._keeper.monitor,
                metrics=numbers(figures),
                early=self._model.stop_training,
                test_metrics=numbers(tested),
            )
        )

    def _save_model(self) -> None:
        """Put the weights of the epoch that is kept back, if there is one, and write `artifacts/model.keras`."""
        self._keeper.restore_best()
        try:
            write_atomic(self._run.model_path, partial(save, self._model), allowed=self._run.fence)
        except OSError as error:
            raise RunError(
                f"The trained model could not be saved: {error.strerror or error}.",
                code="disk",
                hint="Free some space and resume the run, which goes on from its last checkpoint.",
            ) from error
