"""Limits that weights are brought back into after every step."""
