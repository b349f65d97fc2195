"""Who runs the workers: `connect` gives the engine of a home (see `engine` for what it promises)."""

from builder.jobs.engine import Engine, EngineStatus
from builder.jobs.heartbeat import standstill
from builder.jobs.local import connect
from builder.jobs.outlook import Place, places
from builder.jobs.submission import demand_trainable, start, train
from builder.jobs.verbs import VERBS, Verb, verb_of

__all__ = [
    "VERBS",
    "Engine",
    "EngineStatus",
    "Place",
    "Verb",
    "connect",
    "demand_trainable",
    "places",
    "standstill",
    "start",
    "train",
    "verb_of",
]
