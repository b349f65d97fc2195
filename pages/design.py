"""Design: draw the network."""

from builder.ui import advice
from builder.ui.editor import editor
from builder.ui.tabs import other_tabs

advice.take()
editor()
other_tabs()
