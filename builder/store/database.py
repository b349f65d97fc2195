"""The database of one home: SQLite in WAL mode, brought to the present schema when it is opened."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError

from builder.errors import LoomError

HEAD = "0002"
"""The newest migration: a database that is there already needs no look at Alembic, which takes 0.2 s to import."""


_connecting = threading.Lock()


def connect(file: Path) -> Engine:
    """The engine for this database file, made and migrated when needed; `LoomError` where that fails.

    One thread at a time: Alembic keeps what it works on in its modules, and two first visitors would share that.
    """
    with _connecting:
        return _connected(file)


@lru_cache(maxsize=8)
def _connected(file: Path) -> Engine:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 15})
        event.listen(engine, "connect", _set_pragmas)
        if _version(engine) != HEAD:
            _migrate(engine)
    except (OSError, DatabaseError) as error:
        raise LoomError(
            f"The database {file} cannot be opened: {getattr(error, 'orig', None) or error}.",
            code="database",
            hint="Check the disk and the rights of the folder; your runs are safe in its folder runs.",
        ) from error
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction whose failures (a full disk, a file without rights) are sentences."""
    try:
        with engine.begin() as connection:
            yield connection
    except DatabaseError as error:
        raise LoomError(
            f"The database {engine.url.database} did not take the change: {error.orig}.",
            code="database",
            hint="Free some space or check the rights of the folder; then make the next edit to save again.",
        ) from error


def _set_pragmas(connection: Any, _: Any) -> None:
    """WAL with full sync: no commit is lost when the machine or a process dies."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    """Bring the schema to HEAD; where another process is doing just that, wait for it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    for patience in range(50, -1, -1):
        try:
            with engine.begin() as connection:
                # All of it or nothing, and other processes wait: sqlite3 begins no transaction for tables by itself.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            return
        except DatabaseError:
            if _version(engine) == HEAD:
                return
            if not patience:
                raise
            time.sleep(0.1)
