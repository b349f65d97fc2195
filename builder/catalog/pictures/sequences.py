"""Recurrent layers, unrolled over time."""

from __future__ import annotations

from builder.catalog.pictures.marks import (
    HUE,
    INK,
    MID,
    Drawn,
    arrow,
    box,
    dots,
    grid,
    line,
    picture,
    ring,
    squares,
    stroke,
    text,
)  # fmt: skip

STEPS = (0.3, 1.0, 0.6, 0.8)


@picture
def unroll() -> Drawn:
    """One cell, drawn once for each step; what it says goes on to the next."""
    marks = []
    for step, value in enumerate(STEPS[:3]):
        x = 32 + step * 42.0
        marks += [
            grid(x + 7, 60, [[value]], 10.4),
            arrow((x + 11.6, 58), (x + 11.6, 48.5)),
            box(x, 26, 23, 20),
            arrow((x + 11.6, 24), (x + 11.6, 14.5)),
            squares([(x + 7, 2.4)], 9.4, tone=MID),
            arrow((x - 17 if step else x - 14, 36), (x - 2.5, 36), color=HUE, tone=1),
        ]
    marks.append(arrow((141, 36), (153, 36), color=HUE, tone=1))
    marks += [text(43.6 + step * 42, 36.2, "tanh", tone=0.85) for step in range(3)]
    return "The same cell reads step after step and hands its output on to itself.", marks


def _sign(x: float, y: float, sign: str) -> str:
    marks = f'<circle cx="{x:g}" cy="{y:g}" r="6" stroke="{HUE}" stroke-width="1.4"/>'
    half = 2.4
    if sign == "+":
        return marks + stroke(
            f"M{x - half - 0.6:g} {y:g}h{2 * half + 1.2:g}M{x:g} {y - half - 0.6:g}v{2 * half + 1.2:g}",
            color=HUE,
            tone=1,
            width=1.4,
        )
    return marks + stroke(
        f"M{x - half:g} {y - half:g}l{2 * half:g} {2 * half:g}M{x - half:g} {y + half:g}l{2 * half:g} {-2 * half:g}",
        color=HUE, tone=1, width=1.4,
    )  # fmt: skip


@picture
def gates() -> Drawn:
    """The memory runs through on a line of its own; three gates forget, write and tell."""
    y = 17.0
    marks = [
        f'<rect x="16" y="3" width="128" height="66" rx="7" fill="{HUE}" fill-opacity=".09"/>',
        line((3, y), (38, y), color=HUE, tone=1, width=2),
        line((50, y), (74, y), color=HUE, tone=1, width=2),
        line((86, y), (151, y), color=HUE, tone=1, width=2),
        stroke(f"M149 {y - 3.5:g}l4 3.5l-4 3.5", color=HUE, tone=1, width=2),
        _sign(44, y, "×"),
        _sign(80, y, "+"),
        arrow((116, y + 2), (116, y + 17)),
        ring(116, y, 1.6),
        *(line((x, 39.5), (x, 24.5)) for x in (44, 80)),
        stroke("M3 63H116M44 63V52M80 63V52M116 63V52", tone=0.45),
        arrow((133, 45.5), (154, 45.5)),
    ]
    for x, word in ((44, "forget"), (80, "write"), (116, "tell")):
        marks += [box(x - 16, 39, 32, 13), text(x, 45.7, word, tone=0.9)]
    return "A memory line runs through the cell; gates decide what it forgets, what is written and what is told.", marks


@picture
def blend() -> Drawn:
    """Two gates: how much of the memory is renewed, and how much of it the new idea may see."""
    y = 17.0
    marks = [
        f'<rect x="16" y="3" width="128" height="66" rx="7" fill="{HUE}" fill-opacity=".09"/>',
        line((3, y), (104, y), color=HUE, tone=1, width=2),
        line((116, y), (151, y), color=HUE, tone=1, width=2),
        stroke(f"M149 {y - 3.5:g}l4 3.5l-4 3.5", color=HUE, tone=1, width=2),
        _sign(110, y, "+"),
        stroke("M44 17V39M3 63H110M44 63V52M110 63V52", tone=0.45),
        arrow((61, 45.5), (92, 45.5)),
        ring(44, y, 1.6),
        line((110, 39), (110, 24.5)),
    ]
    for x, word in ((44, "reset"), (110, "renew")):
        marks += [box(x - 16, 39, 32, 13), text(x, 45.7, word, tone=0.9)]
    marks += [text(75, 10, "old", tone=0.75), text(75, 39, "new", tone=0.75)]
    return (
        "Old memory and a new proposal are blended; one gate says how much is renewed, one what the proposal sees.",
        marks,
    )


@picture
def both_ways() -> Drawn:
    """One layer reads forward, its twin backward; what they say is put together."""
    marks = []
    for step, value in enumerate(STEPS):
        x = 22 + step * 31.0
        marks += [
            grid(x + 5, 59, [[value]], 11.2),
            line((x + 10, 57.5), (x + 10, 52), tone=0.4),
            box(x, 16.5, 20, 13),
            box(x, 37.5, 20, 13),
            line((x + 10, 14.5), (x + 10, 10.5), tone=0.4),
            squares([(x, 1)], 9.5, tone=MID),
            squares([(x + 10.5, 1)], 9.5, color=INK, tone=0.4),
        ]
        if step:
            marks += [arrow((x - 9.5, 23), (x - 1.5, 23), color=HUE, tone=1), arrow((x - 1.5, 44), (x - 9.5, 44))]
    marks += [
        dots([(x + 10, 23) for x in (22, 53, 84, 115)], 2.2),
        dots([(x + 10, 44) for x in (22, 53, 84, 115)], 2.2, color=INK, tone=0.55),
    ]
    return "One row of cells reads the sequence forward, another backward; at each step both results are joined.", marks
