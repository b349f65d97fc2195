"""The rules, one to a module."""
