"""Recurrent layers: read a sequence step by step and remember."""

from __future__ import annotations

from builder.catalog import intervals, work
from builder.catalog.parameters import DROPOUT, SEED, USE_BIAS, activation, units, weights
from builder.catalog.pictures import sequences
from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import Bool, EntryOf, Float, OneOf

SITE = "https://keras.io/api/layers/recurrent_layers/"
SEQUENCE = (6, 4)

RECURRENT_ACTIVATION = activation("sigmoid", name="recurrent_activation")
RETURN_SEQUENCES = Param(
    "return_sequences",
    Bool(),
    False,
    "Gives the output of every step rather than only the last; needed before another recurrent layer.",
)
UNITS = units("Size of the memory, and of the output.", start=32)
WEIGHTS = weights(kernel="glorot_uniform", recurrent="orthogonal", bias="zeros")
RUNNING = (
    DROPOUT,
    Param(
        "recurrent_dropout",
        Float(low=0, high=1, step=0.05),
        0.0,
        "Share of the memory that is dropped from step to step while training.",
        advanced=True,
    ),
    Param("go_backwards", Bool(), False, "Reads the sequence from its end to its start.", advanced=True),
    Param(
        "unroll",
        Bool(),
        False,
        "Writes the loop out step by step: faster for short sequences, heavier on memory.",
        advanced=True,
    ),
    USE_BIAS,
    SEED,
)

LAYERS = (
    Layer(
        kind="SimpleRNN",
        interval=intervals.activated,
        work=work.recurrent(2),
        keeps_inside=work.memories(3),
        family="recurrent",
        width="units",
        icon="repeat",
        summary="Reads a sequence step by step; each output depends on the input and on the output before it.",
        help="It is good for learning the idea and for short sequences; it soon forgets what came long before.",
        picture=sequences.unroll(),
        doc=SITE + "simple_rnn/",
        keywords=("rnn", "sequence", "time series", "memory", "elman"),
        formula=r"h_t = \tanh(x_t W + h_{t-1} U + b)",
        example=SEQUENCE,
        params=(UNITS, activation("tanh"), RETURN_SEQUENCES, *RUNNING, *WEIGHTS),
    ),
    Layer(
        kind="LSTM",
        interval=intervals.memory,
        work=work.recurrent(13),
        keeps_inside=work.memories(10),
        family="recurrent",
        width="units",
        icon="memory",
        summary="Reads a sequence with a memory that learns what to keep, what to forget and what to tell.",
        help="It is the reliable choice for text, sound and time series in which something early matters later.",
        picture=sequences.gates(),
        doc=SITE + "lstm/",
        keywords=("rnn", "long short-term memory", "sequence", "time series", "text"),
        formula=r"\begin{gathered}c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t \\"
        r" h_t = o_t \odot \tanh(c_t)\end{gathered}",
        example=SEQUENCE,
        params=(
            UNITS,
            activation("tanh"),
            RETURN_SEQUENCES,
            RECURRENT_ACTIVATION,
            Param(
                "unit_forget_bias",
                Bool(),
                True,
                "Starts out by remembering (forget bias of one).",
                advanced=True,
            ),
            *RUNNING,
            *WEIGHTS,
        ),
    ),
    Layer(
        kind="GRU",
        interval=intervals.memory,
        work=work.recurrent(11),
        keeps_inside=work.memories(9),
        family="recurrent",
        width="units",
        icon="sync_alt",
        summary="A lighter LSTM: two gates decide how much of the memory is renewed at each step.",
        help="It often does as well as an LSTM with fewer weights, so it is worth trying first.",
        picture=sequences.blend(),
        doc=SITE + "gru/",
        keywords=("rnn", "gated recurrent unit", "sequence", "time series", "text"),
        formula=r"h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t",
        example=SEQUENCE,
        params=(
            UNITS,
            activation("tanh"),
            RETURN_SEQUENCES,
            RECURRENT_ACTIVATION,
            Param("reset_after", Bool(), True, "Applies the reset gate after the multiplication.", advanced=True),
            *RUNNING,
            *WEIGHTS,
        ),
    ),
    Layer(
        kind="Bidirectional",
        interval=intervals.both_ways,
        work=work.both_ways,
        keeps_inside=work.within,
        family="recurrent",
        icon="compare_arrows",
        summary="Reads a sequence in both directions with two copies of a recurrent layer and joins what they say.",
        help="Use it where the whole sequence is known at once, so that what comes later explains what came before.",
        picture=sequences.both_ways(),
        doc=SITE + "bidirectional/",
        keywords=("rnn", "lstm", "gru", "both", "wrapper", "sequence"),
        formula=r"y = [\overrightarrow{h}, \overleftarrow{h}]",
        example=SEQUENCE,
        params=(
            Param(
                "layer",
                EntryOf(sort="layers", kinds=("LSTM", "GRU", "SimpleRNN")),
                REQUIRED,
                "The recurrent layer; its twin reads backwards.",
                start={"kind": "LSTM", "params": {"units": 32}},
            ),
            Param(
                "merge_mode",
                OneOf(options=("concat", "sum", "mul", "ave")),
                "concat",
                "How the two outputs become one: side by side, added, multiplied or averaged.",
            ),
        ),
    ),
)
