"""Keras' numpy backend without jax, for the analysis: 0.3 s and 55 MB to start instead of 3 s and 260 MB.

The backend imports jax at the top of its modules for the arithmetic of convolutions, pooling and Fourier transforms,
and scipy.linalg (0.2 s) for that of matrices. Shapes, parameters and messages never run that arithmetic: Keras works
them out by itself. So both are replaced by modules whose every name exists and can do nothing; whatever would compute
with them fails with `ImportError`.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, ClassVar

REPLACED = ("jax", "scipy.linalg")
HIDDEN = ("tensorflow", "h5py", "requests", "PIL")


class _Nothing:
    """Stands for any name of them: can be looked up and used as a decorator, but not computed with."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing(f"{self._name}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], Callable):
            return args[0]
        raise ImportError(f"the analysis does without {self._name}")


class _Module(ModuleType):
    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if any(name == replaced or name.startswith(f"{replaced}.") for replaced in REPLACED):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def install() -> None:
    """Prepare this process, before Keras is imported.

    Packages that Keras can do without are hidden: it would even import TensorFlow in the middle of an answer
    (Bidirectional did, for 1.7 s), only to see whether an object is one of its own.
    """
    sys.meta_path.insert(0, _Finder())
    sys.modules.update(dict.fromkeys(HIDDEN))
