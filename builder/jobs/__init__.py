"""Who runs the workers: `connect` gives the engine of a home (see `engine` for what it promises)."""

from builder.jobs.engine import Engine, EngineStatus
from builder.jobs.local import connect

__all__ = ["Engine", "EngineStatus", "connect"]
