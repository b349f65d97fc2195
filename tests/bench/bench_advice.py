"""The table of advice: what the verdict says of each run of `tests/verdicts/advice_runs.py`, and what its fix brings.

    uv run python tests/bench/bench_advice.py [part of a name]...

Ends with 1 where a wrong run is not named, a sound one is scolded, or a fix does not help.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "verdicts"))

from advice_runs import CASES, Case
from advice_table import best, better, said, trained

from builder.document import apply


def line(case: Case, home: Path) -> tuple[bool, str]:
    """Whether all is as it should be, and the row of the table."""
    events = trained(case.document, home)
    verdict = said(events)
    right = (
        verdict["tone"] == "good" if case.sound else verdict["code"] in case.codes and case.words in verdict["message"]
    )
    row = f"{case.name:44} {figures(best(events)):16} {verdict['code']:20}"
    if case.sound or not verdict["fix"]:
        return right, row
    mended = trained(apply(case.document, {"op": "batch", "edits": verdict["fix"]["edits"]}), home)
    helps = better(events, mended)
    return (
        right and helps,
        f"{row} {figures(best(mended)):16} {verdict['fix']['label']}{'' if helps else '  DOES NOT HELP'}",
    )


def figures(found: tuple[float, float]) -> str:
    accuracy, loss = found
    return f"{loss:.4g}" if accuracy != accuracy else f"{accuracy:.3f} / {loss:.4g}"


def main(parts: list[str]) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAYERLOOM_HOME"] = folder
        for case in CASES:
            if not parts or any(part in case.name for part in parts):
                right, row = line(case, Path(folder))
                wrong += not right
                print("ok " if right else "NO ", row, flush=True)
    print(f"{wrong} not as they should be")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
