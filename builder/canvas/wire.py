"""What Python and the canvas say to each other, typed both ways; `frontend/src/wire.ts` holds the same types.

The canvas shows the server's document with its own unanswered edits on top. Each edit carries a number, counted
by client without gaps; `acked` says how far the server has come. Kept with the saved document, it makes every
edit happen exactly once, whatever is lost in between: see `Sent.fresh`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.catalog.analysis import Analysis, Figures, NodeReport
from builder.catalog.axes import axes
from builder.catalog.rules.reports import first_sentences
from builder.document import Document, Edge, Node, Position
from builder.document.model import Block, Data, Training
from builder.errors import Problem


class Message(BaseModel):
    """A frozen part of a message."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SentEdit(Message):
    """An edit with its number; `edit` is its JSON value (`builder.document.edit`), or an undo or redo."""

    n: int = Field(ge=1)
    edit: dict[str, Any]


class Sent(Message):
    """What the canvas says: who it is, which draft it means, its unanswered edits, and the selected nodes."""

    client: str = Field(min_length=1, max_length=64)
    draft: str
    edits: tuple[SentEdit, ...] = ()
    selected: tuple[str, ...] = ()

    @classmethod
    def read(cls, value: Any) -> Sent | None:
        """What was sent, or None where there is nothing, or nothing that can be read (it is sent again)."""
        try:
            return cls.model_validate(value)
        except ValidationError:
            return None

    def fresh(self, acked: Mapping[str, int]) -> tuple[SentEdit, ...]:
        """The edits to do now, given the last number done by client.

        Nothing where the first of them does not follow that number: the server has come back from an older state,
        and the canvas will send the missing ones too. A client that is not known may start with any number.
        """
        seen = acked.get(self.client)
        if seen is None:
            return self.edits
        later = tuple(item for item in self.edits if item.n > seen)
        return later if later and later[0].n == seen + 1 else ()


class Report(Message):
    """What a node shows: its output, its parameters, or Keras' error message, in the words of the node's problem.

    `varying` is what all its copies hold together, where that is not `copies` times what the first one holds. `finals`
    are the shapes that leave each repetition around it, from the inner to the outer one, where any differs from what
    the first copy puts out.
    """

    shape: tuple[int | None, ...] | None
    dtype: str | None
    parameters: int
    trainable: int
    error: str | None
    blocked: bool
    copies: int = 1
    varying: Figures | None = Field(None, exclude_if=lambda value: value is None)
    finals: tuple[tuple[int | None, ...], ...] = ()
    shared: bool = False
    axes: tuple[str, ...] = ()
    """What the axes of the output are called, the batch left out; none where that is not known."""

    @classmethod
    def of(cls, report: NodeReport, axes: tuple[str, ...] = ()) -> Report:
        return cls(
            shape=report.output.shape if report.output else None,
            dtype=report.output.dtype if report.output else None,
            parameters=report.parameters,
            trainable=report.trainable,
            error=first_sentences(report.error) if report.error else None,
            blocked=report.blocked,
            copies=report.copies,
            varying=report.varying,
            finals=tuple(output.shape for output in report.finals),
            shared=report.shared,
            axes=axes,
        )


class Shelved(Message):
    """One of the person's own blocks: the part of a document that its insertion adds."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    id: str
    title: str
    part: dict[str, Any]


class Refused(Message):
    """An edit that could not be done, and why."""

    n: int
    message: str


class Select(Message):
    """A request to select nodes and bring them into view, followed once per token."""

    token: int
    nodes: tuple[str, ...]


class CanvasData(Message):
    """What Python says.

    `opening` changes whenever the draft is opened anew; while it stays the same `revision` only grows, so that
    the canvas can tell a late answer from a server that lost its memory. `height` is in pixels, or "stretch" for
    what is left of the window.
    """

    draft: str
    opening: str
    revision: int
    acked: dict[str, int]
    refused: tuple[Refused, ...] = ()
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    blocks: tuple[Block, ...] = ()
    layout: dict[str, Position]
    folded: tuple[str, ...] = ()
    reports: dict[str, Report]
    problems: tuple[Problem, ...]
    shelf: tuple[Shelved, ...] = ()
    data: Data | None = None
    training: Training = Training()
    can_undo: bool = False
    can_redo: bool = False
    select: Select | None = None
    height: int | Literal["stretch"] = "stretch"


class Editing(Protocol):
    """The part of a draft that the canvas shows: see `builder.ui.draft.Draft`."""

    id: str
    opening: str
    revision: int
    acked: dict[str, int]
    refused: tuple[dict[str, Any], ...]
    select: dict[str, Any] | None

    @property
    def document(self) -> Document: ...
    @property
    def history(self) -> Steps: ...


class Steps(Protocol):
    """A history: what can be undone and redone."""

    @property
    def past(self) -> Sequence[Any]: ...
    @property
    def future(self) -> Sequence[Any]: ...


class Findings(Protocol):
    """What is known of a draft's document: see `builder.ui.draft.Checked`."""

    @property
    def analysis(self) -> Analysis: ...
    @property
    def problems(self) -> Sequence[Problem]: ...


def payload(draft: Editing, checked: Findings, *, height: int | Literal["stretch"] = "stretch") -> CanvasData:
    """What the canvas is told of a draft and of what has been found out about it."""
    document = draft.document
    names = axes(document, checked.analysis)
    return CanvasData(
        draft=draft.id,
        opening=draft.opening,
        revision=draft.revision,
        acked=draft.acked,
        refused=tuple(Refused.model_validate(item) for item in draft.refused),
        nodes=document.model.nodes,
        edges=document.model.edges,
        blocks=document.model.blocks,
        layout=dict(document.layout),
        folded=document.folded,
        reports={node: Report.of(report, names.get(node, ())) for node, report in checked.analysis.nodes.items()},
        problems=tuple(map(_as_drawn, checked.problems)),
        shelf=tuple(Shelved.model_validate(item) for item in getattr(draft, "shelf", ())),
        data=document.data,
        training=document.training,
        can_undo=bool(draft.history.past),
        can_redo=bool(draft.history.future),
        select=Select.model_validate(draft.select) if draft.select else None,
        height=height,
    )


def _as_drawn(problem: Problem) -> Problem:
    """On the canvas, what only keeps a sound design from training looks like a warning."""
    return problem.model_copy(update={"severity": "warning"}) if problem.severity == "training" else problem
