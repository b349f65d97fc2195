"""What exists: layers, losses, optimizers, metrics, callbacks, schedules, data sets, templates and ready blocks, as
declarations.

No framework is imported here. The registries are found in `registry`, the declarations' fields in `spec` and `types`.
"""
