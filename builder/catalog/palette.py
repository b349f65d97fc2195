"""Layers and ready blocks as JSON for the browser: what the canvas' palette lists, and what is placed from it."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from builder.catalog.mathml import mathml
from builder.catalog.registry import blocks, layers
from builder.catalog.spec import Layer, Param, ReadyBlock


def payload() -> dict[str, Any]:
    """Layers and ready blocks; `version` changes with the content, so that a browser may keep what it has."""
    return json.loads(_text())


@lru_cache(maxsize=1)
def _text() -> str:
    content = {
        "layers": [_layer(layer) for layer in layers],
        "blocks": [_block(block) for block in sorted(blocks, key=lambda block: block.order)],
    }
    version = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
    return json.dumps({"version": version, **content})


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "kind": layer.kind,
        "family": layer.family,
        "icon": layer.icon,
        "summary": layer.summary,
        "keywords": layer.keywords,
        "help": layer.help,
        "picture": layer.picture.svg if layer.picture else None,
        "formula": mathml(layer.formula) if layer.formula else None,
        "doc": layer.doc,
        "ports": {"names": layer.ports.names, "least": layer.ports.least, "most": layer.ports.most},
        "start_params": layer.start_params,
        "params": [_param(param) for param in layer.params],
    }


def _block(block: ReadyBlock) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "title": block.title,
        "summary": block.summary,
        "part": block.part,
        "inputs": [
            {"name": entrance.name, "ports": [{"target": target, "port": port} for target, port in entrance.ports]}
            for entrance in block.inputs
        ],
        "outputs": [node for node, _ in block.outputs],
        "family": block.family,
        "icon": block.icon,
        "keywords": block.keywords,
        "doc": block.doc,
    }


def _param(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "title": param.title,
        "default": None if param.required else param.default,
        "required": param.required,
    }
