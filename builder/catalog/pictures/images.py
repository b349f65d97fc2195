"""A little landscape, before and after what augmentation and resizing do to it."""

from __future__ import annotations

from collections.abc import Sequence

from builder.catalog.pictures.marks import HUE, INK, Drawn, becomes, frame, picture

SIDE = 42
SCENE = "M-40 50L12 16L24 30L32 22L84 62V90H-40z"
SUN = (33, 10, 4.5)


def _scene(
    x: float,
    y: float,
    *,
    turn: str = "",
    ground: float = 0.1,
    hill: float = 0.6,
    wide: float = SIDE,
    high: float = SIDE,
    view: str = f"0 0 {SIDE} {SIDE}",
    extra: str = "",
    r: float = 4,
) -> str:
    """The landscape in a window that cuts off what is outside; `turn` moves it behind the window."""
    transform = f' transform="{turn}"' if turn else ""
    cx, cy, radius = SUN
    return (
        f'<svg x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" viewBox="{view}" preserveAspectRatio="none">'
        f'<path d="M-99 -99H199V199H-99z" fill="{HUE}" opacity="{ground:g}"/><g{transform} fill="{HUE}">'
        f'<path d="{SCENE}" opacity="{hill:g}"/>'
        f'<circle cx="{cx}" cy="{cy}" r="{radius:g}" opacity="{min(hill + 0.3, 1):g}"/>'
        f"</g>{extra}</svg>{frame(x, y, wide, high, color=INK, tone=0.4, width=1, r=1.5)}"
    )


@picture
def vary(how: str, *variants: dict[str, object]) -> Drawn:
    """An image and two of the random variants that training sees."""
    marks = [_scene(8, 15), becomes(59, 36, 9)]
    marks += [_scene(68 + index * 46, 15, **variant) for index, variant in enumerate(variants)]
    return f"A small landscape and two variants of it, {how}.", marks


MIDDLE = SIDE / 2


def turned(*degrees: float) -> Sequence[dict[str, object]]:
    return [{"turn": f"rotate({angle:g} {MIDDLE:g} {MIDDLE:g})"} for angle in degrees]


def zoomed(*factors: float) -> Sequence[dict[str, object]]:
    return [{"turn": f"translate({MIDDLE * (1 - f):g} {MIDDLE * (1 - f):g}) scale({f:g})"} for f in factors]


def moved(*by: tuple[float, float]) -> Sequence[dict[str, object]]:
    return [{"turn": f"translate({x:g} {y:g})"} for x, y in by]


def flipped() -> Sequence[dict[str, object]]:
    return [{"turn": f"translate({SIDE} 0) scale(-1 1)"}, {}]


def toned(*pairs: tuple[float, float]) -> Sequence[dict[str, object]]:
    """How strong the ground and the hill are drawn."""
    return [{"ground": ground, "hill": hill} for ground, hill in pairs]


def blotted(*rectangles: tuple[float, float, float, float]) -> Sequence[dict[str, object]]:
    return [
        {"extra": f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" fill="{INK}" opacity=".75"/>'}
        for x, y, w, h in rectangles
    ]


@picture
def resize() -> Drawn:
    """Images of different sizes become images of one size."""
    return "A wide and a tall image both become images of one fixed size.", [
        _scene(14, 5, wide=46, high=24),
        _scene(28, 35, wide=20, high=33),
        becomes(80, 17, 14),
        becomes(80, 52, 14),
        _scene(104, 3, wide=29, high=29),
        _scene(104, 39, wide=29, high=29),
    ]


@picture
def cut_middle() -> Drawn:
    """The middle of an image is kept."""
    return "The middle of an image is cut out.", [
        _scene(10, 6, wide=60, high=60, turn="translate(-8 5)"),
        frame(25, 21, 30, 30, width=1.6),
        becomes(88, 36, 14),
        _scene(110, 21, wide=30, high=30, view="10.5 10.5 21 21", turn="translate(-8 5)"),
    ]
