"""The layers as JSON for the browser: what the canvas' palette lists and a newly placed node starts with."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from builder.catalog.registry import layers
from builder.catalog.spec import Layer, Param


def payload() -> dict[str, Any]:
    """The catalogue of layers; `version` changes with its content, so that a browser may keep what it has."""
    return json.loads(_text())


@lru_cache(maxsize=1)
def _text() -> str:
    entries = json.dumps([_layer(layer) for layer in layers])
    version = hashlib.sha256(entries.encode()).hexdigest()[:16]
    return f'{{"version": "{version}", "layers": {entries}}}'


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "kind": layer.kind,
        "family": layer.family,
        "icon": layer.icon,
        "summary": layer.summary,
        "keywords": layer.keywords,
        "help": layer.help,
        "picture": layer.picture.svg if layer.picture else None,
        "formula": layer.formula,
        "doc": layer.doc,
        "ports": {"names": layer.ports.names, "least": layer.ports.least, "most": layer.ports.most},
        "start_params": layer.start_params,
        "params": [_param(param) for param in layer.params],
    }


def _param(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "title": param.title,
        "default": None if param.required else param.default,
        "required": param.required,
    }
