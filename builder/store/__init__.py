"""What is kept beside the run directories, in SQLite through SQLAlchemy: projects with their steps of undo and their
named versions, and a person's own blocks. Only values leave this package."""

from builder.store.database import connect
from builder.store.projects import Conflict, Project, ProjectInfo, Projects
from builder.store.shelf import Shelf, ShelfBlock
from builder.store.steps import Kept, Steps
from builder.store.versions import Version, VersionInfo, Versions

__all__ = [
    "Conflict",
    "Kept",
    "Project",
    "ProjectInfo",
    "Projects",
    "Shelf",
    "ShelfBlock",
    "Steps",
    "Version",
    "VersionInfo",
    "Versions",
    "connect",
]
