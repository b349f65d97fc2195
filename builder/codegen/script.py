"""A document as a Python script: the one an expert would write by hand for exactly this network."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.analysis import Analysis
from builder.catalog.backends import BACKENDS, backend_of
from builder.catalog.reading import dataset_of
from builder.catalog.spec import KerasSource
from builder.codegen.course import Course, course
from builder.codegen.data import Loading, data, loading, several
from builder.codegen.labels import ROWS
from builder.codegen.network import network
from builder.codegen.text import GAP, WIDE, Block, comment, file_stem, sections
from builder.codegen.training import compiling, fitting
from builder.codegen.unmakable import refusal
from builder.document import Document
from builder.document.expand import Expanded, as_built, expand
from builder.errors import DocumentError
from builder.rundir import RunDirectory

TAKEN = frozenset(
    {"keras", "layers", "np", "model", "history", "inputs", "targets", ROWS, "x", "y", "order", "count", "held", "kept"}
    | {f"{name}_{part}" for name in "xy" for part in ("train", "val", "test")}
)
"""Names that a script uses itself."""

DEEP = 800
"""Layers from which on Keras may call itself oftener than the 1,000 times that Python allows."""


def script(document: Document, analysis: Analysis | None = None) -> str:
    """The script that rebuilds and trains the document's network, alone with Keras and the data set's package.

    Parameters with Keras' own default are left out. What is wrong or missing in the document is told by a comment at
    its place; the rest of the script stands. Where no network can be made of it, the script says so at its top and ends
    there; what only Keras can tell of that is in the `analysis`.
    """
    return _text(Course(document), analysis)


def run_script(run: RunDirectory) -> str:
    """The script of a run's document, with what was changed of it while it trained, as comments and as values."""
    return _text(course(run), None)


def script_lines(document: Document, analysis: Analysis | None = None) -> list[tuple[str | None, str]]:
    """The script's lines, each with the id of the drawn node or block that it is about (None for all others)."""
    return _lines(Course(document), analysis)


def _text(course: Course, analysis: Analysis | None) -> str:
    return "".join(f"{line}\n" for _, line in _lines(course, analysis))


def _lines(course: Course, analysis: Analysis | None) -> list[tuple[str | None, str]]:
    lines: list[tuple[str | None, str]] = []
    for block in _spaced(_blocks(course, analysis)):
        lines += [(block.node, line) for line in block.text.split("\n")]
    return lines


def _spaced(blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks with one gap, the widest, where several meet, and none at the end."""
    gap: Block | None = None
    for block in blocks:
        if block is GAP or block is WIDE:
            gap = WIDE if WIDE in (gap, block) else GAP
            continue
        if gap:
            yield gap
        gap = None
        yield block


def _blocks(course: Course, analysis: Analysis | None) -> Iterator[Block]:
    document = course.document
    flat, found, trouble = _expanded(document)
    read = loading(flat)
    stem = file_stem(flat.name)
    built = network(document.model, found, flat, TAKEN | _brought(read) | course.names)
    yield Block(_header(flat, read, stem, course.notes))
    yield GAP
    yield from refusal(document, analysis)
    chosen = backend_of(flat).kind
    named = chosen != next(iter(BACKENDS))
    deep = (count := len(found.graph.nodes)) > DEEP
    own_needs = (name for name, needed in (("import os", named), ("import sys", deep)) if needed)
    wanted = {"import keras", "from keras import layers", *own_needs}
    own, installed = sections({*wanted, *(("import numpy as np", *read.imports) if read else ())})
    if own:
        yield Block("\n".join(own))
        yield GAP
    if named:
        yield Block(f'os.environ["KERAS_BACKEND"] = "{chosen}"  # Keras reads it when it is imported.')
        yield GAP
    yield Block("\n".join(installed))
    if deep:
        yield GAP
        yield Block(f"sys.setrecursionlimit({2 * count + 1_000})  # Keras calls itself once a layer.")
    yield GAP
    functions = [[Block(text)] for text in read.functions] if read else []
    functions += [[block] for block in several(flat)]
    changing = [[block] for block in course.callback()]
    for function in (*functions, *built.functions, *changing):
        yield WIDE if function[0].text.startswith(("def ", "class ")) else GAP
        yield from function
        yield WIDE
    yield Block(f"keras.utils.set_random_seed({flat.training.seed})")
    for block in data(flat):
        yield GAP
        yield block
    yield GAP
    yield Block("\n".join(map(comment, ("The network", *trouble))))
    yield from built.statements
    yield Block("model.summary()")
    yield GAP
    yield Block(comment("Training"))
    yield compiling(flat)
    for block in fitting(
        flat, f"{stem}.keras", course.callbacks(), data=read is not None, test=bool(read and read.test)
    ):
        yield block
        yield GAP


def _expanded(document: Document) -> tuple[Document, Expanded, tuple[str, ...]]:
    """The document as it is built; where its blocks repeat too often, with each of them standing once, and why."""
    trouble: tuple[str, ...] = ()
    try:
        found = expand(document.model)
    except DocumentError as error:
        once = tuple(block.model_copy(update={"repeat": 1}) for block in document.model.blocks)
        found = expand(document.model.model_copy(update={"blocks": once}))
        trouble = (str(error),)
    return as_built(document, found), found, trouble


def _header(document: Document, found: Loading | None, stem: str, notes: tuple[str, ...]) -> str:
    dataset = dataset_of(document)
    count = len(document.model.nodes)
    what = f"A network of {count} layer{'' if count == 1 else 's'}, made with Layerloom"
    what += f", that learns from {dataset.title}." if dataset else "."
    what += f" It writes {stem}.keras"
    if dataset and isinstance(dataset.source, KerasSource):
        what += f", and downloads {dataset.title} ({dataset.source.megabytes:g} MB) where Keras does not have it yet"
    what += "."
    packages = " ".join(("keras", backend_of(document).kind, *(found.needs if found else ())))
    return "\n".join(
        (
            comment(document.name),
            "#",
            comment(what),
            "#",
            *_noted(notes),
            f"#   pip install {packages}",
            f"#   python {stem}.py",
        )
    )


def _noted(notes: tuple[str, ...]) -> Iterator[str]:
    """What was changed while the run trained."""
    if notes:
        yield comment("Exported from a run, with what was changed while it trained:")
        yield from (comment(note, item=True) for note in notes)
        yield "#"


def _brought(found: Loading | None) -> frozenset[str]:
    """Names that reading the data set brings with it."""
    if found is None:
        return frozenset()
    imported = {line.rpartition(" ")[2] for line in found.imports}
    functions = {text.split("(")[0].split()[-1] for text in found.functions if text.startswith("def ")}
    return imported | functions | frozenset(found.names)
