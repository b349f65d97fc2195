"""Layers that only rearrange: the shade of each number shows where it goes."""

from __future__ import annotations

from builder.catalog.pictures.marks import BARE, INK, MID, Drawn, becomes, digits, frame, grid, picture, squares, text

Rows = list[list[float]]


def _counted(rows: int, columns: int) -> Rows:
    """Numbers in reading order, from light to strong."""
    last = rows * columns - 1
    return [[0.3 + 0.7 * (row * columns + column) / last for column in range(columns)] for row in range(rows)]


def _centred(values: Rows, x: float, pitch: float, y: float = 36) -> str:
    return grid(x - len(values[0]) * pitch / 2, y - len(values) * pitch / 2, values, pitch)


@picture
def rearrange(before: tuple[int, int], after: tuple[int, int], turned: bool = False) -> Drawn:
    """The same numbers in another shape: in reading order, or with rows and columns exchanged."""
    values = _counted(*before)
    flat = [value for row in values for value in row]
    made = [flat[row * after[1] : (row + 1) * after[1]] for row in range(after[0])]
    if turned:
        made = [list(column) for column in zip(*values, strict=True)]
    pitch = 12.0 if max(before[1], after[1]) < 7 else 9.0
    wide, far = before[1] * pitch, after[1] * pitch
    left = (160 - wide - far - 28) / 2
    marks = [
        _centred(values, left + wide / 2, pitch),
        becomes(left + wide + 14, 36, 14),
        _centred(made, left + wide + 28 + far / 2, pitch),
    ]
    how = "rows and columns exchanged" if turned else "another number of rows and columns, in the same order"
    return f"The same numbers with {how}.", marks


@picture
def repeat() -> Drawn:
    """One row becomes several equal rows."""
    row = [0.3, 0.6, 1.0, 0.6]
    return "One row is written down several times, one below the other.", [
        _centred([row], 38, 12),
        becomes(80, 36, 16),
        _centred([row] * 4, 122, 12),
    ]


@picture
def border(rank: int) -> Drawn:
    """Zeros around the input."""
    rows = 1 if rank == 1 else 3
    inside = _counted(1, 3) if rank == 1 else _counted(3, 3)
    pitch = 12.0
    high, wide = (1, 5) if rank == 1 else (5, 5)
    x, y = 116 - wide * pitch / 2, 36 - high * pitch / 2
    ring = [
        (x + j * pitch, y + i * pitch)
        for i in range(high)
        for j in range(wide)
        if j in (0, wide - 1) or (rank == 2 and i in (0, high - 1))
    ]
    marks = [
        _centred(inside, 38, pitch),
        becomes(70, 36, 14),
        grid(x + pitch, y + (high - rows) / 2 * pitch, inside, pitch),
        digits([(left, top, 0, BARE) for left, top in ring], pitch),
    ]
    return f"{'Zeros before and after a row' if rank == 1 else 'A border of zeros around an image'}.", marks


@picture
def trim(rank: int) -> Drawn:
    """The edges fall away."""
    values = _counted(1, 5) if rank == 1 else _counted(5, 5)
    pitch = 12.0
    high = len(values)
    x, y = 44 - 2.5 * pitch, 36 - high * pitch / 2
    kept = [row[1:-1] for row in (values if rank == 1 else values[1:-1])]
    lost = [
        (x + j * pitch, y + i * pitch)
        for i in range(high)
        for j in range(5)
        if j in (0, 4) or (rank == 2 and i in (0, 4))
    ]
    top = y + (0 if rank == 1 else pitch)
    marks = [
        squares(lost, pitch - 1.2, color=INK, tone=0.13),
        grid(x + pitch, top, kept, pitch),
        frame(x + pitch - 1.6, top - 1.6, 3 * pitch + 2, len(kept) * pitch + 2),
        becomes(92, 36, 14),
        _centred(kept, 126, pitch),
    ]
    return f"Only the middle of {'a row' if rank == 1 else 'an image'} is kept.", marks


@picture
def enlarge(rank: int) -> Drawn:
    """Every number is repeated next to itself."""
    if rank == 1:
        small = [[0.3, 1.0, 0.6]]
        return "Each step of a row is repeated.", [
            _centred(small, 33, 12),
            becomes(66, 36, 14),
            _centred([[value for value in small[0] for _ in (0, 1)]], 117, 12),
        ]
    small = [[0.3, 1.0], [0.8, 0.0]]
    large = [[value for value in row for _ in (0, 1)] for row in small for _ in (0, 1)]
    return "Each pixel of an image becomes a block of two by two.", [
        _centred(small, 42, 14),
        becomes(74, 36, 14),
        _centred(large, 119, 14),
        frame(119 - 28 - 1.4, 36 - 28 - 1.4, 28, 28, width=1.1),
    ]


@picture
def table(low: int = 2) -> Drawn:
    """A whole number picks a row of a table."""
    values = [
        [0.3, 0.8, 0.0, 0.6, 0.3],
        [1.0, 0.3, 0.6, 0.0, 0.6],
        [0.6, 0.0, 1.0, 0.8, 0.3],
        [0.0, 0.6, 0.3, 0.3, 1.0],
        [0.8, 1.0, 0.0, 0.6, 0.0],
    ]
    pitch, x, y = 11.0, 47, 8.5
    marks = [
        frame(8, 28, 16, 16, color=INK, tone=0.45, width=1, r=4),
        text(16, 36, low, tone=0.9, size=9),
        becomes(33.5, 36, 10),
        grid(x, y, values, pitch),
        frame(x - 1.6, y + low * pitch - 1.6, 5 * pitch + 2, pitch + 2),
        becomes(113.5, 36, 10),
        grid(125, 8.5, [[value] for value in values[low]], pitch),
    ]
    return "The number two picks row two of a table; that row comes out.", marks


@picture
def mark() -> Drawn:
    """A category number becomes a row with a mark at its place."""
    pitch, cells, marks = 17.0, [], []
    for lane, number in enumerate((2, 0, 3)):
        y = 5 + lane * 22.0
        marks += [
            frame(18, y, 16, 16, color=INK, tone=0.45, width=1, r=4),
            text(26, y + 8, number, tone=0.9),
            becomes(50, y + 8, 14),
        ]
        cells += [(70 + place * pitch, y, int(place == number), MID if place == number else BARE) for place in range(4)]
    return "Each category number becomes a row of zeros with a one at its place.", [*marks, digits(cells, pitch)]
