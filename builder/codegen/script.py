"""A document as a Python script: the one an expert would write by hand for exactly this network."""

from __future__ import annotations

from collections.abc import Iterator

from builder.codegen.data import Loading, data, loading, several
from builder.codegen.inputs import dataset_of
from builder.codegen.network import network
from builder.codegen.text import Block, comment, file_stem
from builder.codegen.training import compiling, fitting
from builder.document import Document

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
    """The script's lines, each with the id of the node that it is about (None for all others)."""
    lines: list[tuple[str | None, str]] = []
    for block in _blocks(document):
        lines += [(block.node, line) for line in block.text.split("\n")]
    while not lines[-1][1]:
        lines.pop()
    return lines


GAP = Block("")


def _blocks(document: Document) -> Iterator[Block]:
    found = loading(document)
    stem = file_stem(document.name)
    yield Block(_header(document, found, stem))
    yield GAP
    yield Block("\n".join(_imports(found)))
    functions = [Block(text) for text in found.functions] if found else []
    functions += several(document)
    for function in functions:
        yield from (GAP, GAP) if function.text.startswith("def ") else (GAP,)
        yield function
    yield from (GAP, GAP) if functions else (GAP,)
    yield Block(f"keras.utils.set_random_seed({document.training.seed})")
    for block in data(document):
        yield GAP
        yield block
    yield GAP
    yield Block(comment("The network"))
    yield from network(document, TAKEN | _functions(found))
    yield Block("model.summary()")
    yield GAP
    yield Block(comment("Training"))
    yield compiling(document)
    for block in fitting(document, f"{stem}.keras", data=found is not None, test=bool(found and found.test)):
        yield block
        yield GAP


def _header(document: Document, found: Loading | None, stem: str) -> str:
    dataset = dataset_of(document)
    count = len(document.model.nodes)
    what = f"A network of {count} layer{'' if count == 1 else 's'}, made with Layerloom"
    what += f", that learns from {dataset.title}." if dataset else "."
    packages = " ".join(("keras", "tensorflow", *(found.needs if found else ())))
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
