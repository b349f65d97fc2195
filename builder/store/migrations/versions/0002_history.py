"""What a project was: its steps of undo and its named versions; and a shelf of a person's own blocks."""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "steps",
        sa.Column("project", sa.String(32), sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project", sa.String(32), sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("deleted", sa.Float),
    )
    op.create_index("versions_by_project", "versions", ["project", "created"])
    op.create_table(
        "shelf",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_index("shelf_by_owner", "shelf", ["owner", "created"])
    op.add_column("projects", sa.Column("step", sa.Integer, nullable=False, server_default="0"))
    _first_steps()


def _first_steps() -> None:
    """Every draft that is there already becomes the first step of its history."""
    connection = op.get_bind()
    for project, document in connection.execute(sa.text("SELECT id, document FROM projects")).all():
        connection.execute(
            sa.text("INSERT INTO steps (project, number, document) VALUES (:project, 0, :document)"),
            {"project": project, "document": zlib.compress(document.encode(), 1)},
        )


def downgrade() -> None:
    with op.batch_alter_table("projects") as table:
        table.drop_column("step")
    for name in ("shelf", "versions", "steps"):
        op.drop_table(name)
