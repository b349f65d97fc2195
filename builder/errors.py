"""What can be wrong, as values: every message names what, where, expected, received and the next step."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Fix(BaseModel):
    """A repair that one click applies: a label ("Set units to 10") and the edits that do it (`document.edit`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    edits: tuple[dict[str, Any], ...]


class Problem(BaseModel):
    """Something a person should know about a document, a run or a machine.

    `severity`: an "error" makes the document wrong and refuses training; "training" refuses training only, as what has
    no data is sound as a design; a "warning" refuses nothing. `node` names the node to select, `edge` the
    (source, target, port) of a wrong connection, `where` the path inside the document ("training.loss").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    message: str
    severity: Literal["error", "training", "warning"] = "error"
    node: str | None = None
    edge: tuple[str, str, int] | None = None
    where: str | None = None
    hint: str | None = None
    fix: Fix | None = None

    @property
    def refuses_training(self) -> bool:
        return self.severity != "warning"

    def sentence(self) -> str:
        """The message and the next step as one line of text."""
        return f"{self.message} {self.hint}" if self.hint else self.message


class LoomError(Exception):
    """An error a person is meant to read; `problem` carries it to pages, CLI (`exit_status`) and events."""

    exit_status = 1

    def __init__(self, message: str, *, code: str = "error", hint: str | None = None, **place: Any):
        # A name may hold half a character (a file's on Linux does), which no message may.
        message = message.encode(errors="replace").decode()
        self.problem = Problem(code=code, message=message, hint=hint, **place)
        super().__init__(self.problem.sentence())


class DocumentError(LoomError):
    """The document cannot be read or edited as asked."""

    exit_status = 2


class DataError(LoomError):
    """The data set is missing, unreadable or does not fit."""


class RunError(LoomError):
    """A run cannot be started, found or continued."""
