"""Ready blocks without Keras: they are whole, their ports are named, and the palette carries them."""

from __future__ import annotations

import json
import math

import pytest
from ready import document

from builder.catalog import palette
from builder.catalog.registry import blocks, layers
from builder.catalog.spec import ReadyBlock
from builder.catalog.templates.drawing import chain, node

BLOCKS = [pytest.param(block, id=block.kind) for block in blocks]
PROMISED = {
    "conv_bn_relu",
    "residual",
    "inverted_residual",
    "inception",
    "dense",
    "squeeze_excite",
    "transformer_encoder",
    "transformer_decoder",
    "unet_down",
    "unet_up",
}


def test_the_blocks_that_are_promised_are_there() -> None:
    assert {block.kind for block in blocks} >= PROMISED
    assert len({block.order for block in blocks}) == len(blocks)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_says_what_it_is_and_where_it_was_published(block: ReadyBlock) -> None:
    assert block.summary.endswith(".")
    assert len(block.summary) <= 120
    assert block.doc
    assert block.doc.startswith("https://")
    for item in block.part["nodes"]:
        defaults = {param.name: param.default for param in layers[item["kind"]].params}
        assert not [name for name, value in item.get("params", {}).items() if defaults[name] == value], item["id"]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_port_of_a_block_is_fed_once(block: ReadyBlock) -> None:
    fed = [(edge["target"], edge["port"]) for edge in block.part["edges"]]
    fed += [port for entrance in block.inputs for port in entrance.ports]
    assert len(set(fed)) == len(fed)
    for item in block.part["nodes"]:
        ports = layers[item["kind"]].ports
        into = sorted(port for target, port in fed if target == item["id"])
        assert into == list(range(len(into)))
        assert ports.least <= len(into)
        assert ports.most is None or len(into) <= ports.most


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_is_one_box_and_all_of_it_has_a_place_of_its_own(block: ReadyBlock) -> None:
    found = document(block)
    (box,) = (item for item in found.model.blocks if item.id not in found.model.parents())
    assert set(found.model.inside(box.id)) == {item["id"] for item in block.part["nodes"]}
    assert box.name == block.title
    assert found.folded
    places = block.part["layout"]
    assert set(places) == {item["id"] for item in (*block.part["nodes"], *block.part["blocks"])}
    boxes = [places[item["id"]] for item in block.part["nodes"]]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert math.hypot(one["x"] - other["x"], one["y"] - other["y"]) >= 100


def test_the_palette_carries_blocks_as_json() -> None:
    sent = json.loads(json.dumps(palette.payload()))
    assert [item["kind"] for item in sent["blocks"]] == [
        block.kind for block in sorted(blocks, key=lambda block: block.order)
    ]
    residual = next(item for item in sent["blocks"] if item["kind"] == "residual")
    assert residual["title"] == "Residual block"
    assert set(residual["part"]) == {"nodes", "edges", "blocks", "layout", "folded"}
    assert residual["inputs"] == [
        {"name": "image", "ports": [{"target": "conv1", "port": 0}, {"target": "match", "port": 0}]}
    ]
    assert residual["outputs"] == ["relu2"]


def test_chains_make_one_piece_whose_steps_may_lie_in_the_other() -> None:
    drawn = chain(node("a", "Dense"), node("b", "Dense"), "sum:1") + chain("a", node("sum", "Add"))
    assert [item["id"] for item in drawn.nodes] == ["a", "b", "sum"]
    assert [(edge["source"], edge["target"], edge["port"]) for edge in drawn.edges] == [
        ("a", "b", 0),
        ("b", "sum", 1),
        ("a", "sum", 0),
    ]
