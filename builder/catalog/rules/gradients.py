"""Whether what learns can: gradients have to come to it from the outputs."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.rules.rule import rule
from builder.catalog.rules.view import View
from builder.errors import Problem


@rule
def gradients_reach_what_learns(view: View) -> Iterator[Problem]:
    """Behind a layer that takes whole numbers the loss does not depend on what gives them, as far as gradients go."""
    learning = [name for name in view.entries if (report := view.analysis.nodes.get(name)) and report.trainable]
    reached = _reached(view)
    reached |= {node.shares for node in view.model.nodes if node.shares and node.id in reached}
    lost = [name for name in learning if name not in reached and name not in view.stuck]
    for name in lost[:1]:
        behind = view.behind(name)
        wall = next((other for other, entry in view.entries.items() if entry.stops_gradients and other in behind), None)
        if wall is None:
            continue
        nothing = len(lost) == len(learning)
        yield Problem(
            code="no-gradient",
            severity="training" if nothing else "warning",
            message=f"{view.name(name)} cannot learn: no gradient passes {view.name(wall)}, which takes whole numbers"
            + (", and nothing else learns." if nothing else "."),
            node=name,
            hint=f'Place "{wall}" in front of all layers that learn.',
        )


def _reached(view: View) -> set[str]:
    """The nodes that gradients come to, from the outputs on."""
    found: set[str] = set()
    queue = [node.id for node in view.outputs]
    while queue:
        current = queue.pop()
        if current in found:
            continue
        found.add(current)
        entry = view.entries.get(current)
        if entry is None or not entry.stops_gradients:
            queue.extend(edge.source for edge in view.into[current])
    return found
