"""Attention: every place of a sequence looks at the others and takes what matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.catalog import intervals, work
from builder.catalog.parameters import DROPOUT, SEED, USE_BIAS, units, weights
from builder.catalog.pictures import attending
from builder.catalog.spec import REQUIRED, Layer, Param, Ports
from builder.catalog.types import LARGEST, Bool, Int, Ints, OneOf

SITE = "https://keras.io/api/layers/attention_layers/"
SEQUENCE = (6, 8)
ARGUMENTS = Ports(names=("query", "value", "key"), least=2, most=3, call="arguments")
LIST = Ports(names=("query", "value", "key"), least=2, most=3, call="list")

SLIDING_WINDOW = Param(
    "sliding_window",
    Int(none=True, low=1, high=LARGEST),
    None,
    "Each place sees only this many neighbours; empty lets it see all.",
    advanced=True,
)
CAUSAL = Param(
    "use_causal_mask",
    Bool(),
    False,
    "Each place sees only itself and those before it, as where the next one is to be told.",
    label="Causal mask",
    goes="call",
)
USE_GATE = Param("use_gate", Bool(), False, "Lets a learned gate weaken each head's output.", advanced=True)
USE_SCALE = "Learns a factor for the scores."


def scores_of_wide_values(params: Mapping[str, Any]) -> str | None:
    """Keras' fused attention takes values as wide as keys only, on JAX; with its scores it is computed step by step."""
    return "return_attention_scores" if params.get("value_dim") not in (None, params.get("key_dim")) else None


LAYERS = (
    Layer(
        kind="MultiHeadAttention",
        interval=intervals.anything,
        asked_for=scores_of_wide_values,
        work=work.heads,
        keeps_inside=work.scores,
        family="attention",
        icon="hub",
        summary="Several heads compare every place of a sequence with every other and gather what matters to it.",
        help="It is the heart of transformers: given one sequence as query and value, the sequence looks at itself.",
        picture=attending.heads(),
        doc=SITE + "multi_head_attention/",
        ports=ARGUMENTS,
        keywords=("transformer", "self-attention", "query", "key", "value", "bert", "gpt"),
        formula=r"\operatorname{softmax}\!\Big(\frac{Q K^\top}{\sqrt{d}}\Big) V",
        example=SEQUENCE,
        params=(
            Param(
                "num_heads",
                Int(low=1, high=LARGEST),
                REQUIRED,
                "Number of heads that look side by side.",
                start=4,
            ),
            units("Size of each head's queries and keys.", start=32, name="key_dim"),
            Param(
                "value_dim",
                Int(none=True, low=1, high=LARGEST),
                None,
                "Size of each head's values; empty uses the size of the keys.",
            ),
            CAUSAL,
            DROPOUT,
            Param(
                "output_shape",
                Int(none=True, low=1, high=LARGEST),
                None,
                "Length of each output row; empty uses the query's.",
                advanced=True,
            ),
            Param(
                "attention_axes",
                Ints(none=True, low=1, high=8),
                None,
                "Axes to attend over, counted from 1; empty takes all but batch, heads and features.",
                advanced=True,
            ),
            SLIDING_WINDOW,
            USE_GATE,
            USE_BIAS,
            SEED,
            *weights(kernel="glorot_uniform", bias="zeros"),
        ),
    ),
    Layer(
        kind="GroupQueryAttention",
        interval=intervals.anything,
        work=work.heads,
        keeps_inside=work.scores,
        family="attention",
        icon="hub",
        summary="Multi-head attention in which groups of heads share their keys and values, to save memory.",
        help="It is used in large language models, where keys and values would otherwise fill the memory.",
        picture=attending.shared_heads(),
        doc=SITE + "group_query_attention/",
        ports=ARGUMENTS,
        keywords=("transformer", "grouped", "gqa", "llama", "query", "key", "value"),
        formula=r"\operatorname{softmax}\!\Big(\frac{Q_i K_{g(i)}^\top}{\sqrt{d}}\Big) V_{g(i)}",
        example=SEQUENCE,
        params=(
            units("Size of each head.", start=32, name="head_dim"),
            Param("num_query_heads", Int(low=1, high=LARGEST), REQUIRED, "Number of heads.", start=4),
            Param(
                "num_key_value_heads",
                Int(low=1, high=LARGEST),
                REQUIRED,
                "Number of keys and values that the heads share; must divide the number of heads.",
                start=2,
            ),
            CAUSAL,
            DROPOUT,
            SLIDING_WINDOW,
            USE_GATE,
            USE_BIAS,
            SEED,
            *weights(kernel="glorot_uniform", bias="zeros"),
        ),
    ),
    Layer(
        kind="Attention",
        interval=intervals.attended,
        work=work.comparing,
        keeps_inside=work.comparisons(work.width_if_concatenated),
        family="attention",
        icon="center_focus_strong",
        summary="Each query gathers the values whose keys it matches best, without weights of its own.",
        help="It is the simplest way to let a decoder look back at what an encoder has read.",
        picture=attending.attend("×"),
        doc=SITE + "attention/",
        ports=LIST,
        keywords=("dot", "luong", "query", "value", "sequence"),
        formula=r"\operatorname{softmax}(Q K^\top) V",
        example=SEQUENCE,
        params=(
            Param(
                "score_mode",
                OneOf(options=("dot", "concat")),
                "dot",
                "How a query is compared with a key: by their product, or by a learned weight of their sum.",
            ),
            Param("use_scale", Bool(), False, USE_SCALE),
            CAUSAL,
            DROPOUT,
            SEED,
        ),
    ),
    Layer(
        kind="AdditiveAttention",
        interval=intervals.attended,
        work=work.adding_up,
        keeps_inside=work.comparisons(work.width),
        family="attention",
        icon="center_focus_weak",
        summary="Attention that compares a query with a key by their sum, as in early translation networks.",
        help="It has weights of its own for the comparison and can help where plain products compare too coarsely.",
        picture=attending.attend("+"),
        doc=SITE + "additive_attention/",
        ports=LIST,
        keywords=("bahdanau", "query", "value", "sequence"),
        formula=r"\operatorname{softmax}\big(v^\top \tanh(Q + K)\big) V",
        example=SEQUENCE,
        params=(Param("use_scale", Bool(), True, USE_SCALE), CAUSAL, DROPOUT),
    ),
)
