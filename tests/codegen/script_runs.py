"""Scripts run in the test's own process."""

from __future__ import annotations

import re
from typing import Any

from builder.codegen import script
from builder.document import Document


def run_up_to_training(document: Document) -> dict[str, Any]:
    """The script's names after everything but the training was run."""
    text, *training = re.split(r"\n(?:# )?history = ", script(document), maxsplit=1)
    assert training, text
    found: dict[str, Any] = {"__name__": "script"}
    exec(compile(text.replace("model.summary()\n", ""), "script.py", "exec"), found)
    return found
