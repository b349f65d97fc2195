"""The shelf: blocks that a person keeps for other networks. They belong to the person, not to a project."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine, delete, insert, select

from builder.store.database import transaction
from builder.store.tables import shelf


class ShelfBlock(BaseModel):
    """A kept block: its title and the part of a network that it holds (`builder.document.part`), as JSON."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    part: Mapping[str, Any]
    created: float


class Shelf:
    """The blocks that one person keeps."""

    def __init__(self, engine: Engine, owner: str = "local"):
        self._engine = engine
        self._owner = owner

    def all(self) -> tuple[ShelfBlock, ...]:
        """All blocks, the one last kept first."""
        columns = [shelf.c[name] for name in ShelfBlock.model_fields]
        query = select(*columns).where(shelf.c.owner == self._owner).order_by(shelf.c.created.desc())
        with transaction(self._engine) as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        return tuple(ShelfBlock(**{**row, "part": json.loads(row["part"])}) for row in rows)

    def keep(self, title: str, part: Mapping[str, Any]) -> ShelfBlock:
        """Put a part of a network on the shelf."""
        made = ShelfBlock(id=secrets.token_hex(6), title=title[:120], part=part, created=time.time())
        row = {**made.model_dump(), "part": json.dumps(dict(part)), "owner": self._owner}
        with transaction(self._engine) as connection:
            connection.execute(insert(shelf).values(row))
        return made

    def forget(self, block_id: str) -> None:
        """Take a block off the shelf; networks that it was put into keep it."""
        with transaction(self._engine) as connection:
            connection.execute(delete(shelf).where(shelf.c.id == block_id, shelf.c.owner == self._owner))
