"""Projects: drafts that save themselves, with a version that keeps two writers from losing each other's work."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine, Row, insert, select, update

from builder.document import Document, parse
from builder.errors import LoomError
from builder.store import steps as history
from builder.store.database import transaction
from builder.store.shelf import Shelf
from builder.store.steps import Kept, Steps
from builder.store.tables import projects
from builder.store.versions import Versions


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
    steps: Kept


class Conflict(LoomError):
    """Someone else saved the project since it was read."""


class Projects:
    """The projects of one database. Records returned are values; a change goes through `save`."""

    def __init__(self, engine: Engine, owner: str = "local"):
        self._engine = engine
        self._owner = owner
        self.versions = Versions(engine, owner)
        self.shelf = Shelf(engine, owner)

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
            "step": 0,
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(projects).values(row))
            history.write(connection, row["id"], Steps(0, (document,), 0), [row["document"]])
        return self.get(row["id"])

    def get(self, project_id: str) -> Project:
        """The project with this id; `LoomError` where there is none or where its document is damaged."""
        with transaction(self._engine) as connection:
            row = connection.execute(self._mine(select(projects)).where(projects.c.id == project_id)).first()
            kept = history.kept(connection, project_id, row.step) if row else None
        if row is None or kept is None:
            raise LoomError(
                f'There is no project "{project_id}".',
                code="unknown-project",
                hint="It may have been deleted; choose another one.",
            )
        return _project(row, kept)

    def recent(self, limit: int = 20) -> list[ProjectInfo]:
        """The projects last worked on, newest first."""
        columns = [projects.c[name] for name in ProjectInfo.model_fields]
        query = self._mine(select(*columns)).order_by(projects.c.updated.desc()).limit(limit)
        with transaction(self._engine) as connection:
            return [ProjectInfo.model_validate(dict(row._mapping)) for row in connection.execute(query)]

    def deleted(self, limit: int = 3) -> list[ProjectInfo]:
        """The projects last deleted, newest first."""
        columns = [projects.c[name] for name in ProjectInfo.model_fields]
        query = select(*columns).where(projects.c.owner == self._owner, projects.c.deleted.is_not(None))
        with transaction(self._engine) as connection:
            rows = connection.execute(query.order_by(projects.c.deleted.desc()).limit(limit))
            return [ProjectInfo.model_validate(dict(row._mapping)) for row in rows]

    def version(self, project_id: str) -> int | None:
        """The number that a project's draft is at, which every save raises; None where it was deleted."""
        query = self._mine(select(projects.c.version)).where(projects.c.id == project_id)
        with transaction(self._engine) as connection:
            return connection.execute(query).scalar()

    def step(self, project_id: str, number: int) -> Document:
        """The document of a step of undo; `LoomError` where it is no longer kept."""
        owned = self._mine(select(projects.c.id)).where(projects.c.id == project_id)
        with transaction(self._engine) as connection:
            mine = connection.execute(owned).first()
            document = history.read(connection, project_id, number) if mine else None
        if document is None:
            raise LoomError(
                "This step can no longer be undone: only the last ones are kept with the draft.",
                code="no-step",
                hint="An older state may be among the versions.",
            )
        return document

    def save(
        self,
        project_id: str,
        version: int,
        document: Document,
        acked: Mapping[str, int],
        steps: Steps | None = None,
    ) -> int:
        """Replace the document and return the new version; without `steps`, it is the step after the present one.

        Raises `Conflict`, and changes nothing, where the project is no longer at `version`.
        """
        text = document.to_json()
        values = {
            "name": document.name,
            "document": text,
            "version": version + 1,
            "acked": json.dumps(dict(acked)),
            "updated": time.time(),
            "step": steps.at if steps else projects.c.step + 1,
        }
        query = self._mine(update(projects)).where(projects.c.id == project_id, projects.c.version == version)
        with transaction(self._engine) as connection:
            at = connection.execute(query.values(**values).returning(projects.c.step)).scalar()
            if at is not None:
                made = steps or Steps(at, (document,), at)
                texts = [text if step is document else step.to_json() for step in made.documents]
                history.write(connection, project_id, made, texts)
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

    def _mark(self, project_id: str, deleted: float | None) -> None:
        query = update(projects).where(projects.c.id == project_id, projects.c.owner == self._owner)
        with transaction(self._engine) as connection:
            connection.execute(query.values(deleted=deleted))

    def _mine(self, query: Any) -> Any:
        return query.where(projects.c.owner == self._owner, projects.c.deleted.is_(None))


def _project(row: Row[Any], kept: Kept) -> Project:
    values = dict(row._mapping)
    document = parse(values.pop("document"), origin=f'The project "{values["name"]}"')
    return Project(document=document, steps=kept, acked=json.loads(values.pop("acked")), **values)
