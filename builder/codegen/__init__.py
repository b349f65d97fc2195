"""Documents as readable Python scripts; everything derives from the catalogue, and no framework is imported."""

from builder.codegen.script import run_script, script, script_lines

__all__ = ["run_script", "script", "script_lines"]
