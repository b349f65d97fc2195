"""What is kept beside the run directories: projects, in SQLite through SQLAlchemy. Only values leave this package."""

from builder.store.database import connect
from builder.store.projects import Conflict, Project, ProjectInfo, Projects

__all__ = ["Conflict", "Project", "ProjectInfo", "Projects", "connect"]
