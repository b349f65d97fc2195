"""Convolution and pooling: windows that look at a neighbourhood, drawn with numbers they truly give."""

from __future__ import annotations

from builder.catalog.pictures.marks import (
    BARE,
    HUE,
    MID,
    SOFT,
    Drawn,
    arrow,
    becomes,
    digits,
    frame,
    grid,
    line,
    lines,
    picture,
)  # fmt: skip

STROKE = (
    (0, 0, 0, 0, 0, 1),
    (0, 0, 0, 0, 1, 0),
    (0, 0, 0, 1, 0, 0),
    (0, 0, 1, 0, 0, 0),
    (1, 0, 0, 0, 0, 1),
    (0, 0, 0, 0, 1, 0),
)
RISING = ((0, 0, 1), (0, 1, 0), (1, 0, 0))
PULSE = (0, 0, 0.5, 1, 0.5, 0, 0, 0.5, 0)
PEAK = (0.5, 1, 0.5)


def correlate(image: tuple[tuple[float, ...], ...], kernel: tuple[tuple[float, ...], ...]) -> list[list[float]]:
    """The convolution that networks compute, without padding, scaled so that a perfect match is 1."""
    high, wide = len(kernel), len(kernel[0])
    most = sum(value * value for row in kernel for value in row)
    return [
        [
            sum(kernel[u][v] * image[i + u][j + v] for u in range(high) for v in range(wide)) / most
            for j in range(len(image[0]) - wide + 1)
        ]
        for i in range(len(image) - high + 1)
    ]


@picture
def slide(rank: int) -> Drawn:
    """A window slides along the input and answers where its pattern shows."""
    if rank == 1:
        found = correlate((PULSE,), (PEAK,))[0]
        x, pitch, out = 26, 12, 38
        marks = [
            line((x + 2 * pitch, 27), (out + 2 * pitch, 50), color=HUE, tone=MID),
            line((x + 5 * pitch - 1, 27), (out + 3 * pitch - 1, 50), color=HUE, tone=MID),
            grid(x, 14, [PULSE], pitch),
            frame(x + 2 * pitch - 1.6, 12.4, 3 * pitch + 2, 14),
            arrow((x + 3.5 * pitch - 8, 6), (x + 3.5 * pitch + 8, 6)),
            grid(out, 50, [[max(value, 0) for value in found]], pitch),
            frame(out + 2 * pitch - 1.6, 48.4, pitch + 2, 14),
        ]
        return "A window of three slides along a row and gives one number for each place.", marks
    pitch, x, y, right = 10.0, 8, 6, 108
    marks = [
        *_beam((x + 2 * pitch - 1.5, y + pitch - 1.5, 3 * pitch + 2), (right + 2 * pitch - 1.5, 16 + pitch - 1.5, 12)),
        grid(x, y, STROKE, pitch),
        frame(x + 2 * pitch - 1.6, y + pitch - 1.6, 3 * pitch + 2, 3 * pitch + 2),
        grid(right, 16, correlate(STROKE, RISING), pitch),
        frame(right + 2 * pitch - 1.6, 16 + pitch - 1.6, pitch + 2, pitch + 2),
    ]
    return "A window of three by three slides over an image and gives one number for each place.", marks


def _beam(near: tuple[float, float, float], far: tuple[float, float, float]) -> list[str]:
    """Lines from the corners of a square to those of another one, right of it."""
    (x, y, a), (u, v, b) = near, far
    return [lines((((x + a, y), (u, v)), ((x + a, y + a), (u, v + b))), color=HUE, tone=MID, width=1)]


@picture
def stamp(rank: int) -> Drawn:
    """Each number of a small input stamps a pattern into a larger output; where stamps overlap they add up."""
    if rank == 1:
        small = (0.5, 0, 1, 0)
        wide = [0.0] * 9
        for place, value in enumerate(small):
            for step, weight in enumerate(PEAK):
                wide[2 * place + step] += value * weight
        x, pitch = 26, 12
        marks = [
            line((56 + 2 * pitch, 21), (x + 4 * pitch, 50), color=HUE, tone=MID),
            line((56 + 3 * pitch - 1, 21), (x + 7 * pitch - 1, 50), color=HUE, tone=MID),
            grid(56, 10, [small], pitch),
            frame(56 + 2 * pitch - 1.6, 8.4, pitch + 2, 14),
            grid(x, 50, [wide], pitch),
            frame(x + 4 * pitch - 1.6, 48.4, 3 * pitch + 2, 14),
        ]
        return "Each number of a short row is stamped as a window of three into a longer row.", marks
    pitch, x, y, right, top = 9.6, 20, 21.6, 86, 2
    small2 = ((1, 0, 0), (0, 0, 0.5), (0, 0, 1))
    large = [[0.0] * 7 for _ in range(7)]
    for i, row in enumerate(small2):
        for j, value in enumerate(row):
            for u, weights in enumerate(RISING):
                for v, weight in enumerate(weights):
                    large[2 * i + u][2 * j + v] += value * weight
    marks = [
        *_beam((x - 1.5, y - 1.5, 12), (right - 1.5, top - 0.5, 32)),
        grid(x, y, small2, pitch),
        frame(x - 1.6, y - 1.6, pitch + 2, pitch + 2),
        grid(right, top + 1, large, pitch),
        frame(right - 1.6, top - 0.6, 3 * pitch + 2, 3 * pitch + 2),
    ]
    return "Each number of a small image is stamped as a window of three by three into a larger image.", marks


CHANNELS = (
    ((0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0)),
    ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)),
    ((0, 0, 1, 1), (0, 0, 1, 1), (0, 0, 0, 0), (0, 0, 0, 0)),
)
KERNELS = (((0, 1), (1, 0)), ((1, 0), (0, 1)), ((1, 1), (1, 1)))
ROWS = ((0, 1, 0, 0, 1, 0, 0), (0, 0, 1, 1, 0, 0, 0), (0.5, 0, 0, 0.5, 1, 0.5, 0))
ROW_KERNELS = ((0, 1, 0), (1, 1, 0), PEAK)


def _lanes(rank: int) -> tuple[list[str], float]:
    """Three channels one above the other, each with its own window; also where the results end."""
    marks = []
    for lane in range(3):
        if rank == 1:
            y, pitch, x, right = 9 + lane * 22, 8.0, 8, 84
            marks += [
                grid(x, y, [ROWS[lane]], pitch),
                frame(x + (lane + 1) * pitch - 1.4, y - 1.4, 3 * pitch + 1.6, pitch + 1.6, width=1.2, r=1.5),
                becomes(74, y + pitch / 2 - 0.6, 9),
                grid(right, y, correlate((ROWS[lane],), (ROW_KERNELS[lane],)), pitch),
            ]
            end = right + 5 * pitch
        else:
            y, pitch, x, right = 2 + lane * 24, 5.5, 28, 84
            marks += [
                grid(x, y, CHANNELS[lane], pitch, gap=0.9),
                frame(x + lane * pitch - 1.3, y + pitch - 1.3, 2 * pitch + 1.7, 2 * pitch + 1.7, width=1.2, r=1.5),
                becomes(66, y + 2 * pitch - 0.5, 12),
                grid(right, y + pitch / 2, correlate(CHANNELS[lane], KERNELS[lane]), pitch, gap=0.9),
            ]
            end = right + 3 * pitch
    return marks, end


@picture
def lanes(rank: int) -> Drawn:
    """Every channel has a window of its own, and nothing crosses between them."""
    marks, _ = _lanes(rank)
    shift = 14 if rank == 1 else 16
    return "Three channels side by side, each with a window and a result of its own.", [
        f'<g transform="translate({shift})">', *marks, "</g>",
    ]  # fmt: skip


@picture
def lanes_mixed(rank: int) -> Drawn:
    """Every channel has a window of its own; then the results are mixed."""
    marks, end = _lanes(rank)
    place = 144.0 if rank == 1 else 130.0
    shift = 0 if rank == 1 else -8
    ends = [(end + 1, (13 if rank == 1 else 10) + lane * (22 if rank == 1 else 24)) for lane in range(3)]
    mixed = [[0.5], [1.0], [0.25], [0.75]]
    return "Each of three channels has a window of its own; then the three results are mixed into new channels.", [
        f'<g transform="translate({shift})">',
        *marks,
        lines([(a, (place - 3, 19 + row * 11)) for a in ends for row in range(4)], color=HUE, tone=MID, width=0.6),
        grid(place, 14, mixed, 11),
        "</g>",
    ]


BLOCKS = ((1, 3, 2, 0), (5, 3, 2, 4), (0, 1, 6, 2), (1, 2, 3, 5))
PAIRS = (1, 5, 2, 0, 4, 8)
REDUCE = {"Max": ("largest", max), "Average": ("average", lambda values: round(sum(values) / len(values)))}


@picture
def pool(reduce: str, rank: int) -> Drawn:
    """Each window becomes one number: its largest or its average."""
    word, of = REDUCE[reduce]

    def tone(value: int, result: int) -> float:
        return SOFT if reduce == "Average" or value == result else BARE

    cells, results, marks = [], [], []
    if rank == 1:
        for index in range(3):
            pair = PAIRS[2 * index : 2 * index + 2]
            x, result = 20 + index * 43, of(pair)
            cells += [(x + place * 17, 9, value, tone(value, result)) for place, value in enumerate(pair)]
            results.append((x + 8.2, 45, result, MID))
            marks += [frame(x - 1.6, 7.4, 36, 18.6, r=3), arrow((x + 16.5, 29.5), (x + 16.5, 40))]
        return f"Each pair of neighbours becomes the {word} of the two.", [digits(cells + results, 17), *marks]
    pitch, x, y = 15.0, 14, 6.5
    for i, j in ((0, 0), (0, 2), (2, 0), (2, 2)):
        window = {(i + u, j + v): BLOCKS[i + u][j + v] for u in (0, 1) for v in (0, 1)}
        result = of(list(window.values()))
        cells += [(x + b * pitch, y + a * pitch, value, tone(value, result)) for (a, b), value in window.items()]
        results.append((108 + j * 9, 19 + i * 9, result, MID))
        marks.append(frame(x + j * pitch - 1.1, y + i * pitch - 1.1, 2 * pitch + 1, 2 * pitch + 1, width=1.1))
    return f"Each block of two by two becomes the {word} of its numbers.", [
        digits(cells, pitch),
        digits(results, 18),
        *marks,
        becomes(91, 36, 14),
    ]


@picture
def pool_all(reduce: str, rank: int) -> Drawn:
    """Everything becomes one number for each channel."""
    word, of = REDUCE[reduce]
    where = "row" if rank == 1 else "image"
    marks = []
    for lane, rows in enumerate(CHANNEL_NUMBERS[rank]):
        flat = [value for row in rows for value in row]
        result = of(flat)
        y = 3 + lane * 23.0
        wide = len(rows[0])
        pitch = 14.0 if rank == 1 else 6.2
        x = 80 - wide * pitch - 14
        top = y + 10 - len(rows) * pitch / 2
        marks += [
            grid(x, top, [[value / 9 for value in row] for row in rows], pitch),
            frame(x - 1.5, top - 1.5, wide * pitch + 1.8, len(rows) * pitch + 1.8, width=1.1),
            becomes(81, y + 9.5, 14),
            digits([(100, y + 1, result, MID)], 18),
        ]
    return f"Each channel of the {where} becomes one number, the {word} of all.", marks


CHANNEL_NUMBERS = {
    1: (((2, 0, 9, 1),), ((4, 4, 4, 4),), ((0, 7, 0, 1),)),
    2: (
        ((0, 2, 9), (0, 2, 9), (0, 0, 5)),
        ((4, 4, 4), (4, 6, 4), (4, 2, 4)),
        ((7, 0, 0), (2, 0, 0), (0, 0, 0)),
    ),
}


@picture
def pool_to(reduce: str, rank: int) -> Drawn:
    """Inputs of different sizes are cut into the same number of parts."""
    word, of = REDUCE[reduce]
    marks: list[str] = []
    if rank == 1:
        for y, numbers in ((10, (1, 8, 3, 0, 5, 7)), (48, (2, 0, 9, 4, 4, 1, 6, 6, 3))):
            part = len(numbers) // 3
            results = [of(numbers[index * part : index * part + part]) for index in range(3)]
            pitch = 9.0
            x = 91 - len(numbers) * pitch
            marks += [grid(x, y, [[value / 9 for value in numbers]], pitch)]
            marks += [
                frame(x + index * part * pitch - 1.3, y - 1.6, part * pitch + 1.2, pitch + 2.2, width=1.1)
                for index in range(3)
            ]
            marks += [becomes(102, y + 4, 10), grid(114, y - 1, [[value / 9 for value in results]], 12)]
        return f"Rows of six and of nine are both cut into three parts; each part becomes its {word} number.", marks
    for x, y, numbers in (
        (40, 4, ((9, 0, 2, 2), (4, 1, 0, 4), (0, 3, 7, 9), (3, 0, 5, 9))),
        (22, 41, ((0, 5, 1, 8, 2, 9), (3, 4, 0, 6, 9, 7), (2, 0, 2, 1, 4, 3), (8, 2, 0, 0, 1, 2))),
    ):
        wide = len(numbers[0]) // 2
        results = [
            [of([numbers[i + u][j * wide + v] for u in (0, 1) for v in range(wide)]) / 9 for j in (0, 1)]
            for i in (0, 2)
        ]
        pitch = 7.0
        marks += [grid(x, y, [[value / 9 for value in row] for row in numbers], pitch)]
        marks += [
            frame(x + j * wide * pitch - 1.1, y + i * pitch - 1.1, wide * pitch + 0.8, 2 * pitch + 0.8, width=1.1)
            for i in (0, 2)
            for j in (0, 1)
        ]
        marks += [becomes(86, y + 13.5, 14), grid(104, y + 1.5, results, 12)]
    return f"Images of two sizes are both cut into two by two parts; each part becomes its {word} number.", marks
