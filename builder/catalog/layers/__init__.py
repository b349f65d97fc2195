"""The layers, a module to a family."""
