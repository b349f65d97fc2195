"""Documents as readable Python scripts; everything derives from the catalogue, and no framework is imported."""

from builder.codegen.script import script, script_lines

__all__ = ["script", "script_lines"]
