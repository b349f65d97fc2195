"""What exists: layers, losses, optimizers, metrics, callbacks, schedules, data sets and templates, as declarations.

No framework is imported here. The registries are found in `registry`, the declarations' fields in `spec` and `types`.
"""
