"""What Keras computes with. It is settled when Keras is imported, so a run's choice is that of its process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from builder.document import Document


@dataclass(frozen=True)
class Backend:
    """One of Keras' backends; `kind` is Keras' own name of it, of its package, and of the extra that installs it.

    `warm`: a process that has imported it can be forked into workers, so a run starts at once. `traces`: seconds
    for each layer that learns until the step is written down as a program, before it is taken for the first time; 0
    where none is written (chains of up to 1,000 Dense layers of 8 units with Adam, one core).
    """

    kind: str
    title: str
    summary: str
    warm: bool = False
    traces: float = 0.0

    @property
    def installed(self) -> bool:
        return find_spec(self.kind) is not None

    @property
    def install(self) -> str:
        """How to install it, as a sentence."""
        return f'Install it: {sync(self.kind)}, or pip install "layerloom[{self.kind}]".'


BACKENDS: Mapping[str, Backend] = {
    backend.kind: backend
    for backend in (
        Backend("tensorflow", "TensorFlow", "Warm from the start; fastest for convolutions.", warm=True, traces=0.1),
        Backend("jax", "JAX", "Compiles many steps to one program; slow for convolutions on processors.", traces=0.05),
        Backend(
            "torch",
            "PyTorch",
            "One step after the other; many small operations, so small networks are slow.",
        ),
    )
}


def sync(*kinds: str) -> str:
    """The command that installs them beside what is there; without `--inexact` uv removes the other extras."""
    return " ".join(("uv sync --inexact", *(f"--extra {kind}" for kind in kinds)))


def backend_of(document: Document) -> Backend:
    return BACKENDS[document.training.backend]
