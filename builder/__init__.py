"""Layerloom: wire a network in the browser, see at once that it is right, train it and watch it learn."""

__version__ = "0.1.0"
