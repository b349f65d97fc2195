"""Nothing changes any more."""

from __future__ import annotations

import numpy as np

from builder.events import Verdict
from builder.verdicts import trend
from builder.verdicts.fixes import add_callback
from builder.verdicts.history import History
from builder.verdicts.skill import last, validation_skill
from builder.verdicts.suspects import suspects

PATIENCE = 10
THRESHOLD = 1e-4
"""Epochs without, and share of the loss that counts as, an improvement: the defaults of PyTorch's ReduceLROnPlateau
(Keras' has the same patience, and this as a difference)."""
DONE = 0.99
"""Validation accuracy from which on a standstill is the end of a success."""
FAIR, FAIR_VALUES = 0.5, 0.3
"""Skill from which a standstill may be all that the data tell: half of the way from guessing to no error for classes,
less for values, whose noise nobody can predict (a straight line explains 0.5 of `diabetes`)."""


def plateau(history: History) -> Verdict | None:
    """Neither training nor validation loss has got better for many epochs; or hardly, at an end far from good."""
    if history.epochs <= PATIENCE:
        return None
    final = max(_last_gain(losses) for losses in (history.training, history.validation))
    still = history.epochs - 1 - final >= PATIENCE and not trend.falls(history.training[-2 * PATIENCE :], SURE)
    accuracy, skill = history.accuracy, last(validation_skill(history))
    done = accuracy is not None and accuracy[final] >= DONE
    fair = done or (skill is not None and skill >= (FAIR if history.classes else FAIR_VALUES))
    if not still and (fair or not _stuck(history)):
        return None
    since = history.number(final if still else -PATIENCE) + still
    if fair:
        return Verdict(
            tone="good",
            code="converged",
            message=f"Learned all there is: nothing has got better since epoch {since}."
            if done
            else f"Settled: nothing has got better since epoch {since}.",
            hint="The model of the best epoch is kept; the run can be stopped.",
            since=since,
            fix=add_callback(history.document, "EarlyStopping", "Stop by itself next time", patience=PATIENCE),
        )
    found = next(suspects(history), None)
    return Verdict(
        tone="watch",
        code="plateau",
        message=f"On a plateau since epoch {since}: neither training nor validation loss gets "
        + ("better." if still else "much better.")
        + (f" {found.reason}" if found else ""),
        hint=(found.advice if found else None)
        or "Lower the learning rate on the way, or give the network more layers or units.",
        since=since,
        fix=found.fix
        if found
        else add_callback(history.document, "ReduceLROnPlateau", "Lower the learning rate on plateaus", factor=0.5),
    )


def _stuck(history: History) -> bool:
    """Whether the run ended with losses that hardly fell over its last epochs."""
    if not history.ended or validation_skill(history) is None:
        return False
    tails = (losses[-PATIENCE:] for losses in (history.training, history.validation))
    return all(np.isfinite(tail).all() and trend.fall(tail) < LITTLE * abs(np.median(tail)) for tail in tails)


LITTLE = 0.02
"""Share of the loss that is little to gain in so many epochs."""
SURE = 0.01
"""Chance at which a fall of the training loss counts as one, where single epochs jump about."""


def _last_gain(losses: np.ndarray) -> int:
    """The place of the last loss that was lower than all before by more than the threshold."""
    best, place = np.inf, 0
    for index, loss in enumerate(losses.tolist()):
        if loss < best - THRESHOLD * abs(best) or (np.isinf(best) and np.isfinite(loss)):
            best, place = loss, index
    return place
