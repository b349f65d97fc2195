"""The pieces that a script is put together from: blocks of lines, comments, and names that are free to use."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
import textwrap
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from builder.codegen.expression import WIDTH

WORDS = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))


@dataclass(frozen=True)
class Block:
    """Some lines of the script, and the node (or the block of the network) they are about."""

    text: str
    node: str | None = None


GAP = Block("")
WIDE = Block("\n")
"""Between parts of a script, and around its functions. The wider of two that meet is what stands."""


def comment(text: str, *, indent: int = 0, item: bool = False) -> str:
    """The text as comment lines, or as an item of a list in one; whatever a person typed stays inside the comment."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    start = " " * indent + "# "
    first, rest = (f"{start}- ", f"{start}  ") if item else (start, start)
    lines = textwrap.wrap(" ".join(plain.split()), WIDTH, initial_indent=first, subsequent_indent=rest) or [start]
    return "\n".join(line.rstrip() for line in lines)  # Before a word that it has to break it leaves a blank.


def commented(code: str) -> str:
    """Code as comment lines, for what cannot run as it is."""
    return "\n".join(f"# {line}" for line in code.splitlines())


def sections(imports: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Import statements in the usual order: those of Python's own modules, and those of installed packages."""
    found = sorted(imports, key=lambda line: (line.startswith("from "), line.split()[1]))
    own = tuple(line for line in found if line.split()[1].partition(".")[0] in sys.stdlib_module_names)
    return own, tuple(line for line in found if line not in own)


def variables(names: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """A variable for each name, the name itself where Python and the script do not use it already."""
    chosen: dict[str, str] = {}
    names = list(names)
    used = {*taken, *(name for name in names if name not in WORDS and name not in taken)}
    for name in names:
        variable = name
        if name in WORDS or name in taken:
            while variable in used or variable in WORDS:
                variable += "_"
            used.add(variable)
        chosen[name] = variable
    return chosen


def file_stem(name: str, empty: str = "model") -> str:
    """A name as a short one for a file or a function: "Digits CNN" becomes digits_cnn."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60] or empty
