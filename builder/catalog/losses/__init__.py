"""The losses, a module to a task."""
