"""Facts about processes and signals to them, by pid."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""Windows knows one way to end a process, and calls it SIGTERM."""


def alive(pid: int) -> bool:
    """Whether the process exists and has not ended (a dead child that nobody has waited for is dead)."""
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    fields = _stat(pid)
    return not fields or fields[0] != "Z"


def cpu_seconds(pid: int) -> float | None:
    """Processor time that the process has used, or None where the system does not say (only Linux does)."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else None


def state(pid: int) -> str | None:
    """ "R" running, "S" sleeping, "D" waiting for a disk, "T" halted, "Z" dead; None where the system does not say."""
    fields = _stat(pid)
    return fields[0] if fields else None


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def end_group(pid: int) -> None:
    """End the process, which leads a group, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            os.kill(pid, KILL)
        else:
            os.killpg(pid, KILL)


def signal_name(number: int) -> str:
    """ "SIGKILL" for 9; the number itself where it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat behind the name: state first; nothing where there is no such file."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _alive_on_windows(pid: int) -> bool:
    import ctypes

    still_active, query = 259, 0x1000
    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(query, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active
