"""Projects: drafts that save themselves, with a version that keeps two writers from losing each other's work."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import DatabaseError

from builder.document import Document, parse
from builder.errors import LoomError
from builder.store.tables import projects


class ProjectInfo(BaseModel):
    """A project as lists show it. Times are Unix seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    version: int
    created: float
    updated: float


class Project(ProjectInfo):
    """A project with its document; `acked` holds the last edit number applied of each browser tab."""

    document: Document
    acked: Mapping[str, int]


class Conflict(LoomError):
    """Someone else saved the project since it was read."""


class Projects:
    """The projects of one database. Records returned are values; a change goes through `save`."""

    def __init__(self, engine: Engine, owner: str = "local"):
        self._engine = engine
        self._owner = owner

    def create(self, document: Document) -> Project:
        """Keep a document as a new project."""
        now = time.time()
        row = {
            "id": secrets.token_hex(6),
            "owner": self._owner,
            "name": document.name,
            "document": document.to_json(),
            "version": 1,
            "acked": "{}",
            "created": now,
            "updated": now,
        }
        with self._transaction() as connection:
            connection.execute(insert(projects).values(row))
        return self.get(row["id"])

    def get(self, project_id: str) -> Project:
        """The project with this id; `LoomError` where there is none or where its document is damaged."""
        with self._transaction() as connection:
            row = connection.execute(self._mine(select(projects)).where(projects.c.id == project_id)).first()
        if row is None:
            raise LoomError(
                f'There is no project "{project_id}".',
                code="unknown-project",
                hint="It may have been deleted; choose another one.",
            )
        return _project(row)

    def recent(self, limit: int = 20) -> list[ProjectInfo]:
        """The projects last worked on, newest first."""
        columns = [projects.c[name] for name in ProjectInfo.model_fields]
        query = self._mine(select(*columns)).order_by(projects.c.updated.desc()).limit(limit)
        with self._transaction() as connection:
            return [ProjectInfo.model_validate(dict(row._mapping)) for row in connection.execute(query)]

    def deleted(self, limit: int = 3) -> list[ProjectInfo]:
        """The projects last deleted, newest first."""
        columns = [projects.c[name] for name in ProjectInfo.model_fields]
        query = select(*columns).where(projects.c.owner == self._owner, projects.c.deleted.is_not(None))
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(projects.c.deleted.desc()).limit(limit))
            return [ProjectInfo.model_validate(dict(row._mapping)) for row in rows]

    def save(self, project_id: str, version: int, document: Document, acked: Mapping[str, int]) -> int:
        """Replace the document and return the new version.

        Raises `Conflict`, and changes nothing, where the project is no longer at `version`.
        """
        query = (
            self._mine(update(projects))
            .where(projects.c.id == project_id, projects.c.version == version)
            .values(
                name=document.name,
                document=document.to_json(),
                version=version + 1,
                acked=json.dumps(dict(acked)),
                updated=time.time(),
            )
        )
        with self._transaction() as connection:
            if connection.execute(query).rowcount == 1:
                return version + 1
        raise Conflict(
            "This project was changed in another tab or by someone else.",
            code="conflict",
            hint="Open the newer version, or keep yours as a copy.",
        )

    def delete(self, project_id: str) -> None:
        """Put a project aside; `restore` brings it back."""
        self._mark(project_id, time.time())

    def restore(self, project_id: str) -> None:
        self._mark(project_id, None)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction whose failures (a full disk, a file without rights) are sentences."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise LoomError(
                f"The database {self._engine.url.database} did not take the change: {error.orig}.",
                code="database",
                hint="Free some space or check the rights of the folder; then make the next edit to save again.",
            ) from error

    def _mark(self, project_id: str, deleted: float | None) -> None:
        query = update(projects).where(projects.c.id == project_id, projects.c.owner == self._owner)
        with self._transaction() as connection:
            connection.execute(query.values(deleted=deleted))

    def _mine(self, query: Any) -> Any:
        return query.where(projects.c.owner == self._owner, projects.c.deleted.is_(None))


def _project(row: Row[Any]) -> Project:
    values = dict(row._mapping)
    document = parse(values.pop("document"), origin=f'The project "{values["name"]}"')
    return Project(document=document, acked=json.loads(values.pop("acked")), **values)
