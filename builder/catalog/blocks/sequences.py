"""Blocks for sequences: the transformer's two, normalized behind each sum as published, 64 numbers a step."""

from __future__ import annotations

from builder.catalog.spec import Entrance, ReadyBlock
from builder.catalog.templates.drawing import Value, boxed, chain, node

WIDTH = 64
STEPS = (12, WIDTH)


def attention(node_id: str, **params: object) -> Value:
    return node(node_id, "MultiHeadAttention", num_heads=4, key_dim=16, dropout=0.1, **params)


def summed(number: int) -> list[Value]:
    """A sum with what came in, brought to one scale."""
    return [node(f"add{number}", "Add"), node(f"norm{number}", "LayerNormalization", epsilon=1e-6)]


def feed_forward() -> list[Value]:
    return [
        node("wide", "Dense", units=4 * WIDTH, activation="relu"),
        node("narrow", "Dense", units=WIDTH),
        node("drop", "Dropout", rate=0.1),
    ]


TRANSFORMER_ENCODER = ReadyBlock(
    kind="transformer_encoder",
    name="Transformer encoder",
    summary="Each step looks at all others, then thinks for itself; takes sequences of 64 numbers a step.",
    doc="https://arxiv.org/abs/1706.03762",
    family="attention",
    icon="hub",
    keywords=("bert", "self-attention", "sequence", "text"),
    part=boxed(
        "transformer_encoder",
        "Transformer encoder",
        chain(attention("attend"), "add1:1")
        + chain(*summed(1), *feed_forward(), "add2:1")
        + chain("norm1", *summed(2)),
    ),
    inputs=(Entrance("sequence", (("attend", 0), ("attend", 1), ("add1", 0)), STEPS),),
    outputs=(("norm2", STEPS),),
    repeats=True,
    order=90,
)

TRANSFORMER_DECODER = ReadyBlock(
    kind="transformer_decoder",
    name="Transformer decoder",
    summary="Looks at its own earlier steps, then at a memory such as an encoder's output; 64 numbers a step.",
    doc="https://arxiv.org/abs/1706.03762",
    family="attention",
    icon="lan",
    keywords=("cross-attention", "memory", "translation", "sequence", "text"),
    part=boxed(
        "transformer_decoder",
        "Transformer decoder",
        chain(attention("attend", use_causal_mask=True), "add1:1")
        + chain(*summed(1), attention("consult"), "add2:1")
        + chain("norm1", *summed(2), *feed_forward(), "add3:1")
        + chain("norm2", *summed(3)),
    ),
    inputs=(
        Entrance("sequence", (("attend", 0), ("attend", 1), ("add1", 0)), STEPS),
        Entrance("memory", (("consult", 1),), (20, WIDTH)),
    ),
    outputs=(("norm3", STEPS),),
    repeats=True,
    order=100,
)
