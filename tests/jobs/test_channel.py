"""A conversation that is ended by one thread while another one waits in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any

import pytest

from builder.jobs.channel import Channel, listen


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[str]:
    """The address of somebody who takes every conversation and never says a word."""
    where = str(tmp_path / "silent.sock")
    listener: Listener = listen(where)
    taken: list[Any] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept())
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    yield where
    listener.close()


def outcome(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Do something in a thread of its own; the list gets what it returned or raised."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(act())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def test_who_waits_for_an_answer_is_told_that_nobody_is_there(silent: str) -> None:
    """The number of a closed connection would go to the next one that is opened, and be read there."""
    for _ in range(20):
        channel = Channel(silent)
        thread, found = outcome(lambda channel=channel: channel.ask({"op": "status"}, timeout=30))
        while not channel._lock.locked():
            pass
        channel.close()
        following = Channel(silent)
        thread.join(30)
        following.close()
        assert [isinstance(error, ConnectionError) for error in found] == [True], found


def test_who_waits_for_a_word_wakes_up(silent: str) -> None:
    channel = Channel(silent)
    thread, found = outcome(channel.wait)
    while not channel._lock.locked():
        pass
    channel.close()
    thread.join(30)
    assert found == [None]
    channel.close()


def test_a_conversation_that_is_over_stays_over(silent: str) -> None:
    channel = Channel(silent)
    with pytest.raises(TimeoutError):
        channel.ask({"op": "status"}, timeout=0.01)
    with pytest.raises(ConnectionError, match="over"):
        channel.ask({"op": "status"}, timeout=0.01)
