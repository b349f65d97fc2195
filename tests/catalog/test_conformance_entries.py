"""Every entry of every registry against the installed Keras: names, defaults, options, configurations."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from keras_objects import config_of, make, model_of, namespace_of, plain

from builder.catalog import registry
from builder.catalog.parameters import ACTIVATIONS
from builder.catalog.spec import REQUIRED, Entry, Layer
from builder.catalog.types import Bool, EntryOf, OneOf, Type

pytestmark = pytest.mark.keras

REGISTRIES = (
    "layers",
    "losses",
    "optimizers",
    "metrics",
    "callbacks",
    "schedules",
    "initializers",
    "regularizers",
    "constraints",
)
WITHOUT_CLASS = {"accuracy"}
"""Known to Keras by name only: the output decides which class it is."""

ENTRIES = [
    pytest.param(name, entry, id=f"{name}-{entry.kind}")
    for name in REGISTRIES
    for entry in getattr(registry, name)
    if entry.kind not in WITHOUT_CLASS
]

LEFT_OUT = {
    "name": "is the node's id",
    "dtype": "is Keras' policy, except an Input's",
    "kwargs": "",
    "lora_rank": "made for fine-tuning a loaded model",
    "lora_alpha": "made for fine-tuning a loaded model",
    "quantization_config": "takes an object",
    "weights": "takes arrays",
    "flash_attention": "chosen by Keras, and absent on a CPU",
    "use_cudnn": "chosen by Keras",
    "synchronized": "for several devices",
    "renorm_clipping": "takes a dictionary",
    "sparse": "sparse tensors cannot be trained on here",
    "ragged": "ragged tensors cannot be trained on here",
    "return_state": "gives several tensors where an edge carries one",
    "stateful": "needs a fixed batch size",
    "backward_layer": "a second layer value; the copy is what people want",
    "batch_size": "is a training setting",
    "batch_shape": "is a training setting",
    "tensor": "takes a tensor",
    "optional": "for inputs that may be missing",
    "num_bins": "needs adapt",
    "exclude_layers": "takes patterns of names",
    "verbose": "there is no console",
    "raise_error": "an error is no way to end a run",
    "from_sorted_ids": "for outputs that are class numbers",
    "sparse_y_true": "labels are class numbers",
    "input_axes": "layers say by themselves which axes of their weights are inputs",
    "output_axes": "layers say by themselves which axes of their weights are outputs",
    "args": "",
}
"""Keras parameters that no entry declares, with the reason."""

LEFT_OUT_OF = {
    ("Discretization", "epsilon"): "only with adapt",
    ("Resizing", "fill_mode"): "Keras knows one",
}


def signature(keras: Any, sort: str, entry: Entry) -> dict[str, inspect.Parameter]:
    made = getattr(namespace_of(keras, sort), entry.kind)
    found = inspect.signature(made.__init__ if inspect.isclass(made) else made).parameters
    return {name: param for name, param in found.items() if name != "self"}


@pytest.mark.parametrize(("sort", "entry"), ENTRIES)
def test_parameters_have_keras_names_and_defaults(keras: Any, sort: str, entry: Entry) -> None:
    known = signature(keras, sort, entry)
    for param in entry.params:
        if param.goes != "constructor":
            assert param.name not in known
            if param.goes == "call":
                called = inspect.signature(getattr(keras.layers, entry.kind).call).parameters
                assert param.default == called[param.name].default
            continue
        assert param.name in known, f"Keras' {entry.kind} has no {param.name}"
        default = known[param.name].default
        if param.required:
            assert default is inspect.Parameter.empty or default is None, f"{param.name} has a default: {default}"
        elif isinstance(default, str) and param.name.endswith("_initializer"):
            assert param.default == default.lower()
        else:
            assert plain(param.default) == plain(default), param.name
            assert isinstance(param.default, bool) == isinstance(default, bool), param.name


@pytest.mark.parametrize(("sort", "entry"), ENTRIES)
def test_what_is_left_out_has_a_reason(keras: Any, sort: str, entry: Entry) -> None:
    unknown = {name for name in signature(keras, sort, entry) if entry.param(name) is None}
    assert {name for name in unknown if name not in LEFT_OUT and (entry.kind, name) not in LEFT_OUT_OF} == set()


def test_every_reason_for_leaving_out_is_needed(keras: Any) -> None:
    used = set()
    for sort in REGISTRIES:
        for entry in getattr(registry, sort):
            if entry.kind not in WITHOUT_CLASS:
                used |= {(entry.kind, name) for name in signature(keras, sort, entry) if entry.param(name) is None}
    assert set(LEFT_OUT) - {name for _, name in used} == set()
    assert set(LEFT_OUT_OF) - used == set()


@pytest.mark.parametrize(("sort", "entry"), ENTRIES)
def test_start_and_default_values_fit_their_types(keras: Any, sort: str, entry: Entry) -> None:
    for param in entry.params:
        for value in (param.default, param.start):
            if value is not REQUIRED and value is not None:
                assert param.type.check(value) is None, f"{param.name}: {value!r}"
        assert param.required <= (param.start is not None), f"{param.name} is required and has no start value"
        assert param.type.none or param.default is not None, (
            f"{param.name} has the default None, which its type refuses"
        )


@pytest.mark.parametrize(("sort", "entry"), [case for case in ENTRIES if case.values[1].kind != "Input"])
def test_declared_defaults_change_nothing(keras: Any, sort: str, entry: Entry) -> None:
    seed = {"seed": 7} if entry.param("seed") else {}
    defaults = {param.name: param.default for param in entry.params if not param.required and param.start is None}
    assert config_of(make(keras, sort, entry, **{**defaults, **seed})) == config_of(make(keras, sort, entry, **seed))


@pytest.mark.parametrize(("sort", "entry"), [case for case in ENTRIES if case.values[1].kind != "Input"])
def test_config_comes_back(keras: Any, sort: str, entry: Entry) -> None:
    made = make(keras, sort, entry)
    config = made.get_config() if hasattr(made, "get_config") else None
    if config is not None:
        assert config_of(type(made).from_config(config)) == config_of(made)


def options() -> list[Any]:
    """Each declared option once; the long shared lists once for each parameter name rather than for each layer."""
    seen = set()
    cases = []
    for sort in REGISTRIES:
        for entry in getattr(registry, sort):
            for param in entry.params:
                kind = param.type
                if entry.kind == "Input" or not isinstance(kind, OneOf | Bool | EntryOf):
                    continue
                if isinstance(kind, EntryOf) and kind.sort == "layers":
                    continue
                if shared(kind):
                    if (sort, param.name) in seen:
                        continue
                    seen.add((sort, param.name))
                values = (True, False) if isinstance(kind, Bool) else kind.options
                if isinstance(kind, EntryOf):
                    values = (*(values if kind.bare else ()), *made(kind))
                cases.append(pytest.param(sort, entry, param.name, values, id=f"{sort}-{entry.kind}-{param.name}"))
    return cases


def shared(kind: Type) -> bool:
    """Whether many layers have parameters of this type, so that one of them is tried with each option."""
    return (isinstance(kind, OneOf) and kind.options == ACTIVATIONS) or (isinstance(kind, EntryOf) and kind.bare)


def made(kind: EntryOf) -> list[dict[str, Any]]:
    """Each entry with the parameters that it starts with."""
    return [{"kind": name, "params": plain(getattr(registry, kind.sort)[name].start_params)} for name in kind.kinds]


@pytest.mark.parametrize(("sort", "entry", "name", "values"), options())
def test_every_option_is_accepted(keras: Any, sort: str, entry: Entry, name: str, values: tuple[Any, ...]) -> None:
    for value in values:
        if isinstance(entry, Layer) and not shared(entry.param(name).type):
            model_of(keras, entry, **{name: value})
        else:
            make(keras, sort, entry, **{name: value})
