"""Messages between processes of one home: JSON objects over a local socket that only its user can open."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import sys
import tempfile
import threading
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from builder.errors import RunError

LONGEST = 100
"""Bytes of a Unix socket's path that every system takes (Linux 107, macOS 103)."""


def address(home: Path, name: str) -> str:
    """Where the process called `name` listens: in the home, or in a temporary folder where that is too long."""
    key = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    if sys.platform == "win32":
        return rf"\\.\pipe\layerloom-{key}-{name}"
    path = home.resolve() / f"{name}.sock"
    if len(os.fsencode(path)) <= LONGEST:
        return str(path)
    folder = Path(tempfile.gettempdir()) / f"layerloom-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    if about.st_uid != os.getuid() or about.st_mode & 0o077 or folder.is_symlink():
        raise RunError(
            f"{folder} belongs to somebody else or is open to others: messages in it would not be private.",
            code="socket",
            hint="Remove that folder, or choose a LAYERLOOM_HOME with a shorter path.",
        )
    return str(folder / f"{key}-{name}.sock")


def clear(where: str) -> None:
    """Remove the socket that a killed process left at an address: nobody else could listen there."""
    if sys.platform != "win32":
        Path(where).unlink(missing_ok=True)


def listens(where: str) -> bool:
    """Whether somebody has begun to listen at an address that was clear; taken for granted on Windows."""
    return sys.platform == "win32" or Path(where).exists()


def listen(where: str) -> Listener:
    """Listen at an address for this user only."""
    if sys.platform == "win32":
        return Listener(where, family="AF_PIPE")
    clear(where)
    before = os.umask(0o077)
    try:
        return Listener(where, family="AF_UNIX", backlog=64)
    finally:
        os.umask(before)


class Channel:
    """One conversation: a question, its answer, the next question. Safe for threads; they wait for each
    other.

    `ConnectionError` (or `FileNotFoundError`) means that nobody is there, `TimeoutError` that no answer came;
    the conversation is over then.

    Only the thread that uses the connection closes it. To close it under another thread's wait would give its
    number to the next connection that is opened, and the waiting thread would read that one's messages.
    """

    def __init__(self, where: str):
        self._connection: Connection = Client(where, family="AF_PIPE" if sys.platform == "win32" else "AF_UNIX")
        self._lock = threading.Lock()
        self._ending = threading.Lock()

    def ask(self, question: dict[str, Any], *, timeout: float) -> dict[str, Any]:
        with self._lock:
            if self._connection.closed:
                raise ConnectionResetError("the conversation is over")
            try:
                self._connection.send_bytes(json.dumps(question, ensure_ascii=False).encode())
                if not self._connection.poll(timeout):
                    raise TimeoutError(f"no answer within {timeout:g} seconds")
                return json.loads(self._connection.recv_bytes())
            except BaseException as error:
                # An answer that arrives later must never be taken for the answer to the next question.
                self._close()
                if isinstance(error, EOFError):
                    raise ConnectionResetError("the other side has gone") from error
                raise

    def wait(self) -> dict[str, Any] | None:
        """Wait for a word that was not asked for; None when the other side has gone or `close` was called."""
        with self._lock:
            try:
                return json.loads(self._connection.recv_bytes())
            except (EOFError, OSError):
                return None

    def close(self) -> None:
        """End the conversation, from any thread: one that waits wakes up with the error that nobody is there."""
        with self._ending:
            if not self._connection.closed:
                _shut_down(self._connection)
        with self._lock:
            self._close()

    def _close(self) -> None:
        with self._ending:
            self._connection.close()


def _shut_down(connection: Connection) -> None:
    """Wake up whoever waits on the connection, and leave it open."""
    if sys.platform == "win32":
        connection.close()  # Its waits are the system's own, which does not hand out the number again meanwhile.
        return
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
