"""Design: draw the network."""

from builder.ui.editor import editor

editor()
