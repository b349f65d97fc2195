"""Real runs: each wrong one is named rightly, no sound one is scolded, and every fix that is offered helps.

The runs marked `core` are trained here; `tests/bench/bench_advice.py` trains all of them and prints the table.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from advice_runs import CASES, SOUND, WRONG, Case
from advice_table import better, said, trained

from builder.document import apply

pytestmark = pytest.mark.keras


def test_the_table_is_large_and_half_of_it_is_wrong() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert 0.4 <= len(WRONG) / len(CASES) <= 0.65


@pytest.mark.parametrize("case", [case for case in WRONG if case.core], ids=lambda case: case.name)
def test_what_is_wrong_is_named_and_the_fix_helps(case: Case, home: Path) -> None:
    before = trained(case.document, home)
    verdict = said(before)
    assert verdict["code"] in case.codes, verdict
    assert verdict["tone"] in ("watch", "bad")
    assert case.words in verdict["message"]
    fix = verdict["fix"]
    assert fix, verdict
    after = trained(apply(case.document, {"op": "batch", "edits": fix["edits"]}), home)
    assert better(before, after), (fix["label"], said(after))


@pytest.mark.parametrize("case", [case for case in SOUND if case.core], ids=lambda case: case.name)
def test_what_is_sound_is_not_scolded(case: Case, home: Path) -> None:
    verdict = said(trained(case.document, home))
    assert verdict["tone"] == "good", verdict
