"""What pictures are drawn with: a few marks in a few tones, so that all of them look like one set.

A picture is 160 by 72 units: what goes in stands left, what comes out right. Its colours are `currentColor` and the
family's `--hue`, thinned by opacity, so that it holds on any ground. Nothing has an id: many pictures share a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial, wraps
from html import escape
from typing import ParamSpec

P = ParamSpec("P")

WIDTH, HEIGHT = 160, 72

INK = "currentColor"
HUE = "var(--hue,currentColor)"
BARE, SOFT, MID, STRONG = 0.13, 0.32, 0.6, 1.0

Point = tuple[float, float]
Drawn = tuple[str, Iterable[str]]
"""What the picture shows, in a sentence for those who cannot see it, and its marks."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A small drawing that explains a layer; it is made when it is first looked at."""

    draw: Callable[[], Drawn]

    @cached_property
    def svg(self) -> str:
        """The drawing as an `<svg>` element to put into a page."""
        title, marks = self.draw()
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" fill="none" '
            f'stroke-linecap="round" stroke-linejoin="round" font-size="8" text-anchor="middle">'
            f"<title>{escape(title)}</title>{''.join(marks)}</svg>"
        )


def picture(draw: Callable[P, Drawn]) -> Callable[P, Picture]:
    """Make a drawing function one that declares a picture: its arguments now, its marks when they are needed."""

    @wraps(draw)
    def declared(*args: P.args, **options: P.kwargs) -> Picture:
        return Picture(partial(draw, *args, **options))

    return declared


def n(value: float) -> str:
    """A coordinate in as few characters as show no difference."""
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return short.replace("0.", ".", 1) if abs(value) < 1 and "." in short else short


def stroke(path: str, *, color: str = INK, tone: float = 0.45, width: float = 1, dashed: bool = False) -> str:
    """A line along a path."""
    dash = ' stroke-dasharray="2 2.5"' if dashed else ""
    return f'<path d="{path}" stroke="{color}" stroke-width="{n(width)}" opacity="{n(tone)}"{dash}/>'


def line(*points: Point, color: str = INK, tone: float = 0.45, width: float = 1, dashed: bool = False) -> str:
    """A line through points."""
    path = "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)
    return stroke(path, color=color, tone=tone, width=width, dashed=dashed)


def lines(pairs: Iterable[tuple[Point, Point]], *, color: str = INK, tone: float = 0.3, width: float = 0.75) -> str:
    """Many separate lines as one mark."""
    path = "".join(f"M{n(a)} {n(b)}L{n(c)} {n(d)}" for (a, b), (c, d) in pairs)
    return stroke(path, color=color, tone=tone, width=width)


def arrow(start: Point, end: Point, *, color: str = INK, tone: float = 0.6, dashed: bool = False) -> str:
    """A line with a head at its end."""
    (a, b), (c, d) = start, end
    length = ((c - a) ** 2 + (d - b) ** 2) ** 0.5
    u, v = (c - a) / length * 3, (d - b) / length * 3
    head = f"M{n(c - u - v)} {n(d - v + u)}L{n(c)} {n(d)}L{n(c - u + v)} {n(d - v - u)}"
    body = f"M{n(a)} {n(b)}L{n(c)} {n(d)}"
    if dashed:
        return stroke(body, color=color, tone=tone, width=1.2, dashed=True) + stroke(
            head, color=color, tone=tone, width=1.2
        )
    return stroke(body + head, color=color, tone=tone, width=1.2)


def becomes(x: float = 80, y: float = 36, length: float = 12) -> str:
    """The arrow between what goes in and what comes out."""
    return arrow((x - length / 2, y), (x + length / 2, y))


def text(x: float, y: float, words: object, *, color: str = INK, tone: float = 0.75, size: float = 8) -> str:
    """Words centred on a point."""
    large = f' font-size="{n(size)}"' if size != 8 else ""
    return (
        f'<text x="{n(x)}" y="{n(y + size * 0.35)}"{large} fill="{color}" opacity="{n(tone)}">'
        f"{escape(str(words))}</text>"
    )


def squares(places: Iterable[Point], size: float, *, color: str = HUE, tone: float = SOFT) -> str:
    """Squares with round corners, by their top left corners, as one mark."""
    return blocks(places, size, size, color=color, tone=tone)


def blocks(places: Iterable[Point], wide: float, high: float, *, color: str = HUE, tone: float = SOFT) -> str:
    """Rectangles with round corners, by their top left corners, as one mark."""
    w, h = wide - 2, high - 2
    path = "".join(f"M{n(x + 1)} {n(y + 1)}h{n(w)}v{n(h)}h{n(-w)}z" for x, y in places)
    return f'<path d="{path}" fill="{color}" stroke="{color}" stroke-width="1.4" opacity="{n(tone)}"/>' if path else ""


def frame(
    x: float, y: float, wide: float, high: float, *, color: str = HUE, tone: float = 1, width: float = 1.4, r: float = 2
) -> str:
    """The outline of a box."""
    return (
        f'<rect x="{n(x)}" y="{n(y)}" width="{n(wide)}" height="{n(high)}" rx="{n(r)}" stroke="{color}" '
        f'stroke-width="{n(width)}" opacity="{n(tone)}"/>'
    )


def box(x: float, y: float, wide: float, high: float, *, r: float = 4) -> str:
    """A box that does something: a thin wash with an outline."""
    return (
        f'<rect x="{n(x)}" y="{n(y)}" width="{n(wide)}" height="{n(high)}" rx="{n(r)}" fill="{HUE}" '
        f'fill-opacity="{BARE}" stroke="{HUE}" stroke-width="1.2"/>'
    )


def dots(places: Iterable[Point], radius: float, *, color: str = HUE, tone: float = STRONG) -> str:
    """Filled circles as one mark."""
    r = n(radius)
    path = "".join(
        f"M{n(x - radius)} {n(y)}a{r} {r} 0 1 0 {n(2 * radius)} 0a{r} {r} 0 1 0 {n(-2 * radius)} 0z" for x, y in places
    )
    return f'<path d="{path}" fill="{color}" opacity="{n(tone)}"/>' if path else ""


def ring(x: float, y: float, radius: float, *, color: str = HUE, tone: float = 1, width: float = 1.2) -> str:
    """The outline of a circle, with a thin wash."""
    return (
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{color}" fill-opacity="{BARE}" stroke="{color}" '
        f'stroke-width="{n(width)}" opacity="{n(tone)}"/>'
    )


def cross(x: float, y: float, half: float, *, tone: float = 0.7) -> str:
    """A cross over what is left out."""
    pairs = (((x - half, y - half), (x + half, y + half)), ((x - half, y + half), (x + half, y - half)))
    return lines(pairs, tone=tone, width=1.4)


STEPS = (BARE, SOFT, MID, 0.8, STRONG)


def shade(value: float) -> float:
    """The tone of a number between 0 and 1: one of a few, so that equal ones become one mark."""
    return STEPS[min(max(round(value * (len(STEPS) - 1)), 0), len(STEPS) - 1)]


def grid(
    x: float, y: float, values: Sequence[Sequence[float | None]], pitch: float, *, gap: float = 1.2, color: str = HUE
) -> str:
    """Numbers between 0 and 1 as squares, the larger the stronger; None leaves a place empty."""
    tones: dict[float, list[Point]] = {}
    for row, numbers in enumerate(values):
        for column, value in enumerate(numbers):
            if value is not None:
                tones.setdefault(shade(value), []).append((x + column * pitch, y + row * pitch))
    return "".join(
        squares(places, pitch - gap, color=INK if tone == BARE else color, tone=tone)
        for tone, places in sorted(tones.items())
    )


def digits(numbers: Iterable[tuple[float, float, object, float]], size: float) -> str:
    """Squares with a number in each: left, top, the number, and the tone of its square."""
    tones: dict[float, list[Point]] = {}
    words = []
    for x, y, number, tone in numbers:
        tones.setdefault(tone, []).append((x, y))
        words.append(f'<text x="{n(x + size / 2 - 0.6)}" y="{n(y + size / 2 + 2.2)}">{escape(str(number))}</text>')
    marks = "".join(
        squares(places, size - 1.2, color=INK if tone <= BARE else HUE, tone=tone) for tone, places in tones.items()
    )
    return f'{marks}<g fill="{INK}" opacity=".9">{"".join(words)}</g>'
