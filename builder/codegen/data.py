"""The data as Python: read it, shuffle it, and hold a share back, exactly as a run does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from builder.catalog.reading import Entrance, dataset_of, entrance, inputs_of, output_names, split_sizes
from builder.catalog.spec import Dataset, GeneratedSource, KerasSource, SklearnSource
from builder.codegen.expression import Code, call, literal, statement
from builder.codegen.labels import ROWS, column, labels, output_keys, row
from builder.codegen.source import Source, source
from builder.codegen.text import Block, comment
from builder.document import Document


@dataclass(frozen=True)
class Loading:
    """How a data set is read: imports, functions that are defined for it, and the statements that fill x and y."""

    statements: tuple[str, ...]
    imports: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Names that the statements use besides x, y and what is imported."""
    needs: tuple[str, ...] = ()
    """Packages to install beside Keras."""
    test: bool = False
    """Whether x_test and y_test are filled too."""


def loading(document: Document) -> Loading | None:
    """How the chosen data set is read; None where there is none or the catalogue does not know it."""
    dataset = dataset_of(document)
    if dataset is None or document.data is None or dataset.source is None:
        return None
    return _load(dataset.source, dataset, document.data.seed)


@singledispatch
def _load(kind: Any, dataset: Dataset, seed: int) -> Loading | None:
    return None


@_load.register
def _sklearn(kind: SklearnSource, dataset: Dataset, seed: int) -> Loading:
    options = {name: literal(value) for name, value in kind.options.items()}
    read = statement("x, y = ", call(kind.loader, return_X_y=Code("True"), **options))
    lines = (read, f"x = {_reshaped('x', dataset)}") if len(dataset.shape) > 1 else (read,)
    return Loading(lines, imports=(f"from sklearn.datasets import {kind.loader}",), needs=("scikit-learn",))


@_load.register
def _keras(kind: KerasSource, dataset: Dataset, seed: int) -> Loading:
    found = source(kind.read)
    arrays = "(x, y), (x_test, y_test)"
    lines = [
        'folder = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"',
        comment("A file that is there already is read here: Keras deletes one that it does not know."),
        "try:",
        f"    {arrays} = {kind.read.__name__}(folder)",
        "except FileNotFoundError:",
        f"    {arrays} = keras.datasets.{kind.module}.load_data()  # It downloads.",
    ]
    if dataset.shape[-1] == 1:
        lines.append(f"x, x_test = {_reshaped('x', dataset)}, {_reshaped('x_test', dataset)}")
    if kind.label_column:
        lines.append("y, y_test = y.ravel(), y_test.ravel()")
    imports = ("import os", "from pathlib import Path", *_imports(found))
    return Loading(tuple(lines), imports, found.texts, names=("folder",), test=True)


@_load.register
def _generated(kind: GeneratedSource, dataset: Dataset, seed: int) -> Loading:
    name = kind.make.__name__
    lines = tuple(
        f"x{part}, y{part} = {name}({kind.samples}, np.random.default_rng([{seed}, {draw}]))"
        for draw, part in enumerate(("", "_test"))
    )
    found = source(kind.make)
    return Loading(lines, _imports(found), found.texts, test=True)


def _imports(found: Source) -> tuple[str, ...]:
    return tuple(
        f"import {module}" if name == module else f"import {module} as {name}" for name, module in found.modules.items()
    )


def _reshaped(name: str, dataset: Dataset) -> str:
    return f"{name}.reshape(-1, {', '.join(map(str, dataset.shape))})"


def data(document: Document) -> Iterator[Block]:
    """The statements that fill x_train, y_train, x_val and y_val (and x_test, y_test where there is a test set)."""
    found, dataset, settings = loading(document), dataset_of(document), document.data
    if settings is None:
        yield Block(comment("No data set is chosen yet; fill x_train, y_train, x_val and y_val here."))
        return
    if found is None or dataset is None:
        yield Block(
            comment(
                f'The catalogue does not know the data set "{settings.dataset}"; fill x_train, y_train, x_val, y_val.'
            )
        )
        return
    yield Block("\n".join((comment(f"Data: {dataset.summary}"), *found.statements)))
    split = ("x_train, y_train = x[kept], y[kept]", "x_val, y_val = x[held], y[held]")
    prepared = (*_labels(document, found.test), *_columns(document, found.test))
    yield Block("\n".join((*_split(document, dataset), *prepared, *split)))


def _split(document: Document, dataset: Dataset) -> Iterator[str]:
    settings = document.data
    assert settings is not None
    share = settings.validation_split
    every = ", every class in its share" if dataset.classes else ""
    yield comment(f"Hold {100 * share:.4g} % of the samples back for validation{every}.")
    yield f"order = np.random.default_rng({settings.seed}).permutation(len(x))"
    if dataset.classes:
        yield 'order = order[np.argsort(y[order], kind="stable")]'
    total = sum(split_sizes(dataset.samples, share, settings.limit))
    if total < dataset.samples:
        yield f"order = order[np.arange({total}) * len(order) // {total}]  # use only these"
    count = f"round(len(order) * {share!r})"
    yield f"count = {count if round(total * share) >= 1 else f'max(1, {count})'}"
    yield "held = order[np.arange(count) * len(order) // count]"
    yield "kept = np.setdiff1d(order, held)"


def _labels(document: Document, test: bool) -> Iterator[str]:
    """Labels in the form that a single output's loss wants."""
    names = output_names(document)
    if len(names) == 1:
        for name in ("y", "y_test") if test else ("y",):
            if (wanted := labels(document, names[0], name)) not in (name, None):
                yield f"{name} = {wanted}"


def _columns(document: Document, test: bool) -> Iterator[str]:
    """The columns that a single Input takes."""
    found = entrances(document)
    if len(found) == 1 and found[0].columns is not None:
        for name in ("x", "x_test") if test else ("x",):
            yield f"{name} = {_taken(name, found[0])}"


def entrances(document: Document) -> tuple[Entrance, ...]:
    """What each Input takes, in their order."""
    dataset = dataset_of(document)
    return tuple(entrance(node, dataset) for node in inputs_of(document.model))


def several(document: Document) -> Iterator[Block]:
    """Functions that sort samples and labels out, where there is more than one input or output.

    One more, where only the built network tells in which form an output compares labels.
    """
    entries, names = entrances(document), output_names(document)
    dataset = dataset_of(document)
    if dataset and any(labels(document, name, "y") is None for name in names):
        lines = (
            f"def {ROWS}(y, output):",
            '    """Labels for an output: rows with a single 1 where it gives several numbers."""',
            "    if output.shape[-1] > 1:",
            f"        return {row('y', len(dataset.classes))}",
            f"    return {column('y')}",
        )
        yield Block("\n".join(lines))
    if len(entries) > 1:
        taken = tuple(_taken("x", entry) for entry in entries)
        keys = tuple(entry.id for entry in entries)
        yield _function("inputs", "x", "What each input of the network takes.", keys, taken)
    if len(names) > 1:
        given = (f"model.outputs[{place}]" for place in range(len(names)))
        wanted = tuple(str(labels(document, name, "y", output)) for name, output in zip(names, given, strict=True))
        yield _function("targets", "y", "What each output of the network is to give.", output_keys(document), wanted)


def fed(document: Document) -> tuple[str, str]:
    """What `fit` is given, as formats for the name of samples and for that of their labels."""
    names = output_names(document)
    x = "inputs({})" if len(inputs_of(document.model)) > 1 else "{}"
    if len(names) > 1:
        return x, "targets({})"
    asks = names and labels(document, names[0], "y") is None
    return x, f"{ROWS}({{}}, model.output)" if asks else "{}"


def _function(name: str, argument: str, purpose: str, keys: tuple[str, ...] | None, values: tuple[str, ...]) -> Block:
    start, end = "{}" if keys else "[]"
    lines = [f"def {name}({argument}):", f'    """{purpose}"""', f"    return {start}"]
    lines += (
        [f'        "{key}": {value},' for key, value in zip(keys, values, strict=True)]
        if keys
        else [f"        {value}," for value in values]
    )
    return Block("\n".join([*lines, f"    {end}"]))


def _taken(name: str, entry: Entrance) -> str:
    if entry.columns is None:
        return name
    first, last = entry.columns[0], entry.columns[-1]
    if entry.columns == tuple(range(first, last + 1)):
        return f"{name}[:, {first or ''}:{last + 1}]"
    return f"{name}[:, [{', '.join(map(str, entry.columns))}]]"
