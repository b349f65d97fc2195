"""What a backend of Keras does for a run: everything that differs between TensorFlow, JAX and PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from builder.catalog.compilation import Gain
from builder.document import Document
from builder.events import Execution, Way

if TYPE_CHECKING:
    from builder.worker.loop import Confusion, Figures
    from builder.worker.placement import Placement
    from builder.worker.runner import Runner

Tell = Callable[[Execution], None]
Pass = Callable[[np.ndarray], list[np.ndarray]]
"""Puts rows of sample indices through the network and counts them into the running metrics; for each confusion the
cells that the samples are in."""


class Course(Protocol):
    """Which way the next steps are taken (`Policy` for TensorFlow, `Settled` for the others)."""

    way: Way
    step: int

    def begin(self, step: int = 0, past: Sequence[Execution] = ()) -> None: ...
    def ahead(self) -> int | None: ...
    def took(self, steps: int, seconds: float, *, first: bool = False) -> None: ...
    def passed(self, steps: int) -> None: ...
    def failed(self, instead: Way, error: BaseException) -> None: ...


class Backend(Protocol):
    """One of them. A new one is a module beside this one with such an object, and an entry in `catalog/backends.py`."""

    title: str
    runners: Mapping[Way, Callable[..., Runner]]
    any_size: Way
    """The way that takes batches of any size."""
    plain_first: bool
    """Whether functions are worth running as they are before they are worth compiling."""

    def use_threads(self, count: int) -> None:
        """Compute with so many threads. Told before anything is computed, and again when the run has got or given back
        cores; a backend whose number of threads is fixed by then keeps it, and the system shares them out."""
        ...

    def tensor(self, array: np.ndarray, dtype: str | None = None) -> Any:
        """An array in the memory that is computed in."""
        ...

    def handed(self, array: np.ndarray, dtype: str | None = None) -> Any:
        """An array as it is given to a call of compiled code."""
        ...

    def gather(self, tensor: Any, indices: Any) -> Any:
        """Samples by their indices."""
        ...

    def argmax(self, values: Any) -> Any:
        """The place of the largest along the last axis."""
        ...

    def numpy(self, variable: Any) -> np.ndarray:
        """A copy of a Keras variable's value."""
        ...

    def random_states(self) -> list[np.ndarray]:
        """What decides the next random numbers beside the model's variables."""
        ...

    def put_random_states(self, states: Sequence[np.ndarray]) -> None:
        """Go on from there."""
        ...

    def course(
        self, document: Document, gain: Gain, *, steps: int = 0, wanted: str = "automatic", tell: Tell = ...
    ) -> Course:
        """How a run of so many steps goes; `wanted` is what its settings say of XLA."""
        ...

    def step(self, figures: Figures) -> Any:
        """The training step in the form that this backend's runners take."""
        ...

    def evaluation(
        self,
        figures: Figures,
        placement: Placement,
        batch_size: int,
        confusions: Sequence[Confusion],
        course: Any = None,
    ) -> Pass:
        """What measures a model: its running metrics and the confusion matrices in one pass.

        `course` is that of the training beside it, where there is one.
        """
        ...

    def count(self, model: Any, x: Any, y: Any, predictions: Any) -> None:
        """Count a batch into the model's compiled metrics."""
        ...

    def resetting(self, model: Any) -> Callable[[], Any]:
        """What sets the model's running metrics back."""
        ...

    def results(self, model: Any) -> Callable[[], Mapping[str, Any]]:
        """What reads them."""
        ...

    def compiled(self, function: Callable[..., Any], model: Any) -> Callable[..., Any]:
        """A function of tensors that looks at the model, made fast; it is always called with the same shapes."""
        ...

    def looking(self, model: Any) -> AbstractContextManager[Any]:
        """Within it the model can be called and stays as it is."""
        ...

    def gradients(self, model: Any, x: Any, y: Any) -> list[Any]:
        """The gradient of the training loss of a batch by each trainable variable; the model stays as it is."""
        ...
