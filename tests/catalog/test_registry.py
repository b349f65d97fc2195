"""Registries, declarations and the palette's JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from builder.catalog import palette, registry
from builder.catalog.registry import Registry
from builder.catalog.spec import Entry, Layer
from builder.errors import DocumentError

NAMES = ("layers", "losses", "optimizers", "metrics", "callbacks", "schedules", "datasets")
FAMILIES = {
    "input",
    "core",
    "convolution",
    "pooling",
    "recurrent",
    "attention",
    "normalization",
    "merging",
    "preprocessing",
}
ASKED_FOR = [
    "Input",
    "Dense",
    "Conv1D",
    "Conv2D",
    "DepthwiseConv2D",
    "SeparableConv2D",
    "Conv2DTranspose",
    "MaxPooling1D",
    "MaxPooling2D",
    "AveragePooling1D",
    "AveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "Flatten",
    "Reshape",
    "Dropout",
    "SpatialDropout2D",
    "BatchNormalization",
    "LayerNormalization",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "ELU",
    "Softmax",
    "Embedding",
    "SimpleRNN",
    "LSTM",
    "GRU",
    "Bidirectional",
    "TimeDistributed",
    "MultiHeadAttention",
    "Add",
    "Subtract",
    "Multiply",
    "Average",
    "Maximum",
    "Minimum",
    "Concatenate",
    "UpSampling2D",
    "ZeroPadding2D",
    "Cropping2D",
    "Rescaling",
    "GaussianNoise",
    "RandomFlip",
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
    "Resizing",
    "Permute",
    "RepeatVector",
    "GroupNormalization",
    "UnitNormalization",
    "Masking",
    "Identity",
    "Conv1DTranspose",
    "SpatialDropout1D",
    "Dot",
    "Attention",
    "GaussianDropout",
    "AlphaDropout",
]


def entries() -> list[Entry]:
    return [entry for name in NAMES for entry in getattr(registry, name)]


def test_the_layers_that_were_asked_for_are_there() -> None:
    assert set(ASKED_FOR) <= {layer.kind for layer in registry.layers}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_found_and_no_two_entries_share_one(name: str) -> None:
    known = getattr(registry, name)
    counted = Counter(alias for entry in known for alias in (entry.kind, *entry.aliases))
    assert counted.most_common(1)[0][1] == 1
    for entry in known:
        assert known[entry.kind] is entry
        assert all(known.get(alias) is entry for alias in entry.aliases)
        assert entry.kind in known


def test_an_unknown_name_is_an_error_a_person_can_read() -> None:
    with pytest.raises(DocumentError, match='"Densee" is not among the layers') as caught:
        registry.layers["Densee"]
    assert caught.value.problem.code == "unknown-layer"
    assert registry.layers.get("Densee") is None
    assert "Densee" not in registry.layers


def test_an_entry_declared_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "twice"
    package.mkdir()
    (package / "__init__.py").touch()
    declaration = "from builder.catalog.spec import Layer\nONE = Layer(kind='One', summary='{}')\n"
    (package / "a.py").write_text(declaration.format("a"))
    (package / "b.py").write_text(declaration.format("b"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "builder.catalog.twice", __import__("twice"))
    monkeypatch.setitem(sys.modules, "builder.catalog.twice.a", __import__("twice.a").a)
    monkeypatch.setitem(sys.modules, "builder.catalog.twice.b", __import__("twice.b").b)
    with pytest.raises(ValueError, match="One is declared twice"):
        len(Registry("twice", Layer))


def test_entries_say_what_they_are() -> None:
    for entry in entries():
        assert entry.summary.endswith("."), entry.kind
        assert len(entry.summary) <= 120, entry.kind
        assert entry.doc.startswith("https://"), entry.kind
        names = [param.name for param in entry.params]
        assert len(names) == len(set(names)), entry.kind
        for param in entry.params:
            assert param.help.endswith("."), (entry.kind, param.name)
            assert param.title[0].isupper()


def test_layers_have_a_family_an_icon_and_words_to_be_found_by() -> None:
    assert {layer.family for layer in registry.layers} == FAMILIES
    for layer in registry.layers:
        assert layer.icon.replace("_", "").isalnum()
        assert layer.icon == layer.icon.lower()
        assert layer.keywords
        assert layer.kind.lower() not in layer.keywords


def test_ports_are_plain() -> None:
    for layer in registry.layers:
        ports = layer.ports
        if ports.names:
            assert ports.most == len(ports.names)
            assert ports.least <= ports.most
        else:
            assert ports.most in (0, None)
        assert (ports.call == "one") == (ports.most in (0, 1))


def test_formulas_have_balanced_braces() -> None:
    for name in ("layers", "losses"):
        for entry in getattr(registry, name):
            formula = entry.formula or ""
            assert formula.count("{") == formula.count("}"), entry.kind
            assert formula.count(r"\left") == formula.count(r"\right"), entry.kind


def test_declarations_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        registry.layers["Dense"].icon = "other"


def test_the_palette_is_json_with_a_version() -> None:
    payload = palette.payload()
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    assert [layer["kind"] for layer in payload["layers"]] == [layer.kind for layer in registry.layers]
    dense = next(layer for layer in payload["layers"] if layer["kind"] == "Dense")
    assert set(dense) == {
        "kind",
        "family",
        "icon",
        "summary",
        "keywords",
        "help",
        "picture",
        "formula",
        "doc",
        "ports",
        "start_params",
        "params",
    }
    assert dense["ports"] == {"names": ["input"], "least": 1, "most": 1}
    assert dense["start_params"] == {"units": 64, "activation": "relu"}
    assert dense["params"][0] == {"name": "units", "title": "Units", "default": None, "required": True}
    payload["layers"].clear()
    assert palette.payload()["layers"], "a caller that changes its copy changes nobody else's"


def test_the_version_follows_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = palette.payload()["version"]
    palette._text.cache_clear()
    layers = [replace(layer, summary="Another.") for layer in registry.layers]
    monkeypatch.setattr(palette, "layers", layers)
    assert palette.payload()["version"] != before
    palette._text.cache_clear()
