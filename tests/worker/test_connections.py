"""What is said of a connection before it is drawn is what Keras says of it."""

from __future__ import annotations

from typing import Any

import pytest

from builder.catalog.connections import Verdict, judge
from builder.document import Document, Edge, apply, from_value
from builder.worker.analyse import analyse

pytestmark = pytest.mark.keras


def network(*edges: tuple[str, str, int], dataset: str | None = None, **nodes: tuple[str, dict[str, Any]]) -> Document:
    return from_value(
        {
            "format": 1,
            "name": "Net",
            "data": {"dataset": dataset} if dataset else None,
            "model": {
                "nodes": [{"id": key, "kind": kind, "params": params} for key, (kind, params) in nodes.items()],
                "edges": [{"source": source, "target": target, "port": port} for source, target, port in edges],
            },
        }
    )


IMAGE = ("Input", {"shape": [8, 8, 1]})
ROW = ("Input", {"shape": [10]})


def verdict(document: Document, source: str, target: str, port: int = 0) -> Verdict:
    (found,) = judge(document, [Edge(source=source, target=target, port=port)], analyse)
    return found


def test_a_row_into_a_convolution_needs_more_axes() -> None:
    document = network(row=ROW, conv=("Conv2D", {"filters": 4, "kernel_size": 1}))
    found = verdict(document, "row", "conv")
    assert found.fits is False
    assert found.reason == "Input output (batch, 10) into Conv2D: needs at least 4 axes, gets 2."
    assert found.bridge
    assert found.bridge.label == "Insert Reshape to 1 × 1 × 10"


def test_an_image_into_a_recurrent_layer_gets_fewer_axes() -> None:
    document = network(image=IMAGE, memory=("LSTM", {"units": 4}))
    found = verdict(document, "image", "memory")
    assert found.bridge
    assert found.bridge.layers == (("Reshape", {"target_shape": [8, 8]}),)


def test_add_gets_a_projection_for_other_channels_and_half_the_size() -> None:
    def conv(filters: int, strides: int = 1) -> tuple[str, dict[str, Any]]:
        return "Conv2D", {"filters": filters, "kernel_size": 3, "padding": "same", "strides": strides}

    document = network(
        ("image", "narrow", 0),
        ("image", "wide", 0),
        ("image", "small", 0),
        ("wide", "sum", 0),
        image=IMAGE,
        narrow=conv(24),
        wide=conv(48),
        small=conv(48, 2),
        sum=("Add", {}),
    )
    found = verdict(document, "narrow", "sum", 1)
    assert found.reason == "Add of 8 × 8 × 48 + 8 × 8 × 24: Inputs have incompatible shapes."
    assert found.bridge
    assert found.bridge.layers == (("Conv2D", {"filters": 48, "kernel_size": 1}),)
    halved = verdict(document, "small", "sum", 1).bridge
    assert halved
    assert halved.layers == (("UpSampling2D", {"size": [2, 2]}),)
    assert verdict(document, "wide", "sum", 0).fits is None  # an Add of one tensor: still to be completed


def test_what_fits_and_what_is_not_known_yet() -> None:
    document = network(
        ("image", "conv", 0),
        image=IMAGE,
        conv=("Conv2D", {"filters": 4, "kernel_size": 1}),
        loose=("Flatten", {}),
        dense=("Dense", {"units": 4}),
        big=("Conv2D", {"filters": 4, "kernel_size": 9}),
    )
    links = [("conv", "dense"), ("loose", "dense"), ("image", "conv"), ("conv", "big")]
    verdicts = judge(document, [Edge(source=one, target=other) for one, other in links], analyse)
    assert [item.fits for item in verdicts] == [True, None, True, False]
    assert verdicts[3].reason
    assert verdicts[3].reason.startswith("Conv2D output (batch, 8, 8, 4) into Conv2D: Computed output size")


def test_one_question_answers_all_links() -> None:
    asked = []

    def counting(document: Document) -> Any:
        asked.append(document)
        return analyse(document)

    nodes = {f"dense{number}": ("Dense", {"units": 4}) for number in range(40)}
    document = network(row=ROW, **nodes)
    verdicts = judge(document, [Edge(source="row", target=node) for node in nodes], counting)
    assert all(item.fits for item in verdicts)
    assert len(asked) == 2


def closely(document: Document, source: str, target: str, port: int = 0) -> Verdict:
    (found,) = judge(document, [Edge(source=source, target=target, port=port)], analyse, closely=True)
    return found


def mended(document: Document, source: str, target: str) -> Document:
    """The document with the link and its first fix, as one click makes it."""
    edge = {"source": source, "target": target, "port": 0}
    edits = [{"op": "connect", "edge": edge}, *closely(document, source, target).fixes[0].edits]
    return apply(document, {"op": "batch", "edits": edits})


DIGITS = {"dataset": "digits", "image": ("Input", {}), "scale": ("Rescaling", {"scale": 0.0625})}


def test_a_last_layer_that_is_too_narrow_gets_as_many_units_as_there_are_classes() -> None:
    document = network(
        ("image", "scale", 0),
        ("scale", "rows", 0),
        **DIGITS,
        rows=("Flatten", {}),
        dense=("Dense", {"units": 4, "activation": "softmax"}),
    )
    found = closely(document, "rows", "dense")
    assert found.fits is True
    assert found.reason
    assert "gives 4 numbers for a sample, and Digits has 10 classes" in found.reason
    assert [fix.label for fix in found.fixes] == ["Set units to 10"]
    assert verdict(document, "rows", "dense") == Verdict(fits=True)
    assert mended(document, "rows", "dense").model.node("dense").params["units"] == 10


def test_raw_images_get_a_rescaling_on_their_way() -> None:
    document = network(**DIGITS, conv=("Conv2D", {"filters": 4, "kernel_size": 3}), last=("Dense", {"units": 4}))
    found = closely(document, "image", "conv")
    assert [fix.label for fix in found.fixes] == ["Add Rescaling by 1/16"]  # the end is not drawn: not judged yet
    after = mended(document, "image", "conv")
    assert {(edge.source, edge.target) for edge in after.model.edges} == {
        ("image", "rescaling"),
        ("rescaling", "conv"),
    }


def test_what_was_wrong_before_is_not_said_of_a_connection() -> None:
    document = network(
        ("image", "flat", 0),
        ("flat", "dense", 0),
        dataset="digits",
        image=("Input", {}),
        flat=("Flatten", {}),
        dense=("Dense", {"units": 4, "activation": "softmax"}),
    )
    assert closely(document, "flat", "dense") == Verdict(fits=True)
