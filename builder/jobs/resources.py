"""How the machine is shared: slots, threads of a run, and the environment that tells TensorFlow so.

Measured on two cores: two runs with one thread each finish more work than one run with two.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import builder
from builder.settings import Settings

MOST_SLOTS = 4
"""Slots that a machine gets by itself: a run wants several hundred MiB, so more is for the owner to say."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def slots(settings: Settings) -> int:
    return settings.slots or min(cores(), MOST_SLOTS)


def threads(settings: Settings) -> int:
    return settings.threads or max(1, cores() // slots(settings))


def environment(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a process of this home: our settings, and `builder` importable from anywhere."""
    own = {f"LAYERLOOM_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    root = str(Path(builder.__file__).parents[1])
    path = [root, *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**environ, **own, "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)), "PYTHONUNBUFFERED": "1"}


def worker_environment(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of workers: their share of the machine. What the person set for TensorFlow wins."""
    count = str(threads(settings))
    share = {"LAYERLOOM_SLOTS": str(slots(settings)), "LAYERLOOM_THREADS": count}
    wanted = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
    }
    return {**wanted, **environment(settings, environ), **share}
