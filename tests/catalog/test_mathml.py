"""Formulas as the browser gets them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from builder.catalog.mathml import mathml
from builder.catalog.registry import layers

FORMULAS = {entry.kind: entry.formula for entry in layers if entry.formula}


def text(latex: str) -> str:
    return "".join(ElementTree.fromstring(mathml(latex)).itertext())


@pytest.mark.parametrize("kind", FORMULAS)
def test_every_formula_of_the_catalogue_is_drawn(kind: str) -> None:
    assert not set(text(FORMULAS[kind])) & set("\\{}_^")


def test_scripts_fractions_and_lines() -> None:
    assert mathml("x_i^2") == (
        '<math display="block"><mrow><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></mrow></math>'
    )
    assert "<munder><mo>∑</mo><mrow><mi>u</mi><mo>,</mo><mi>v</mi></mrow></munder>" in mathml(r"\sum_{u,v} x")
    assert "<mfrac><mrow><mn>1</mn><mo>−</mo><mi>p</mi></mrow><mrow><mi>q</mi></mrow></mfrac>" in mathml(
        r"\frac{1 - p}{q}"
    )
    assert mathml(FORMULAS["LSTM"]).count("<mtr>") == 2
    assert text(r"a < b \& c".replace(r"\&", "")) == "a<bc"


@pytest.mark.parametrize("latex", [r"\unknown x", "{x", r"\frac{1}", "x_", r"\begin{cases} x \\end{cases}"])
def test_what_is_not_known_is_an_error(latex: str) -> None:
    with pytest.raises(ValueError, match=r"missing|known|early"):
        mathml(latex)
