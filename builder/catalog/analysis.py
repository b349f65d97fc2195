"""What the analysis says of a document: Keras' own answer for every node, as values (JSON both ways)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Tensor(BaseModel):
    """A symbolic tensor: the shape with the batch axis first (None = any length) and the dtype."""

    model_config = ConfigDict(frozen=True)

    shape: tuple[int | None, ...]
    dtype: str


class NodeReport(BaseModel):
    """What Keras says of a node: its output, its parameters, or its error message.

    `blocked` means that nothing is known because a node before it is wrong or missing. A node in a repeated block
    stands `copies` times: its figures are those of the first, and `final` is the output of the last where it differs.
    One that is `shared` applies another node's layer, whose parameters are counted there.
    """

    model_config = ConfigDict(frozen=True)

    output: Tensor | None = None
    parameters: int = 0
    trainable: int = 0
    error: str | None = None
    blocked: bool = False
    copies: int = 1
    final: Tensor | None = None
    shared: bool = False


class Analysis(BaseModel):
    """The reports by node id, and what the weights need."""

    model_config = ConfigDict(frozen=True)

    nodes: dict[str, NodeReport] = {}
    parameters: int = 0
    trainable: int = 0
    weight_bytes: int = 0
