"""Design: draw the network."""

from builder.ui.editor import editor
from builder.ui.tabs import other_tabs

editor()
other_tabs()
