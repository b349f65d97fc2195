"""Ends open event streams when the server is told to stop.

The HTTP server waits for open answers before it stops, and tells them nothing (uvicorn without
`timeout_graceful_shutdown`): one open page would keep Ctrl-C from working. So the stop signals are heard here
first.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]


def on_stop_signal(call: Callable[[], None]) -> bool:
    """Call `call` in the running event loop at the first stop signal, before the handler that was there.

    False, and nothing done, outside the main thread: signals cannot be heard there, and whoever runs a server
    there stops it by other means.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        _hear(number, lambda: loop.call_soon_threadsafe(call))
    return True


def _hear(number: signal.Signals, tell: Callable[[], object]) -> None:
    handler = signal.getsignal(number)
    if not callable(handler):
        return

    def heard(received: int, frame: FrameType | None) -> None:
        tell()
        handler(received, frame)

    signal.signal(number, heard)
