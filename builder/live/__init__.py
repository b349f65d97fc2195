"""A run as it happens: the component that follows a run's event stream in the browser."""

from builder.live.component import live

__all__ = ["live"]
