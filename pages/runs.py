"""Runs: everything that was trained."""

from builder.ui.runs import runs

runs()
