"""The network as a whole."""

from __future__ import annotations

from wrong_documents.case import FLAT, INPUT, SCALE, Case, out

GRAPHS = (
    Case("nothing", (), "empty", fix="Add an Input", says="canvas is empty", uncovers=("no-output",)),
    Case("no input", (FLAT, out()), "no-input", fix="Add an Input", shapes={"out": (10,)}),
    Case("only an input", (INPUT,), "no-output", "input", says="no layer behind its Input"),
    Case(
        "an input too many",
        (INPUT, SCALE, FLAT, out(), ("more", "Input")),
        "unused-input",
        "more",
        'Delete "more"',
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "out")),
        shapes={"out": (10,)},
    ),
    Case(
        "a circle",
        (INPUT, SCALE, FLAT, ("sum", "Add"), ("a", "Dense", {"units": 4}), out()),
        "cycle",
        "sum",
        "Disconnect a from sum",
        says='"sum" then "a"',
        uncovers=("missing-input",),
        edges=(("input", "scale"), ("scale", "flat"), ("flat", "sum", 0), ("a", "sum", 1), ("sum", "a"), ("a", "out")),
    ),
    Case(
        "a loop",
        (INPUT, FLAT, ("sum", "Add"), out()),
        "cycle",
        "sum",
        "Disconnect sum from sum",
        says="connected to itself",
        uncovers=("missing-input",),
        edges=(("input", "flat"), ("flat", "sum", 0), ("sum", "sum", 1), ("sum", "out")),
    ),
)
