from __future__ import annotations

import importlib
from typing import Any

import pytest


@pytest.fixture(scope="session")
def keras() -> Any:
    """Keras, imported by the tests that are marked so and by no other."""
    return importlib.import_module("keras")
