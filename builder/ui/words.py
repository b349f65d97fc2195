"""Numbers and shapes as people read them, with their units."""

from __future__ import annotations

import time
from collections.abc import Sequence


def count(number: int) -> str:
    """A whole number with thin groups of three: 34,826."""
    return f"{number:,}"


def counted(number: int, word: str) -> str:
    """A number with its word: "1 layer", "8 layers"."""
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """Bytes as B, KB, MB, GB (powers of 1,000)."""
    for unit in ("B", "KB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 10 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def operations(number: int | None) -> str:
    """Floating-point operations as 640 FLOPs, 4.97 MFLOPs, 30.9 GFLOPs."""
    if number is None:
        return "unknown FLOPs"
    amount = float(number)
    for unit in ("FLOPs", "kFLOPs", "MFLOPs", "GFLOPs"):
        if amount < 999.5:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} TFLOPs"


def times(sizes: Sequence[int]) -> str:
    """Sizes along the axes: 3 × 3."""
    return " × ".join(map(str, sizes))


def shape(dims: Sequence[int | None]) -> str:
    """A shape without its batch axis: 26 × 26 × 32."""
    return " × ".join("?" if dim is None else str(dim) for dim in dims[1:]) or "one number"


def duration(seconds: float | None) -> str:
    """Seconds as 0.4 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None:
        return "–"
    if seconds < 10 and seconds != round(seconds):
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def ago(moment: float) -> str:
    """A Unix time as "just now", "5 min ago", "2 h ago" or a date."""
    passed = time.time() - moment
    if passed < 60:
        return "just now"
    if passed < 3600:
        return f"{passed // 60:.0f} min ago"
    if passed < 86400:
        return f"{passed // 3600:.0f} h ago"
    return time.strftime("%d %b %Y", time.localtime(moment))


def is_share(name: str) -> bool:
    """Whether a metric lies between 0 and 1 and is shown in per cent."""
    return any(word in name for word in ("accuracy", "precision", "recall", "auc"))


def metric(name: str, value: float | None) -> str:
    """A metric's value: shares as per cent, the rest with four digits."""
    if value is None:
        return "–"
    if is_share(name):
        return f"{100 * value:.2f} %"
    return f"{value:.4g}"


def label(name: str) -> str:
    """Keras' metric name as words: "val_accuracy" -> "validation accuracy"."""
    return name.replace("val_", "validation ").replace("r2_score", "R² score").replace("_", " ")


def plain(text: str) -> str:
    """Text with nothing in it that Markdown would read as a mark."""
    for mark in "\\`*_[]#$<>:~":
        text = text.replace(mark, f"\\{mark}")
    return text
