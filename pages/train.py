"""Train: watch a run learn."""

from builder.ui.watch import watch

watch()
