"""Initializers: what weights are filled with before training, a module to a family."""
