"""Every browser component's committed bundle comes from the sources that are committed beside it.

`SOURCE.sha256` holds the SHA-256, in hex, over these files of `builder/<name>/frontend`, sorted by path: all
under `src/`, and `package.json`, `package-lock.json`, `tsconfig.json`, `vite.config.*`. Of each goes in: its path
relative to `frontend` (with "/"), a zero byte, its bytes, a zero byte.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FRONTENDS = sorted((PROJECT / "builder").glob("*/frontend"))
ALONE = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.*")

each_frontend = pytest.mark.parametrize("frontend", FRONTENDS, ids=lambda path: path.parent.name)


def source_digest(frontend: Path) -> str:
    sources = [path for path in (frontend / "src").rglob("*") if path.is_file()]
    for pattern in ALONE:
        sources += frontend.glob(pattern)
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(frontend).as_posix(), path) for path in sources):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def bundle(frontend: Path) -> Path:
    return PROJECT / "assets" / frontend.parent.name


@each_frontend
def test_bundle_was_built_from_these_sources(frontend: Path) -> None:
    stated = (bundle(frontend) / "SOURCE.sha256").read_text(encoding="ascii").strip()
    assert stated == source_digest(frontend), (
        f"The bundle in {bundle(frontend)} is older than its sources. "
        f"Build it again: npm ci && npm run build in {frontend}."
    )


@each_frontend
def test_bundle_is_small_enough_for_a_first_page(frontend: Path) -> None:
    size = len(gzip.compress((bundle(frontend) / f"{frontend.parent.name}.js").read_bytes()))
    assert size < 250_000


@each_frontend
def test_its_own_tests_pass(frontend: Path) -> None:
    vitest = frontend / "node_modules" / ".bin" / "vitest"
    if not vitest.exists():
        pytest.skip("Node's packages are not installed; a person who changes the component has them: npm ci")
    ended = subprocess.run([vitest, "run"], cwd=frontend, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-1000:]


@each_frontend
def test_lock_file_names_no_download_address(frontend: Path) -> None:
    lock = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
