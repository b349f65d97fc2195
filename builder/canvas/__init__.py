"""The node canvas: a Streamlit component (`component`) and its messages (`wire`)."""

from builder.canvas.component import canvas

__all__ = ["canvas"]
