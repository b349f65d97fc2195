"""Formulas for the browser: the LaTeX of the catalogue as MathML, which browsers draw without any library.

Only what the catalogue's formulas use is known; anything else is an error, which the tests find.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

IDENTIFIERS = dict(alpha="α", beta="β", gamma="γ", epsilon="ε", mu="μ", sigma="σ", max="max", min="min", tanh="tanh")
OPERATORS = dict(
    to="→", dots="…", top="⊤", odot="⊙", sim="∼", cdot="·", le="≤", neq="≠", lVert="‖", rVert="‖", sum="∑"
) | {"in": "∈"}
SPACES = {",": 0.17, ";": 0.28, "!": -0.17, "quad": 1.0}
"""In units of the letters' size."""
SIZES = {"big": 1.2, "Big": 1.6}
ACCENTS = dict(tilde="~", overrightarrow="→", overleftarrow="←")
FENCES = set("()[]|")
"""As high as letters are, but where their size is asked for."""
BELOW = {"sum", "max", "min"}
"""What takes its scripts below and above, as formulas on a line of their own do."""

_TOKEN = re.compile(r"\\([A-Za-z]+|.)|([0-9]+(?:\.[0-9]+)?)|(\S)")


def mathml(latex: str) -> str:
    """A formula as a `math` element on a line of its own; `ValueError` where it says something unknown."""
    return f'<math display="block">{_Formula(latex).row()}</math>'


class _Formula:
    """The tokens of a formula, read from left to right. A command is a token that begins with a backslash."""

    def __init__(self, latex: str):
        self._latex = latex
        self._tokens = [found[0] for found in _TOKEN.finditer(latex)]
        self._at = 0

    def row(self, *ends: str) -> str:
        """All up to one of `ends`, which is taken too, or to the end of the formula."""
        return f"<mrow>{''.join(self._parts(ends))}</mrow>"

    def _parts(self, ends: tuple[str, ...]) -> Iterator[str]:
        while self._at < len(self._tokens):
            if self._peek() in ends:
                self._at += 1
                return
            yield self._scripted()
        if ends:
            raise ValueError(f"{ends[0]} is missing in {self._latex}")

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise ValueError(f"{self._latex} ends too early")
        self._at += 1
        return token

    def _scripted(self) -> str:
        """An atom with what stands at its foot and its head."""
        below = self._peek().removeprefix("\\") in BELOW
        atom, scripts = self._atom(), {}
        while self._peek() in ("_", "^"):
            place = self._take()
            scripts[place] = self._atom()
        names = ("munder", "mover", "munderover") if below else ("msub", "msup", "msubsup")
        match scripts:
            case {"_": low, "^": high}:
                return _element(names[2], atom, low, high)
            case {"_": low}:
                return _element(names[0], atom, low)
            case {"^": high}:
                return _element(names[1], atom, high)
        return atom

    def _atom(self) -> str:
        token = self._take()
        if token == "{":
            return self.row("}")
        if token[0] == "\\" and len(token) > 1:
            return self._command(token[1:])
        if token[0].isdigit():
            return _element("mn", token)
        if token in FENCES:
            return f'<mo stretchy="false">{token}</mo>'
        return _element("mi" if token.isalpha() else "mo", escape(token.replace("-", "−")))

    def _command(self, name: str) -> str:
        if name in IDENTIFIERS:
            return _element("mi", IDENTIFIERS[name])
        if name in OPERATORS:
            return _element("mo", OPERATORS[name])
        if name in SPACES:
            return f'<mspace width="{SPACES[name]}em"></mspace>'
        if name in SIZES:
            size = f"{SIZES[name]}em"
            return f'<mo stretchy="true" minsize="{size}" maxsize="{size}">{escape(self._take())}</mo>'
        if name in ACCENTS:
            return f'<mover accent="true">{self._atom()}<mo>{ACCENTS[name]}</mo></mover>'
        if make := _COMMANDS.get(name):
            return make(self)
        raise ValueError(f"\\{name} in {self._latex} is not known")

    def _words(self) -> str:
        """What stands in braces, letter by letter; spaces are lost."""
        if self._take() != "{":
            raise ValueError(f"a brace is missing in {self._latex}")
        letters = []
        while (token := self._take()) != "}":
            letters.append(token)
        return escape("".join(letters))

    def fraction(self) -> str:
        return _element("mfrac", self._atom(), self._atom())

    def root(self) -> str:
        return _element("msqrt", self._atom())

    def named(self) -> str:
        return f'<mi mathvariant="normal">{self._words()}</mi>'

    def curly(self) -> str:
        """The curly capitals of the mathematical alphabet."""
        return _element("mi", {"N": "𝒩"}[self._words()])

    def relation(self) -> str:
        return _element("mo", self._words())

    def lines(self) -> str:
        """`gathered`: several formulas, one above the other."""
        if self._words() != "gathered":
            raise ValueError(f"an environment in {self._latex} is not known")
        rows, parts = [], []
        while self._peek() != "\\end":
            if self._peek() == "\\\\":
                self._take()
                rows.append("".join(parts))
                parts = []
            else:
                parts.append(self._scripted())
        self._take()
        self._words()
        return _element("mtable", *(f"<mtr><mtd>{row}</mtd></mtr>" for row in (*rows, "".join(parts))))


_COMMANDS: dict[str, Callable[[_Formula], str]] = {
    "frac": _Formula.fraction,
    "tfrac": _Formula.fraction,
    "sqrt": _Formula.root,
    "operatorname": _Formula.named,
    "text": _Formula.named,
    "mathcal": _Formula.curly,
    "mathrel": _Formula.relation,
    "begin": _Formula.lines,
}


def _element(name: str, *parts: str) -> str:
    return f"<{name}>{''.join(parts)}</{name}>"
