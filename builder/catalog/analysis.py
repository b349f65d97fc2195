"""What the analysis says of a document: Keras' own answer for every node, as values (JSON both ways)."""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict

ITEM_SIZES = {"bool": 1, "bfloat16": 2}
"""Bytes of a number, for the dtypes whose name does not end in their bits."""


def item_size(dtype: str) -> int | None:
    """Bytes of a number of this dtype; None for one without a fixed size, such as "string"."""
    bits = "".join(filter(str.isdigit, dtype))
    return ITEM_SIZES.get(dtype) or (int(bits) // 8 if bits else None)


class Tensor(BaseModel):
    """A symbolic tensor: the shape with the batch axis first (None = any length) and the dtype."""

    model_config = ConfigDict(frozen=True)

    shape: tuple[int | None, ...]
    dtype: str

    @property
    def sample_bytes(self) -> int | None:
        """What one sample takes in memory; None where a length is not known."""
        axes, size = self.shape[1:], item_size(self.dtype)
        return None if size is None or None in axes else size * math.prod(axes)


class Figures(BaseModel):
    """What a node holds and costs for one sample, all its copies together; None where a length is not known."""

    model_config = ConfigDict(frozen=True)

    parameters: int
    trainable: int
    flops: int | None
    inside_bytes: int | None
    activation_bytes: int | None


class NodeReport(BaseModel):
    """What Keras says of a node: its output, its parameters, or its error message.

    `blocked` means that nothing is known of it, or of a copy of it, because a node before it is wrong or missing. A
    node in a repeated block stands `copies` times: its figures are those of the first, `in_all` those of all together,
    and `finals` are the outputs that leave each repetition around it, from the inner to the outer one, where any of
    them differs. One that feeds only what is bypassed stands 0 times. One that is `shared` applies another node's
    layer, whose parameters are counted there.
    """

    model_config = ConfigDict(frozen=True)

    output: Tensor | None = None
    parameters: int = 0
    trainable: int = 0
    error: str | None = None
    warnings: tuple[str, ...] = ()
    """What Keras warned of, without the layer's name."""
    blocked: bool = False
    copies: int = 1
    finals: tuple[Tensor, ...] = ()
    shared: bool = False
    flops: int | None = None
    """Floating-point operations for one sample forwards (`catalog.work`); None where a length is not known."""
    inside_bytes: int | None = None
    """What training keeps of one sample until the way back, besides the output: gates, attention scores."""
    receptive: tuple[int, ...] | None = None
    """Places of the input that each output of the last copy sees, for each axis (`catalog.reach`); None where it may
    see all of them, or there are none."""
    varying: Figures | None = None
    """What all copies hold and cost, where that is not `copies` times the first."""

    @property
    def in_all(self) -> Figures:
        """What the node adds to the totals of the network."""
        return self.varying or Figures(
            parameters=self.parameters * self.copies,
            trainable=self.trainable * self.copies,
            flops=_times(self.flops, self.copies),
            inside_bytes=_times(self.inside_bytes, self.copies),
            activation_bytes=_times(self.activation_bytes, self.copies),
        )

    @property
    def final(self) -> Tensor | None:
        """The output of the last copy."""
        return self.finals[-1] if self.finals else self.output

    @property
    def activation_bytes(self) -> int | None:
        """What its output takes for one sample; None where a length is not known."""
        return self.output.sample_bytes if self.output else None


def _times(figure: int | None, copies: int) -> int | None:
    return figure * copies if figure is not None else None if copies else 0


class Analysis(BaseModel):
    """The reports by node id, and what the whole network needs: the sums of what its nodes are `in_all`."""

    model_config = ConfigDict(frozen=True)

    nodes: dict[str, NodeReport] = {}
    parameters: int = 0
    trainable: int = 0
    weight_bytes: int = 0
    flops: int | None = None
    """For one sample forwards; None where a layer's are not known."""
    activation_bytes: int | None = None
    """All outputs for one sample, which training keeps until the way back; None where one is not known."""
    inside_bytes: int | None = None
    """What layers keep of one sample besides."""
