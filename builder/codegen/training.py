"""The training settings as Python: compile, callbacks, fit, evaluate, save."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.catalog.keeping import keeping
from builder.catalog.reading import loss_of, output_names, weight_of
from builder.catalog.registry import callbacks, losses, metrics, optimizers
from builder.codegen.data import fed
from builder.codegen.entries import Construction, choose, construct
from builder.codegen.expression import COMMENTED, WIDTH, Bracket, Code, Expression, call, literal, statement
from builder.codegen.labels import output_keys
from builder.codegen.text import Block, comment, commented
from builder.document import Choice, Document


def compiling(document: Document) -> Block:
    """`model.compile(...)`; with several outputs, loss, weight and metrics of each by its name."""
    training, names = document.training, output_names(document)
    wrong: list[str] = []
    optimizer = _taken(_optimizer(training.optimizer), wrong)
    if len(names) < 2:
        loss = _taken(_loss(loss_of(document, names[0]) if names else training.loss), wrong)
        arguments = {"optimizer": optimizer, "loss": loss}
    else:
        keys = output_keys(document)
        found = tuple(_taken(_loss(loss_of(document, name)), wrong) for name in names)
        weights = tuple(weight_of(document, name) for name in names)
        arguments = {"optimizer": optimizer, "loss": _each(keys, found)}
        if set(weights) != {1.0}:
            arguments["loss_weights"] = _each(keys, tuple(map(literal, weights)))
    chosen = Bracket(tuple(_taken(_metric(choice), wrong) for choice in training.metrics))
    if training.metrics:
        arguments["metrics"] = chosen if len(names) < 2 else _each(output_keys(document), (chosen,) * len(names))
    lines = [comment(text) for text in wrong]
    return Block("\n".join((*lines, statement("", call("model.compile", **arguments)))))


def fitting(
    document: Document, file: str, more: tuple[Expression, ...] = (), *, data: bool, test: bool
) -> Iterator[Block]:
    """Train, save the model of the epoch that a run keeps, and tell how good it is; comments where there is no data.

    `more` are callbacks besides the document's.
    """
    x, y = fed(document)
    watch, wrong = _callbacks(document, file)
    watch = Bracket((*watch.items, *more))
    fit = call(
        "model.fit",
        Code(x.format("x_train")),
        Code(y.format("y_train")),
        validation_data=Bracket((Code(x.format("x_val")), Code(y.format("y_val"))), "()"),
        epochs=literal(document.training.epochs),
        batch_size=literal(document.training.batch_size),
        **({"callbacks": watch} if watch.items else {}),
    )
    parts = {"Validation": "val", "Test": "test"} if test else {"Validation": "val"}
    shown = [_shown(document, title, x.format(f"x_{part}"), y.format(f"y_{part}")) for title, part in parts.items()]
    trained = "\n".join((*map(comment, wrong), statement("history = ", fit, width=WIDTH if data else COMMENTED)))
    save = statement("", call("model.save", literal(file)))
    if not data:
        yield Block(commented(trained))
        yield Block(save)
        return
    yield Block(trained)
    yield Block("\n".join((*_kept(document, file, save), *shown)))


def _shown(document: Document, title: str, x: str, y: str) -> str:
    """Print the figures on some samples; a loss that is a sum depends on the size of batches: it is the run's then."""
    sums = any(loss_of(document, name).params.get("reduction") == "sum" for name in output_names(document))
    size = {"batch_size": literal(document.training.batch_size)} if sums else {}
    measured = call("model.evaluate", Code(x), Code(y), **size, return_dict=Code("True"))
    return statement("", call("print", literal(f"{title}:"), measured))


def _kept(document: Document, file: str, save: str) -> Iterator[str]:
    """From the end of `fit` to the network that a run keeps, as `model` and in the file."""
    found = keeping(document)
    if found.monitor is None:
        yield comment(
            "EarlyStopping puts the weights of its best epoch back."
            if found.callbacks
            else "The weights are those of the last epoch."
        )
        yield save
        return
    yield comment("The file holds the network of its best epoch.")
    yield f'model = keras.saving.load_model("{file}")'
    if document.training.optimizer.params.get("use_ema"):
        yield comment("The averages of the weights take their place.")
        yield "model.optimizer.finalize_variable_values(model.trainable_weights)"
        yield save


def _callbacks(document: Document, file: str) -> tuple[Bracket, list[str]]:
    """The document's callbacks; what keeps the best epoch stands before them, for some change weights at its end."""
    wrong: list[str] = []
    chosen = [
        _taken(construct(callbacks, "keras.callbacks", choice.kind, choice.params), wrong)
        for choice in document.training.callbacks
    ]
    found = keeping(document)
    if found.monitor is None:
        return Bracket(tuple(chosen)), wrong
    named: dict[str, Expression] = {"monitor": literal(found.monitor)} if found.monitor != "val_loss" else {}
    if found.better == "max":
        named["mode"] = literal(found.better)
    best = call("keras.callbacks.ModelCheckpoint", literal(file), **named, save_best_only=Code("True"))
    return Bracket((best, *chosen)), wrong


def _optimizer(choice: Choice) -> Construction:
    entry = optimizers.get(choice.kind)
    return choose(optimizers, "keras.optimizers", choice, entry.aliases[0] if entry and entry.aliases else None)


def _loss(choice: Choice) -> Construction:
    entry = losses.get(choice.kind)
    return choose(losses, "keras.losses", choice, entry.aliases[0] if entry and entry.aliases else None)


def _metric(choice: Choice) -> Construction:
    entry = metrics.get(choice.kind)
    known = entry is not None and entry.name == _snake_case(entry.kind)
    return choose(metrics, "keras.metrics", choice, entry.name if entry and known else None)


def _snake_case(kind: str) -> str:
    """A class name as Keras accepts it in a string: "MeanAbsoluteError" is also "mean_absolute_error"."""
    return re.sub(r"(?<=.)([A-Z][a-z]+)|(?<=[a-z])([A-Z])", r"_\1\2", kind).lower()


def _taken(made: Construction, wrong: list[str]) -> Expression:
    wrong.extend(made.wrong)
    return made.code or Code("None")


def _each(keys: tuple[str, ...] | None, values: tuple[Expression, ...]) -> Expression:
    """What each output has: by its name, or in order where the names are not enough."""
    return Bracket(values, "{}", tuple(map(literal, keys))) if keys else Bracket(values)
