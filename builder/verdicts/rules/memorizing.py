"""Training has learned, and validation knows nothing of it."""

from __future__ import annotations

from builder.catalog.reading import dataset_of
from builder.catalog.rules.fixes import fix, set_param, set_path
from builder.errors import Fix
from builder.events import Verdict
from builder.verdicts.fixes import more_epochs, train_on
from builder.verdicts.history import History
from builder.verdicts.rules.overfitting import against
from builder.verdicts.skill import LEARNED, last, training_skill, validation_skill
from builder.verdicts.suspects import NORMALIZING

EPOCHS = 3
CLEAR = 0.3
"""Training skill from which it is plain that training has learned something."""
BEHIND = 0.5
"""Share of the training skill that validation has at least where its averages have settled."""
SHARE = 0.2
"""Share of the samples that is usually held back for validation, and the document's default."""
FEW = 50
"""Training samples a class below which their number is the first suspect."""
SETTLED = 5.0
"""Time constants after which a running average is within a hundredth of what it follows."""


def memorizing(history: History) -> Verdict | None:
    """Validation is at the level of guessing while training is far above it."""
    trained, validated = last(training_skill(history)), last(validation_skill(history))
    if trained is None or validated is None or trained < CLEAR or validated >= max(LEARNED, BEHIND * trained):
        return None
    if not (history.epochs >= EPOCHS or history.ended):
        return None
    lagging = _settling(history)
    if lagging or validated >= LEARNED:
        return lagging
    return Verdict(
        tone="watch",
        code="overfitting",
        message=f"Learned by heart: training ({history.training_samples:,} samples) is far above guessing, and "
        "validation is not.",
        hint="Train on more samples, make the network smaller, or add Dropout.",
        since=history.number(0),
        fix=_more_samples(history) or against(history),
    )


def _more_samples(history: History) -> Fix | None:
    data, dataset = history.document.data, dataset_of(history.document)
    if data is None or history.training_samples >= FEW * max(1, history.classes):
        return None
    edits = []
    if data.validation_split > 2 * SHARE:
        edits.append(set_path("data.validation_split", SHARE))
    if data.limit is not None and dataset and data.limit < dataset.samples:
        edits.append(set_path("data.limit", None))
    return fix("Train on more of the samples", *edits) if edits else None


def _settling(history: History) -> Verdict | None:
    """The averages that BatchNormalization uses outside of training have not come near those of training yet."""
    slow = [
        (node.id, momentum)
        for node in history.document.model.nodes
        if node.kind in NORMALIZING
        and isinstance(momentum := node.params.get("momentum", 0.99), int | float)
        and history.steps * (1 - momentum) < SETTLED
    ]
    if not slow:
        return None
    name, momentum = slow[0]
    edits = (set_param(node, "momentum", 0.9) for node, _ in slow)
    fixed = fix("Set the momentum of BatchNormalization to 0.9", *edits)
    return Verdict(
        tone="watch",
        code="averages-lag",
        message=f'Validation lags behind training: "{name}" then uses running averages, which at a momentum of '
        f"{momentum:g} need more than the {history.steps:,} steps so far.",
        hint="Train for longer, or lower the momentum.",
        since=history.number(0),
        fix=fixed if momentum > 0.9 else more_epochs(history.planned, history.planned),
        order=train_on(history.planned, history.planned) if history.over and momentum <= 0.9 else None,
    )
