"""What a worker may not do: a fake worker whose run has one of these names tries it and notes what came of it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

BLOCK = 16 * 2**20


def attempt(run: Path, name: str) -> None:
    """Do what the first word of the run's name says; the run has its arguments in `arguments.json`."""
    if action := ATTEMPTS.get(name):
        arguments = run / "arguments.json"
        given = json.loads(arguments.read_text()) if arguments.exists() else []
        (run / "found.json").write_text(json.dumps(action(run, *given)))


def _write(run: Path, *places: str) -> dict[str, str]:
    """Make a file in each of these folders: "ok", or why not."""
    found = {}
    for place in (str(run), *places):
        try:
            (Path(place) / f"written-by-{run.name}").touch()
            found[place] = "ok"
        except OSError as error:
            found[place] = type(error).__name__
    return found


def _connect(run: Path, port: int) -> str:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return "ok"
    except OSError as error:
        return type(error).__name__


def _fetch(run: Path, port: int, folder: str) -> list[str]:
    return [_connect(run, port), _write(run, folder)[folder]]


def _look(run: Path, *names: str) -> dict[str, Any]:
    """The environment, and which of these files can be read."""
    return {"environ": dict(os.environ), "read": [name for name in names if _readable(Path(name))]}


def _readable(path: Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def _fork(run: Path) -> None:
    """Start processes that are apart from this one, and go on for ever."""
    while True:
        subprocess.Popen([f"sleep-{run.name}", "600"], executable=shutil.which("sleep"), start_new_session=True)
        time.sleep(0.005)


def _eat(run: Path) -> None:
    """Take memory at a few hundred megabytes a second."""
    eaten = []
    while True:
        eaten.append(os.urandom(1) * BLOCK)
        time.sleep(0.02)


def _fill(run: Path, megabytes: int) -> list[Any]:
    """Write a file of this size: the bytes that were written, and what was in the way."""
    path, wrong = run / "large", None
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(megabytes):
                file.write(bytes(2**20))
    except OSError as error:
        wrong = error.strerror
    return [path.stat().st_size, wrong]


ATTEMPTS = {
    "write": _write,
    "connect": _connect,
    "fetch": _fetch,
    "look": _look,
    "fork": _fork,
    "eat": _eat,
    "fill": _fill,
}
