"""`layerloom serve`: the same as `python app.py`, with host, port and browser from the command line."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import builder
from builder import settings
from builder.errors import LoomError


def run(arguments: argparse.Namespace) -> int:
    app = Path(builder.__file__).parents[1] / "app.py"
    if not app.is_file():
        raise LoomError(f"{app} is missing.", code="no-app", hint="Run Layerloom from a clone of its repository.")
    given = {"HOST": arguments.host, "PORT": arguments.port, "BROWSER": "0" if arguments.no_browser else None}
    environ = {
        **os.environ,
        **{f"LAYERLOOM_{name}": str(value) for name, value in given.items() if value is not None},
    }
    settings.load(environ)  # A wrong value is told before the server starts.
    os.chdir(app.parent)
    if os.name == "nt":
        return subprocess.run([sys.executable, str(app)], env=environ, check=False).returncode
    os.execve(sys.executable, [sys.executable, str(app)], environ)
