"""Documents that are wrong in one way each, with the problem to expect; and right ones, which have none.

Shapes are those that Keras gives, written down so that rules can be tested without it; the conformance test of the
rules compares them with Keras.
"""

from __future__ import annotations

from wrong_documents.backends import BACKENDS
from wrong_documents.blocks import BLOCKS
from wrong_documents.callbacks import CALLBACKS
from wrong_documents.case import Case
from wrong_documents.choices import CHOICES
from wrong_documents.data import DATA
from wrong_documents.graphs import GRAPHS
from wrong_documents.heads import HEADS
from wrong_documents.inputs import INPUTS
from wrong_documents.metrics import METRICS, SOUND_METRICS
from wrong_documents.nodes import NODES
from wrong_documents.nonlinearity import NONLINEARITY, SOUND_NONLINEARITY
from wrong_documents.normalization import NORMALIZATION, SOUND_NORMALIZATION
from wrong_documents.ports import PORTS
from wrong_documents.ranges import RANGES, SOUND_RANGES
from wrong_documents.rates import RATES, SOUND_RATES
from wrong_documents.right import PLAIN
from wrong_documents.shapes import SHAPES
from wrong_documents.starts import SOUND_STARTS, STARTS
from wrong_documents.switches import SWITCHES

WRONG = (
    *(*GRAPHS, *NODES, *BLOCKS, *PORTS, *INPUTS, *SWITCHES, *SHAPES, *DATA, *CHOICES, *HEADS, *METRICS, *CALLBACKS),
    *(*BACKENDS, *RANGES, *NONLINEARITY, *NORMALIZATION, *STARTS, *RATES),
)
RIGHT = (
    *PLAIN,
    *SOUND_METRICS,
    *(*SOUND_RANGES, *SOUND_NONLINEARITY, *SOUND_NORMALIZATION, *SOUND_STARTS, *SOUND_RATES),
)

__all__ = ["RIGHT", "WRONG", "Case"]
