"""The metrics, a module to a task."""
