"""Facts about processes and signals to them, by pid."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Collection
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Usage:
    """What a process and all that it started take: bytes of memory, processes and threads."""

    memory: int
    tasks: int


def usage(pid: int, *, descendants: bool = True) -> Usage | None:
    """What the process takes of the machine, or None where the system does not say (only Linux does)."""
    fields = _stat(pid)
    if not fields:
        return None
    found = {pid: fields, **(_started_by(pid) if descendants else {})}
    pages = sum(int(item[21]) for item in found.values())
    return Usage(pages * os.sysconf("SC_PAGE_SIZE"), sum(int(item[17]) for item in found.values()))


def age(pid: int) -> float | None:
    """Seconds since the process began, or None where the system does not say."""
    fields = _stat(pid)
    if not fields:
        return None
    return float(Path("/proc/uptime").read_text().split()[0]) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def first_to_go(pid: int) -> None:
    """Have the system end this process before any other when memory runs out: before the server, before us."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("500")


def keep_to(pid: int, cores: Collection[int]) -> None:
    """Have the process compute on these cores only (Linux). Threads that begin later take after the one that starts
    them, so the threads are looked for until there is no new one."""
    kept: set[str] = set()
    with contextlib.suppress(OSError):  # It may have ended meanwhile.
        while found := set(os.listdir(f"/proc/{pid}/task")) - kept:
            for thread in found:
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread), cores)
            kept |= found


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def end_group(pid: int) -> None:
    """End the process and its group: all that it started, and what was started around it."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            os.kill(pid, KILL)
        else:
            os.killpg(os.getpgid(pid), KILL)


def end_family(pid: int) -> None:
    """End the process and all that it has started, also what has left its group.

    All are halted first, and looked for again: what runs could start others while it is looked for.
    """
    halted: set[int] = set()
    while sys.platform == "linux" and (found := {pid, *_started_by(pid)} - halted):
        for member in found:
            send(member, signal.SIGSTOP)
        halted |= found
    end_group(pid)
    for member in halted:
        send(member, KILL)


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


def _started_by(pid: int) -> dict[int, list[str]]:
    """The processes that descend from this one, with their fields."""
    everybody = {int(path.name): _stat(int(path.name)) for path in Path("/proc").glob("[0-9]*")}
    children: dict[int, list[int]] = {}
    for other, fields in everybody.items():
        if fields:
            children.setdefault(int(fields[1]), []).append(other)
    found: dict[int, list[str]] = {}
    reached = [pid]
    while reached:
        for child in children.get(reached.pop(), []):
            found[child] = everybody[child]
            reached.append(child)
    return found


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
