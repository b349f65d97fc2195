"""Whether the server can have its port, and who has it where it cannot."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path

from builder.errors import RunError
from builder.settings import Settings

NEARBY = 50
"""Ports above the wanted one among which a free one is looked for."""
LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def demand_port(settings: Settings) -> None:
    """`RunError` where nobody can listen at the address of the settings, before anything is started for it."""
    wrong = _refusal(settings.host, settings.port)
    if wrong is None:
        return
    if wrong.errno == errno.EADDRINUSE:
        ports = range(settings.port + 1, min(settings.port + NEARBY, 65_536))
        free = next((port for port in ports if _refusal(settings.host, port) is None), None)
        raise RunError(
            f"Port {settings.port} is taken{_by_whom(settings.port)}.",
            code="port",
            hint=f"Stop that program, or choose another port: LAYERLOOM_PORT={free or 'NUMBER'}.",
        )
    raise RunError(
        f"Nobody can listen at {settings.host}, port {settings.port}: {wrong.strerror or wrong}.",
        code="port",
        hint="Choose an address of this machine with LAYERLOOM_HOST, and a port from 1024 on with LAYERLOOM_PORT.",
    )


def _refusal(host: str, port: int) -> OSError | None:
    """What the system says against listening there; it is tried as Streamlit is going to."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            if os.name != "nt":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
            trial.listen(1)
    except OSError as error:
        return error
    return None


def _by_whom(port: int) -> str:
    """ " by process 4711 (python app.py)" where the system tells; it does so on Linux, of one's own processes."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == LISTENS and int(local.rsplit(":", 1)[1], 16) == port:
                    sockets.add(f"socket:[{rest[5]}]")
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        with suppress(OSError):
            if any(os.readlink(file) in sockets for file in (process / "fd").iterdir()):
                words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                told = " ".join([os.path.basename(words[0]), *words[1:]]).strip()
                return f" by process {process.name} ({told if len(told) <= 60 else told[:57] + '...'})"
    return ""
