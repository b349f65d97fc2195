"""Code beside the canvas: the present document as a Keras script and as JSON.

The script is read, never run: Python that somebody pastes is not code to this product.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from builder.codegen import script_lines
from builder.codegen.text import file_stem
from builder.document import Document, Graph
from builder.ui import session
from builder.ui.draft import Checked, Draft
from builder.ui.source import source

SCRIPT, JSON = "Keras script", "JSON"
KEY = "code.script"

_FILES = Path(__file__).parent
_HTML = """
<div class="code">
  <div class="tools">
    <button type="button" class="copy">Copy</button>
    <button type="button" class="download">Download .py</button>
    <span class="note" role="status"></span>
  </div>
  <div class="lines" tabindex="0" role="region"
    aria-label="Keras script. Arrow keys go from layer to layer, Enter selects one on the canvas."></div>
</div>
"""
_script = st.components.v2.component(
    "layerloom_code",
    html=_HTML,
    css=(_FILES / "code.css").read_text(encoding="utf-8"),
    js=(_FILES / "code.js").read_text(encoding="utf-8"),
)


def code(draft: Draft, checked: Checked) -> None:
    """The present document as code, in the form that one chooses."""
    form = st.segmented_control(
        "Form", [SCRIPT, JSON], default=SCRIPT, key="code.form", label_visibility="collapsed", width="stretch"
    )
    if form == JSON:
        source(draft)
        return
    _script(
        key=KEY,
        data={
            "lines": script_lines(draft.document, checked.analysis),
            "selected": highlighted(draft.document.model, draft.selected),
            "file": f"{file_stem(draft.document.name)}.py",
        },
        on_clicked_change=lambda: _clicked(draft),
    )


def _clicked(draft: Draft) -> None:
    """Select on the canvas what a clicked line is about."""
    about = (session.value(KEY) or {}).get("clicked")
    if isinstance(about, str):
        draft.point_at(selected(draft.document, about))


def highlighted(graph: Graph, chosen: tuple[str, ...]) -> list[str]:
    """What the lines to highlight are about: the selected nodes, and the nodes of selected blocks."""
    blocks = {block.id for block in graph.blocks}
    inside = (node_id for block_id in chosen if block_id in blocks for node_id in graph.inside(block_id))
    return list(dict.fromkeys((*chosen, *inside)))


def selected(document: Document, about: str) -> tuple[str, ...]:
    """What to select on the canvas for a line: a node, a block that is drawn as a box, or the nodes of an open one."""
    graph = document.model
    parents = graph.parents()
    folded, above = about if about in document.folded else None, parents.get(about)
    while above:
        folded, above = above if above in document.folded else folded, parents.get(above)
    if folded:
        return (folded,)
    return graph.inside(about) if any(block.id == about for block in graph.blocks) else (about,)
