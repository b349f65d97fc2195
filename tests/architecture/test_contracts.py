"""The house's rules, read by machines: layers of imports, banned imports, and what the web process may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*PROJECT.glob("builder/**/*.py"), *PROJECT.glob("pages/*.py"), PROJECT / "app.py"])


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)


def test_imports_point_downwards() -> None:
    done = run(sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_code_is_clean_and_formatted() -> None:
    check = run(sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    assert check.returncode == 0, check.stdout
    form = run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".")
    assert form.returncode == 0, form.stdout


def test_the_top_level_is_as_agreed() -> None:
    listed = run("git", "ls-files").stdout.splitlines()
    top = {line.split("/")[0] for line in listed} - {line for line in listed if line.startswith(".")}
    folders = {name for name in top if not name.startswith(".")}
    assert folders <= {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "app.py",
        "builder",
        "pages",
        "tests",
        "assets",
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_only_its_owner_touches_session_state(path: Path) -> None:
    if path == PROJECT / "builder/ui/session.py":
        return
    names = [node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)]
    assert "session_state" not in names


def test_the_web_process_never_loads_a_framework() -> None:
    program = """
import os, sys, tempfile
os.environ["LAYERLOOM_HOME"] = tempfile.mkdtemp()
from streamlit.testing.v1 import AppTest
for page in (None, "pages/train.py", "pages/runs.py"):
    test = AppTest.from_file("app.py", default_timeout=60)
    test.run()
    if page:
        test.switch_page(page).run()
    assert not test.exception, test.exception
import builder.ui.serve, builder.server, builder.codegen
print(sorted({"tensorflow", "keras", "jax", "torch"} & set(sys.modules)))
"""
    done = run(sys.executable, "-W", "ignore", "-c", program)
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stdout + done.stderr


def test_no_lock_file_records_where_things_were_downloaded() -> None:
    listed = run("git", "ls-files").stdout.splitlines()
    assert "uv.lock" not in listed
    for name in listed:
        if name.endswith("package-lock.json"):
            assert '"resolved"' not in (PROJECT / name).read_text(), name


def test_every_dependency_is_pinned() -> None:
    text = (PROJECT / "pyproject.toml").read_text()
    pins = text.split("constraint-dependencies = [", 1)[1].split("]\n", 1)[0]
    pinned = {line.strip(' ",').split("==")[0].lower() for line in pins.splitlines() if "==" in line}
    for wanted in ("streamlit", "tensorflow", "keras", "plotly", "pandas", "pytest", "numpy", "protobuf", "starlette"):
        assert wanted in pinned
