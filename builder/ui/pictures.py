"""Thumbnails where lists show networks. A picture is drawn once a server: none of what it is keyed by ever changes."""

from __future__ import annotations

from functools import lru_cache

from builder.catalog.registry import templates
from builder.charts.thumbnail import thumbnail
from builder.document import Document, from_value
from builder.errors import LoomError
from builder.store import ProjectInfo, Version
from builder.ui import session
from builder.ui.picture import picture


def template_picture(kind: str) -> None:
    """A template's network."""
    picture(_of_template(kind), key=f"picture.template.{kind}")


def version_picture(version: Version, *, key: str) -> None:
    """The network of a version."""
    name = f"version {version.id}"
    picture(_drawn.get(name) or _keep(name, version.document), key=key)


def project_picture(info: ProjectInfo, *, key: str) -> None:
    """The network of a project as it is now; nothing where its document is damaged."""
    name = f"project {info.id} {info.version}"
    svg = _drawn.get(name)
    if svg is None:
        try:
            svg = _keep(name, session.projects().get(info.id).document)
        except LoomError:
            return
    picture(svg, key=key)


_MOST = 512
_drawn: dict[str, str] = {}


def _keep(name: str, document: Document) -> str:
    svg = _drawn[name] = thumbnail(document)
    while len(_drawn) > _MOST:
        _drawn.pop(next(iter(_drawn)), None)
    return svg


@lru_cache(maxsize=256)
def _of_template(kind: str) -> str:
    return thumbnail(from_value(templates[kind].document), height=104)
