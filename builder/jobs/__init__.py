"""Who runs the workers: `connect` gives the engine of a home (see `engine` for what it promises)."""

from builder.jobs.engine import Engine, EngineStatus
from builder.jobs.heartbeat import standstill
from builder.jobs.local import connect
from builder.jobs.outlook import Place, places
from builder.jobs.submission import start
from builder.jobs.verbs import VERBS, Verb, verb_of

__all__ = [
    "VERBS",
    "Engine",
    "EngineStatus",
    "Place",
    "Verb",
    "connect",
    "places",
    "standstill",
    "start",
    "verb_of",
]
