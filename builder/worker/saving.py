"""A compiled model as a `.keras` file that plain Keras opens on every backend, with its optimizer and the state of it.

On PyTorch an optimizer is of a class of that backend (`keras.src.backend.torch.optimizers.torch_adam.Adam`), which
Keras writes down by its place in the source: no other backend finds it there.
Whether the step is compiled it writes down as it was decided: what is a matter of course on JAX is `torch.compile` on
PyTorch, which takes minutes. The state needs no care: each optimizer has the same variables in one order everywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builder.worker.framework import keras


def save(model: Any, path: Path) -> None:
    """Write the model to `path`, which must end in ".keras"."""
    compiled = model.get_compile_config

    def named() -> dict[str, Any]:
        config = compiled()
        return config | {"optimizer": _public(config["optimizer"]), "jit_compile": "auto"}

    model.get_compile_config = named  # Keras asks for it while it writes.
    try:
        model.save(path)
    finally:
        del model.get_compile_config


def _public(config: Any) -> Any:
    """An optimizer's configuration, and those in it, under the names that `keras.optimizers` exports."""
    if not isinstance(config, dict):
        return config
    config = {key: _public(value) for key, value in config.items()}
    if config.get("registered_name") and hasattr(keras.optimizers, config["class_name"]):
        return config | {"module": "keras.optimizers", "registered_name": None}
    return config
