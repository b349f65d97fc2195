"""Documents: what is on the screen, as an immutable value (see `model`), and the edits that change it (see `edit`)."""

from builder.document.edit import apply, parse_edit
from builder.document.model import (
    Block,
    Choice,
    Data,
    Document,
    Edge,
    Graph,
    Node,
    Output,
    Position,
    Training,
    thaw,
)
from builder.document.reading import from_value, parse

__all__ = [
    "Block",
    "Choice",
    "Data",
    "Document",
    "Edge",
    "Graph",
    "Node",
    "Output",
    "Position",
    "Training",
    "apply",
    "from_value",
    "parse",
    "parse_edit",
    "thaw",
]
