"""How the machine is shared: slots, threads and GPUs of a run, and the environment that tells TensorFlow so.

Measured on two cores: two runs with one thread each finish more work than one run with two. So runs side by side have
a share each, and a run that is alone has all of them (`jobs/cores.py`).

Of the server's environment a worker gets what is named here and nothing else: whatever it is told there by others, such
as keys and passwords, stays with the server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import builder
from builder.settings import Settings

MOST_SLOTS = 4
"""Slots that a machine gets by itself: a run wants several hundred MiB, so more is for the owner to say."""

PASSED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|DYLD_\w+|PYTHON\w+|VIRTUAL_ENV"
    r"|KERAS_HOME|LAYERLOOM_KERAS|(OMP|OPENBLAS|MKL|KMP|NUMEXPR|XLA|JAX|PYTORCH|TORCH|CUDA|CUDNN|NCCL|NVIDIA|ROCM|HIP)_\w+"
    r"|TF_(CPP|NUM|FORCE|XLA|ENABLE|DISABLE|GPU|CUDA|CUDNN|USE|DETERMINISTIC)_\w+|TF2_\w+"
    r"|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|LOCALAPPDATA|APPDATA|PROGRAMDATA|NUMBER_OF_PROCESSORS"
)
"""Names of variables that a worker may see: where things are, and how it is to compute."""
CONNECTED = re.compile(r"(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE)
"""Those that it needs besides to reach the network."""
OWN = ("home", "slots", "threads", "gauges", "analysis_memory", "run_minutes", "run_file", "run_tasks")
"""Settings of ours that a worker reads."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def slots(settings: Settings) -> int:
    return settings.slots or min(cores(), MOST_SLOTS)


def shares_cores(settings: Settings) -> bool:
    """Whether runs get and give back cores while they train: not where a person has set the number of threads, nor
    where the system cannot keep a process to some cores."""
    return not settings.threads and hasattr(os, "sched_setaffinity")


def threads(settings: Settings) -> int:
    """The most threads that a run computes with."""
    if shares_cores(settings):
        return cores()
    return settings.threads or max(1, cores() // slots(settings))


def gpus(environ: Mapping[str, str] = os.environ, devices: Path = Path("/dev")) -> tuple[str, ...]:
    """The GPUs that runs may use, as CUDA names them: those that the person allows, else all that are there."""
    if (allowed := environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return tuple(name for name in re.split(r"[,\s]+", allowed) if name and name != "-1")
    numbers = [path.name.removeprefix("nvidia") for path in devices.glob("nvidia*")]
    return tuple(sorted((number for number in numbers if number.isdigit()), key=int))


def environment(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of the supervisor: our settings, and `builder` importable from anywhere."""
    return {**environ, **_ours(settings, environ), "PYTHONUNBUFFERED": "1"}


def clean_environment(
    settings: Settings, environ: Mapping[str, str] = os.environ, *, network: bool = False
) -> dict[str, str]:
    """What of it reaches the processes that hold models; with `network`, also the way there."""
    passed = {
        name: value
        for name, value in environ.items()
        if PASSED.fullmatch(name.upper()) or (network and CONNECTED.fullmatch(name))
    }
    ours = _ours(settings, environ)
    own = {name: ours[name] for name in ("PYTHONPATH", *(f"LAYERLOOM_{name.upper()}" for name in OWN))}
    return {**passed, **own, "PYTHONUNBUFFERED": "1"}


def worker_environment(
    settings: Settings, environ: Mapping[str, str] = os.environ, *, network: bool = False
) -> dict[str, str]:
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
    return {**wanted, **clean_environment(settings, environ, network=network), **share}


def analysis_environment(settings: Settings) -> dict[str, str]:
    """The environment of the analysis process: one thread is enough for shapes."""
    return {**clean_environment(settings), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _ours(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    own = {f"LAYERLOOM_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    root = str(Path(builder.__file__).parents[1])
    path = [root, *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**own, "PYTHONPATH": os.pathsep.join(dict.fromkeys(path))}
