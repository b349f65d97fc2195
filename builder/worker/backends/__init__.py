"""The backend that this process computes with: `backend`, chosen like Keras' own when it is imported."""

from __future__ import annotations

from importlib import import_module

from builder.worker.backends.backend import Backend
from builder.worker.framework import keras

backend: Backend = import_module(f"{__name__}.{keras.config.backend()}").BACKEND
