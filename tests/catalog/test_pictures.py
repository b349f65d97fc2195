"""What layers say of themselves: sentences, pictures that hold on any ground, and the numbers behind them."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from builder.catalog.pictures import attending, curves, merging, windows
from builder.catalog.pictures.marks import HEIGHT, WIDTH, n, picture
from builder.catalog.registry import layers
from builder.catalog.spec import Layer

COLORS = {None, "none", "currentColor", "var(--hue,currentColor)"}
WITHOUT_FORMULA = {"Input", "RandomRotation", "RandomZoom", "RandomErasing"}

each_layer = pytest.mark.parametrize("layer", layers, ids=lambda layer: layer.kind)


@each_layer
def test_two_sentences_explain_a_layer(layer: Layer) -> None:
    assert layer.help.endswith(".")
    assert layer.help[0].isupper()
    assert len(layer.help) <= 120
    assert len(re.findall(r"[.!?](?:\s|$)", f"{layer.summary} {layer.help}")) == 2
    assert layer.help != layer.summary


def test_whatever_can_be_written_as_a_formula_is() -> None:
    assert {layer.kind for layer in layers if not layer.formula} == WITHOUT_FORMULA


@each_layer
def test_a_picture_holds_on_any_ground_and_at_any_size(layer: Layer) -> None:
    assert layer.picture
    svg = layer.picture.svg
    root = ElementTree.fromstring(svg)
    assert root.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"
    assert root.attrib["role"] == "img"
    title = root[0]
    assert title.tag.endswith("title")
    assert title.text
    assert title.text.endswith(".")
    for element in root.iter():
        assert element.attrib.get("fill") in COLORS
        assert element.attrib.get("stroke") in COLORS
        assert not {"id", "style", "class", "href"} & set(element.attrib), "pictures share a page"
        assert float(element.attrib.get("font-size", 8)) >= 8
    assert len(svg) < 5000


@each_layer
def test_words_stay_inside_the_picture(layer: Layer) -> None:
    assert layer.picture
    root = ElementTree.fromstring(layer.picture.svg)
    turned = {text for group in root.iter() if "rotate" in group.attrib.get("transform", "") for text in group.iter()}
    for element in root.iter():
        if element.tag.endswith("text") and element not in turned:
            half = len(element.text or "") * float(element.attrib.get("font-size", 8)) * 0.3
            x, y = float(element.attrib["x"]), float(element.attrib["y"])
            assert half <= x <= WIDTH - half
            assert 6 <= y <= HEIGHT - 1


@each_layer
def test_a_picture_is_the_same_each_time(layer: Layer) -> None:
    assert layer.picture
    (first, marks), (second, again) = layer.picture.draw(), layer.picture.draw()
    assert (first, list(marks)) == (second, list(again))


def test_all_pictures_together_stay_small() -> None:
    assert sum(len(layer.picture.svg) for layer in layers if layer.picture) < 200_000


def test_a_picture_is_made_when_it_is_looked_at() -> None:
    made = []

    @picture
    def drawing(word: str) -> tuple[str, list[str]]:
        made.append(word)
        return f"A {word} & more.", []

    declared = drawing("line")
    assert made == []
    assert "<title>A line &amp; more.</title>" in declared.svg
    assert declared.svg == declared.svg
    assert made == ["line"]


def test_curves_have_the_values_they_are_known_for() -> None:
    assert [curves.relu(x) for x in (-2.0, 0.0, 3.0)] == [0, 0, 3]
    assert curves.leaky_relu(-2) == pytest.approx(-0.6)
    assert curves.elu(-1) == pytest.approx(1 / math.e - 1)
    assert curves.elu(2) == 2
    assert [curves.sigmoid(x) for x in (0, math.log(3))] == [0.5, pytest.approx(0.75)]
    assert curves.bell(1, 1, 2) == 1
    assert curves.bell(3, 1, 2) == pytest.approx(math.exp(-0.5))


def test_a_curve_runs_through_its_values() -> None:
    svg = layers["ReLU"].picture.svg
    corner = f"{n(curves.X)} {n(curves.Y)}"
    end = f"{n(curves.X + 3 * curves.UNIT)} {n(curves.Y - 3 * curves.RISE)}"
    assert re.search(rf"L{corner}L.*L{end}\"", svg)


def test_shares_add_up_to_one() -> None:
    shares = attending.softmax([1.0, 2.0, 1000.0])
    assert sum(shares) == pytest.approx(1)
    assert attending.softmax([0.0, math.log(3)]) == pytest.approx([0.25, 0.75])
    assert max(max(row) for row in attending.weights()) == 1


def test_a_window_answers_most_where_its_pattern_is() -> None:
    assert windows.correlate(((0, 1, 2, 1, 0),), ((1, 2, 1),)) == [[4 / 6, 1, 4 / 6]]
    found = windows.correlate(windows.STROKE, windows.RISING)
    assert (len(found), len(found[0])) == (4, 4)
    assert found[1][2] == max(max(row) for row in found) == 1


def test_merged_numbers_are_what_the_layers_give() -> None:
    assert merging.difference((0.5, 0.75)) == -0.25
    assert merging.mean((0.5, 1.0)) == 0.75
    assert "1.12" in layers["Dot"].picture.svg
