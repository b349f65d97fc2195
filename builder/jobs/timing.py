"""How long the supervisor waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds."""

    idle: float = 60.0
    """Without clients and runs, until it ends."""
    patience: float = 10.0
    """Until a worker that does not answer gets SIGTERM, and again until SIGKILL."""
    hang: float = 20.0
    """Without event and without processor time, until a forked worker is replaced by a fresh process."""
    still: float = 60.0
    """Without a sign of life, until that is told."""
    dead: float = 600.0
    """Without a sign of life, until a worker that only sleeps is ended; its run goes on from the last checkpoint."""
    warming: float = 60.0
    """Longest wait for the zygote to import TensorFlow before a run starts without it."""
    shutdown: float = 20.0
    """For the workers to write their checkpoints."""
    again: float = 1.0
    """After the second death of a run's worker in a row, until it goes on; each further time longer."""
    beat: float = 0.25
    """Between two looks at the workers."""
    grace: float = 15.0
    """Beyond a run's time limit, until a worker that has not ended by itself is asked to stop."""
    retry: float = 5.0
    """After something could not be written, until it is tried again."""
