"""The head of a layer's form, and the hues it is drawn in."""

from __future__ import annotations

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from builder.catalog.registry import layers
from builder.charts.families import HUES

STYLE = Path(__file__).resolve().parents[2] / "builder" / "canvas" / "frontend" / "src" / "theme.css"


def script() -> None:
    from builder.catalog.registry import layers
    from builder.ui.explanation import explained

    explained(layers["Conv2D"])


def test_a_layer_is_explained_at_a_glance_and_in_full() -> None:
    conv = layers["Conv2D"]
    page = AppTest.from_function(script, default_timeout=30).run()
    assert not page.exception
    assert [caption.value for caption in page.caption] == [conv.summary]
    assert sum(conv.picture.svg in markdown.value for markdown in page.markdown) == 1
    assert not page.latex
    page.session_state["explanation.left"] = True
    page.run()
    assert page.caption[1].value == f"{conv.help} [Keras' page]({conv.doc})"
    assert sum(conv.picture.svg in markdown.value for markdown in page.markdown) == 1
    assert conv.formula in page.latex[0].value


def test_families_have_the_hues_of_the_canvas() -> None:
    found = re.findall(r"--hue-(\w+): light-dark\((#\w+), (#\w+)\)", STYLE.read_text())
    assert {family: (light, dark) for family, light, dark in found} == HUES
    assert {layer.family for layer in layers} == set(HUES)
