"""A document as a Python script: the one an expert would write by hand for exactly this network."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.backends import BACKENDS, backend_of
from builder.catalog.reading import dataset_of
from builder.codegen.data import Loading, data, loading, several
from builder.codegen.network import DEEP, network
from builder.codegen.text import GAP, WIDE, Block, comment, file_stem
from builder.codegen.training import compiling, fitting
from builder.document import Document
from builder.document.expand import Expanded, expand
from builder.errors import DocumentError

TAKEN = frozenset(
    {"keras", "layers", "np", "model", "history", "inputs", "targets", "x", "y", "order", "count", "held", "kept"}
    | {f"{name}_{part}" for name in "xy" for part in ("train", "val", "test")}
)
"""Names that a script uses itself."""


def script(document: Document) -> str:
    """The script that rebuilds and trains the document's network, alone with Keras and the data set's package.

    Parameters with Keras' own default are left out. What is wrong or missing in the document is told by a comment at
    its place; the rest of the script stands.
    """
    return "".join(f"{line}\n" for _, line in script_lines(document))


def script_lines(document: Document) -> list[tuple[str | None, str]]:
    """The script's lines, each with the id of the drawn node or block that it is about (None for all others)."""
    lines: list[tuple[str | None, str]] = []
    for block in _spaced(_blocks(document)):
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


def _blocks(document: Document) -> Iterator[Block]:
    flat, found, trouble = _expanded(document)
    read = loading(flat)
    stem = file_stem(flat.name)
    built = network(document.model, found, flat, TAKEN | _functions(read))
    yield Block(_header(flat, read, stem))
    yield GAP
    if (chosen := backend_of(flat).kind) != next(iter(BACKENDS)):
        yield Block("import os")
        yield GAP
        yield Block(f'os.environ["KERAS_BACKEND"] = "{chosen}"  # Keras reads it when it is imported.')
        yield GAP
    if (count := len(found.graph.nodes)) > DEEP:
        yield Block(f"import sys\n\nsys.setrecursionlimit({2 * count + 1_000})  # Keras calls itself once a layer.")
        yield GAP
    yield Block("\n".join(_imports(read)))
    yield GAP
    functions = [[Block(text)] for text in read.functions] if read else []
    functions += [[block] for block in several(flat)]
    for function in (*functions, *built.functions):
        yield WIDE if function[0].text.startswith("def ") else GAP
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
    for block in fitting(flat, f"{stem}.keras", data=read is not None, test=bool(read and read.test)):
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
    return document.model_copy(update={"model": found.graph}), found, trouble


def _header(document: Document, found: Loading | None, stem: str) -> str:
    dataset = dataset_of(document)
    count = len(document.model.nodes)
    what = f"A network of {count} layer{'' if count == 1 else 's'}, made with Layerloom"
    what += f", that learns from {dataset.title}." if dataset else "."
    packages = " ".join(("keras", backend_of(document).kind, *(found.needs if found else ())))
    return "\n".join(
        (
            comment(document.name),
            "#",
            comment(what),
            "#",
            f"#   pip install {packages}",
            f"#   python {stem}.py",
        )
    )


def _imports(found: Loading | None) -> Iterator[str]:
    yield "import keras"
    if found:
        yield "import numpy as np"
    yield "from keras import layers"
    if found:
        yield from found.imports


def _functions(found: Loading | None) -> frozenset[str]:
    """Names that reading the data set brings with it."""
    if found is None:
        return frozenset()
    imported = {line.rpartition(" ")[2] for line in found.imports}
    return frozenset(imported | {text.split("(")[0].split()[-1] for text in found.functions if text.startswith("def ")})
