"""A database of any earlier schema is brought to the present one, with all that is in it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

import builder.store
from builder.document import Document, apply
from builder.store import Kept, Projects, connect
from builder.store.tables import metadata

MIGRATIONS = Path(builder.store.__file__).with_name("migrations")


def at_revision(file: Path, revision: str) -> None:
    """A database as an earlier Layerloom made it."""
    file.parent.mkdir(parents=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_drafts_of_the_first_schema_live_on_with_a_history(home: Path) -> None:
    file = home / "layerloom.db"
    at_revision(file, "0001")
    documents = {f"p{number}": Document(name=f"Prøject {number}") for number in range(3)}
    with sqlite3.connect(file) as old:
        for name, document in documents.items():
            values = (name, "local", document.name, document.to_json(), 7, '{"tab": 3}', 1.0, 2.0, None)
            old.execute("INSERT INTO projects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    old.close()
    mine = Projects(connect(file))
    for name, document in documents.items():
        project = mine.get(name)
        assert (project.document, project.version, dict(project.acked)) == (document, 7, {"tab": 3})
        assert project.steps == Kept(0, 0, 0)
        assert mine.step(name, 0) == document
        later = apply(document, {"op": "set", "path": "name", "value": "later"})
        mine.save(name, 7, later, {})
        assert mine.step(name, 0) == document
        assert mine.versions.save(name, "kept", later).document == later


def test_the_migrations_make_the_tables_that_the_code_describes(home: Path) -> None:
    engine = connect(home / "layerloom.db")
    made = inspect(engine)
    assert set(made.get_table_names()) == {*metadata.tables, "alembic_version"}
    for table in metadata.sorted_tables:
        columns = {column["name"]: (str(column["type"]), column["nullable"]) for column in made.get_columns(table.name)}
        assert columns == {
            column.name: (column.type.compile(engine.dialect), column.nullable) for column in table.columns
        }
        assert {index["name"] for index in made.get_indexes(table.name)} == {index.name for index in table.indexes}


MANY = """
import sys, threading
from pathlib import Path
from builder.document import Document
from builder.errors import LoomError
from builder.store import Projects, connect

made, wrong = [], []

def visit():
    try:
        made.append(Projects(connect(Path(sys.argv[1]))).create(Document(name="Mine")).id)
    except Exception as error:
        wrong.append(repr(error))

visitors = [threading.Thread(target=visit) for _ in range(8)]
sys.stdin.readline()
for visitor in visitors:
    visitor.start()
for visitor in visitors:
    visitor.join()
print(len(set(made)), *wrong)
"""


def test_first_visitors_who_come_together_all_find_the_database(home: Path) -> None:
    """Eight threads in each of three processes, while there is no file yet."""
    command = [sys.executable, "-c", MANY, str(home / "layerloom.db")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[0].strip() for process in processes] == ["8"] * 3
    assert len(Projects(connect(home / "layerloom.db")).recent(100)) == 24
