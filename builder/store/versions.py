"""Named versions of a project: kept as they are. Autosave never comes here, and no function changes a document."""

from __future__ import annotations

import secrets
import time
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine, insert, select, update

from builder.document import Document, parse
from builder.errors import LoomError
from builder.store.database import transaction
from builder.store.tables import projects, versions


class VersionInfo(BaseModel):
    """A version as lists show it; `hash` is its document's content hash."""

    model_config = ConfigDict(frozen=True)

    id: str
    project: str
    name: str
    note: str
    hash: str
    created: float


class Version(VersionInfo):
    """A version with its document."""

    document: Document


class Versions:
    """The versions of one person's projects."""

    def __init__(self, engine: Engine, owner: str = "local"):
        self._engine = engine
        self._owner = owner

    def save(self, project_id: str, name: str, document: Document, note: str = "") -> Version:
        """Keep a document as a version of a project."""
        row = {
            "id": secrets.token_hex(6),
            "project": project_id,
            "name": _name(name),
            "note": note.strip(),
            "document": document.to_json(),
            "hash": document.content_hash(),
            "created": time.time(),
        }
        owned = select(projects.c.id).where(projects.c.id == project_id, projects.c.owner == self._owner)
        with transaction(self._engine) as connection:
            if connection.execute(owned).first() is None:
                raise LoomError(f'There is no project "{project_id}" to keep a version of.', code="unknown-project")
            connection.execute(insert(versions).values(row))
        return Version(**{**row, "document": document})

    def all(self, project_id: str) -> list[VersionInfo]:
        """The versions of a project, newest first."""
        return self._infos(project_id, versions.c.deleted.is_(None), versions.c.created)

    def deleted(self, project_id: str, limit: int = 3) -> list[VersionInfo]:
        """The versions last deleted, newest first."""
        return self._infos(project_id, versions.c.deleted.is_not(None), versions.c.deleted)[:limit]

    def get(self, version_id: str) -> Version:
        """The version with this id, deleted ones too, as a link may still lead to it."""
        columns = [versions.c[name] for name in Version.model_fields]
        with transaction(self._engine) as connection:
            row = connection.execute(self._mine(select(*columns)).where(versions.c.id == version_id)).first()
        if row is None:
            raise LoomError(
                f'There is no version "{version_id}".',
                code="unknown-version",
                hint="Choose another one under Versions.",
            )
        values = dict(row._mapping)
        document = parse(values.pop("document"), origin=f'The version "{values["name"]}"')
        return Version(document=document, **values)

    def rename(self, version_id: str, name: str, note: str) -> None:
        """Give a version another name and note."""
        self._change(version_id, name=_name(name), note=note.strip())

    def delete(self, version_id: str) -> None:
        """Put a version aside; `restore` brings it back."""
        self._change(version_id, deleted=time.time())

    def restore(self, version_id: str) -> None:
        self._change(version_id, deleted=None)

    def _change(self, version_id: str, **values: Any) -> None:
        mine = select(projects.c.id).where(projects.c.owner == self._owner)
        query = update(versions).where(versions.c.id == version_id, versions.c.project.in_(mine)).values(**values)
        with transaction(self._engine) as connection:
            connection.execute(query)

    def _infos(self, project_id: str, which: Any, newest: Any) -> list[VersionInfo]:
        columns = [versions.c[name] for name in VersionInfo.model_fields]
        query = self._mine(select(*columns)).where(versions.c.project == project_id, which).order_by(newest.desc())
        with transaction(self._engine) as connection:
            return [VersionInfo.model_validate(dict(row._mapping)) for row in connection.execute(query)]

    def _mine(self, query: Any) -> Any:
        return query.join(projects, projects.c.id == versions.c.project).where(projects.c.owner == self._owner)


def _name(name: str) -> str:
    if cut := name.strip()[:120]:
        return cut
    raise LoomError(
        "A version needs a name, and this one is empty.", code="version-name", hint="Say what is special about it."
    )
