"""Bubblewrap around workers: the system can only be read, keys and the rest of the home are hidden, no network.

The zygote is started inside, so that a run still starts by a fork. In there the folder of runs can be written; each
worker keeps itself to its own run besides (`worker.confine`). Only a run whose data set is not on this computer yet
gets the network, and may write the folder that the data set comes to; it starts as a process of its own, since the
import of TensorFlow is little beside a download.

Process ids are those outside, because supervisors that come and go find their workers by them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import builder
from builder.catalog.registry import datasets
from builder.catalog.spec import KerasSource, keras_home
from builder.document import Document
from builder.settings import Settings

ROOT = Path(builder.__file__).parents[1]
HIDDEN = ("/tmp", "/var/tmp", "/run", "/dev/shm", "/mnt/wslg")
"""Other people's files, and the sockets of everything that listens on this machine."""
KEYS = (".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config", ".netrc", ".streamlit", ".git-credentials")
"""What a person has in the home folder that is nobody else's business."""
DEVICES = ("nvidia*", "dri", "kfd", "accel*")
NEEDED = ("/run/nvidia-persistenced", "/run/opengl-driver", "/run/current-system")
RESOLVER = ("/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager")
"""Where /etc/resolv.conf may point to."""
TEMPORARY = 256 * 2**20
PATIENCE = 20.0


@dataclass(frozen=True)
class Sandbox:
    """How workers of a home are closed in; without `program`, by the limits that each sets itself."""

    settings: Settings
    program: str | None = None
    why_not: str = ""
    """Why there is no bubblewrap around workers, as a sentence."""

    def around(
        self, command: Sequence[str], writable: Iterable[Path], *, network: bool = False, outlives: bool = False
    ) -> list[str]:
        """The command to start in place of `command`; `outlives`: it goes on when whoever started it has ended."""
        if self.program is None:
            return list(command)
        return [self.program, *self._view(writable, network, outlives), "--", *command]

    def start(
        self, command: Sequence[str], writable: Iterable[Path], *, network: bool = False, **options: object
    ) -> tuple[subprocess.Popen[bytes], int]:
        """Start a process that outlives this one; the process to wait for, and the id of the one that works."""
        if self.program is None:
            child = subprocess.Popen(command, **options)
            return child, child.pid
        told, tell = os.pipe()
        try:
            inside = [self.program, "--info-fd", str(tell), *self._view(writable, network, True), "--", *command]
            child = subprocess.Popen(inside, pass_fds=(tell,), **options)
        finally:
            os.close(tell)
        with open(told, "rb") as info:
            text = info.read()
        return child, json.loads(text)["child-pid"] if text else child.pid

    def status(self, status: int) -> int:
        """The status of the process inside, from that of bubblewrap, which tells a signal as 128 and its number."""
        return 128 - status if self.program and status > 128 else status

    def _view(self, writable: Iterable[Path], network: bool, outlives: bool) -> list[str]:
        view = ["--unshare-user", "--unshare-ipc", "--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev", "/dev"]
        for pattern in DEVICES:
            for device in sorted(Path("/dev").glob(pattern)):
                view += ["--dev-bind-try", str(device), str(device)]
        hidden = _hidden(self.settings)
        # From the outside in: what is needed may lie in a hidden place, and the other way round.
        for place in sorted(hidden | _needed(hidden, network), key=lambda place: (len(place.parts), place)):
            if place not in hidden:
                view += ["--ro-bind", str(place), str(place)]
            elif place.is_dir():
                view += ["--size", str(TEMPORARY), "--tmpfs", str(place)]
            else:
                view += ["--ro-bind", "/dev/null", str(place)]
        for place in writable:
            view += ["--bind", str(place), str(place)]
        view += [] if network else ["--unshare-net"]
        return [*view, *([] if outlives else ["--die-with-parent"]), "--chdir", "/"]


def sandbox(settings: Settings) -> Sandbox:
    """What closes workers in on this machine: bubblewrap is tried, since many a container forbids it."""
    if not settings.sandbox:
        return Sandbox(settings, why_not="The setting sandbox is off.")
    if sys.platform != "linux":
        return Sandbox(settings, why_not="Bubblewrap exists for Linux only.")
    program = shutil.which("bwrap")
    if program is None:
        return Sandbox(settings, why_not="Bubblewrap is not installed: apt-get install bubblewrap, or dnf, or pacman.")
    wrong = _tried(program, settings)
    return Sandbox(settings, None if wrong else program, why_not=wrong)


def fetched_to(document: Document) -> Path | None:
    """Keras' folder, where the document's data set has to be downloaded to first; None where it is here."""
    dataset = datasets.get(document.data.dataset) if document.data else None
    if dataset is None or not isinstance(dataset.source, KerasSource) or not dataset.to_download:
        return None
    return keras_home()


@lru_cache(maxsize=8)
def _tried(program: str, settings: Settings) -> str:
    """Why bubblewrap does not work here, as a sentence; nothing where it does."""
    trial = Sandbox(settings, program)
    try:
        settings.runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"The folder of runs cannot be made: {error.strerror or error}."
    with suppress(OSError):  # So that it is seen, also where it would lie in a hidden place once it is made.
        keras_home().mkdir(parents=True, exist_ok=True)
    code = f"import os, sys; import builder; sys.exit(not os.access({str(settings.runs)!r}, os.W_OK))"
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", os.defpath)}
    try:
        done = subprocess.run(
            trial.around([sys.executable, "-c", code], [settings.runs]),
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"Bubblewrap does not start: {error}."
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or ["the folder of runs cannot be written in it"])[-1]
    return f"Bubblewrap does not work here: {said.removeprefix('bwrap: ')}. A container has to allow user namespaces."


def _hidden(settings: Settings) -> set[Path]:
    keys = [Path.home() / name for name in KEYS] + [ROOT / ".streamlit"]
    places = [*map(Path, HIDDEN), *keys, settings.home]
    return {place.resolve() for place in places if place.exists()}


def _needed(hidden: set[Path], network: bool) -> set[Path]:
    """What must be seen again although it lies in a hidden place: Python, this code, the data sets, libraries."""
    named = [
        *os.environ.get("PYTHONPATH", "").split(os.pathsep),
        *os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep),
    ]
    python = [sys.prefix, sys.base_prefix, Path(sys.executable).resolve().parents[1], ROOT]
    wanted = map(Path, [*python, keras_home(), *filter(None, named), *NEEDED, *(RESOLVER if network else ())])
    return {place for place in wanted if place.is_dir() and place not in hidden and hidden & {*place.resolve().parents}}
