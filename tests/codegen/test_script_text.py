from __future__ import annotations

import ast
import subprocess
from typing import Any

import pytest
import ruff
from code_documents import BROKEN, GRAPHS, LAYERS, STRUCTURES, block, chain, document, node, of_layer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builder.catalog.registry import datasets, layers, templates
from builder.codegen import script, script_lines
from builder.document import Document, from_value

SCRIPTS = {
    **GRAPHS,
    **STRUCTURES,
    **{layer.kind: of_layer(layer) for layer in LAYERS},
    **{f"template {template.kind}": from_value(template.document) for template in templates},
    **{f"data {item.kind}": chain(node("a", "Input"), node("b", "Flatten"), dataset=item.kind) for item in datasets},
}


def ruff_says(text: str, *command: str) -> str:
    ran = subprocess.run(
        [ruff.find_ruff_bin(), *command, "--isolated", "-"], input=text, text=True, capture_output=True, check=False
    )
    return ran.stdout + ran.stderr if ran.returncode else ""


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_as_ruff_wants_them(name: str) -> None:
    text = script(SCRIPTS[name])
    assert not ruff_says(text, "format", "--diff")
    assert not ruff_says(text, "check", "--select", "E,F,I,B,UP,SIM", "--line-length", "88")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_and_the_rest_stands(name: str) -> None:
    text = script(BROKEN[name])
    tree = ast.parse(text)
    assert "model.compile(" in text
    assert not any(isinstance(item, ast.Import) and item.names[0].name == "os" for item in ast.walk(tree))
    assert not ruff_says(text, "format", "--diff")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no input", "# a (Dense): it needs 1 input and has none."),
        ("no input", "# The network has no input yet."),
        ("no output", "# The network has no output yet."),
        ("no shape", '# x_in (Input): "x_in" has no shape: choose a data set or give it one.'),
        ("no units", "# out (Dense): Dense needs a value for units."),
        ("unknown layer", '# odd (Convolute): The catalogue does not know "Convolute".'),
        ("unknown parameter", '# out (Dense): Dense has no parameter "colour".'),
        ("out of bounds", "# out (Dense): units must be a whole number from 1 to 1,000,000, received -2."),
        ("unknown data", '# The catalogue does not know the data set "nothing"; fill x_train, y_train, x_val,'),
        ("unknown choices", '# The catalogue does not know "love".'),
        ("cycle", "# These run in a circle, which no network can: "),
        ("too many inputs", "# out (Dense): it takes 1 input and has 2."),
        ("foreign names", '# out (Dense() import os): "Dense() import os" is not the name of a class.'),
    ],
)
def test_each_mistake_has_its_sentence(name: str, sentence: str) -> None:
    assert any(line.startswith(sentence) for line in script(BROKEN[name]).splitlines())


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "unknown data"])
def test_what_cannot_be_made_says_so_at_the_top_and_ends_there(name: str) -> None:
    text = script(BROKEN[name])
    assert text.index("# This network cannot be trained as it is") < text.index("\nimport keras\n")
    with pytest.raises(SystemExit, match=r"^This cannot be trained: "):
        exec(compile(text, "script.py", "exec"), {})


def test_only_what_differs_from_the_default_is_written() -> None:
    text = script(
        chain(
            node("x_in", "Input", shape=[8, 8, 1]),
            node("conv", "Conv2D", filters=4, kernel_size=3, strides=[1, 1], padding="valid", use_bias=True),
            node("pool", "MaxPooling2D", pool_size=[2, 2], padding="same"),
            optimizer={"kind": "Adam", "params": {"learning_rate": 0.001}},
        )
    )
    assert 'layers.Conv2D(4, kernel_size=3, name="conv")' in text
    assert 'layers.MaxPooling2D(padding="same", name="pool")' in text
    assert 'optimizer="adam"' in text


def test_another_backend_is_named_before_keras_is_imported() -> None:
    plain = from_value(templates["spiral_mlp"].document)
    assert "KERAS_BACKEND" not in script(plain)
    assert "#   pip install keras tensorflow\n" in script(plain)
    on_jax = plain.model_copy(update={"training": plain.training.model_copy(update={"backend": "jax"})})
    code = script(on_jax)
    assert "#   pip install keras jax\n" in code
    assert code.index('os.environ["KERAS_BACKEND"] = "jax"') < code.index("import keras")
    lines = code.replace(
        'import os\n\nos.environ["KERAS_BACKEND"] = "jax"  # Keras reads it when it is imported.\n\n', ""
    )
    assert lines.replace("keras jax", "keras tensorflow") == script(plain)
    assert not ruff_says(code, "format", "--diff")
    assert not ruff_says(code, "check", "--select", "E,F,I,B,UP,SIM", "--line-length", "88")


def test_a_chain_is_sequential_and_a_branch_is_not() -> None:
    assert "keras.Sequential(" in script(GRAPHS["chain"])
    assert "keras.Sequential(" not in script(GRAPHS["skip"])
    assert 'add = layers.Add(name="add")([conv, again])' in script(GRAPHS["skip"])


def test_ports_decide_the_order_of_a_merge() -> None:
    edges = ["one>minus:1", "two>minus:0"]
    text = script(
        document([node("one", "Input", shape=[3]), node("two", "Input", shape=[3]), node("minus", "Subtract")], edges)
    )
    assert "([two, one])" in text


def test_variables_keep_clear_of_python_and_of_the_script() -> None:
    nodes = [node("input", "Input", shape=[3]), node("lambda", "Dense", units=2), node("np", "Dense", units=2)]
    nodes += [node("np_", "Dense", units=2), node("x_train", "Add"), node("match", "Dense", units=1)]
    edges = ["input>lambda", "input>np", "input>np_", "lambda>x_train:0", "np>x_train:1", "np_>x_train:2"]
    text = script(document(nodes, [*edges, "x_train>match"]))
    assert 'input_ = keras.Input(shape=(3,), name="input")' in text
    assert 'np__ = layers.Dense(2, name="np")(input_)' in text
    assert 'np_ = layers.Dense(2, name="np_")(input_)' in text
    assert 'x_train_ = layers.Add(name="x_train")([lambda_, np__, np_])' in text
    assert 'match_ = layers.Dense(1, name="match")(x_train_)' in text


@pytest.mark.parametrize("name", ["chain", "columns"])
def test_every_node_knows_its_lines(name: str) -> None:
    lines = script_lines(GRAPHS[name])
    assert "".join(f"{line}\n" for _, line in lines) == script(GRAPHS[name])
    for item in GRAPHS[name].model.nodes:
        own = "\n".join(line for node_id, line in lines if node_id == item.id)
        assert f'name="{item.id}"' in own
        assert own.count("name=") == 1


def lines_of(document: Document, node_id: str) -> list[str]:
    return [line for about, line in script_lines(document) if about == node_id]


def test_a_repeated_block_is_a_function_in_a_loop() -> None:
    document = STRUCTURES["residual"]
    text = script(document)
    assert "def residual(x, number):" in text
    assert "add = stem\nfor number in range(1, 4):\n    add = residual(add, number)\n" in text
    assert lines_of(document, "norm") == ['    norm = layers.BatchNormalization(name=f"norm{suffix}")(conv)']
    assert lines_of(document, "residual")[0] == "def residual(x, number):"
    assert lines_of(document, "residual")[-1] == "    add = residual(add, number)"


def test_what_feeds_every_copy_is_an_argument_of_the_function() -> None:
    text = script(STRUCTURES["memory"])
    assert "def block_1_decodeur(x, memory, number):" in text
    assert "add = block_1_decodeur(add, memory, number)" in text


@pytest.mark.parametrize("name", ["several exits", "nested repeats", "shared out of a block"])
def test_what_no_function_says_plainly_is_written_out(name: str) -> None:
    assert "def " not in script(STRUCTURES[name]).replace("def inputs", "")


def test_sections_have_headings_and_no_code_in_them() -> None:
    text = script(STRUCTURES["sections of a chain"])
    assert "        # Body import os\n        layers.Conv2D(" in text
    assert "\n\n# Top\npool = " in script(STRUCTURES["residual in a section"])


def test_switches_are_seen() -> None:
    document = STRUCTURES["switches"]
    assert 'trainable=False, name="conv"' in script(document)
    assert [line.strip() for line in lines_of(document, "norm")] == [
        "# norm (BatchNormalization) is bypassed: its input goes through.",
        'layers.Identity(name="norm"),',
    ]
    assert lines_of(STRUCTURES["bypassed merge"], "side") == [
        "# side (Conv2D) is left out: it feeds only what is bypassed."
    ]


def test_a_shared_layer_is_made_once_and_applied_twice() -> None:
    text = script(STRUCTURES["shared"])
    assert 'left_layer = layers.Dense(6, name="left")\nleft = left_layer(one)\nright = left_layer(two)\n' in text
    assert "first = second_layer(one)\nsecond = second_layer(first)" in script(STRUCTURES["applied before its owner"])


def test_a_network_too_large_to_build_is_told_and_written_once() -> None:
    edges = ["one>a", "a>b"]
    nodes = [node("one", "Input", shape=[6]), node("a", "Dense", units=6), node("b", "Dense", units=6)]
    inner = [block(f"b{level}", "a" if not level else f"b{level - 1}", repeat=1000) for level in range(3)]
    text = script(document(nodes, edges, blocks=tuple(inner)))
    assert "at most 10,000 can be built" in " ".join(text.split()).replace("# ", "")
    assert 'layers.Dense(6, name="b")' in text


LETTERS = st.characters(max_codepoint=0x2FF) | st.sampled_from("漢かア한🏸∑")
"""Rarer letters are as wide as ruff's own tables say."""
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats(-1e3, 1e3) | st.text(LETTERS) | st.lists(st.integers())


@st.composite
def layer_nodes(draw: st.DrawFn, number: int, kinds: list[str]) -> dict[str, Any]:
    """A newly placed layer, some of whose parameters were changed into anything."""
    entry = layers[draw(st.sampled_from(kinds))]
    params = dict(entry.start_params)
    for name in draw(st.sets(st.sampled_from([param.name for param in entry.params] or ["none"]), max_size=2)):
        params[name] = draw(ANYTHING)
    return node(f"layer_{number}", entry.kind, **params)


@st.composite
def chains(draw: st.DrawFn) -> Document:
    kinds = [layer.kind for layer in LAYERS if layer.ports.most == 1]
    nodes = [draw(layer_nodes(number, kinds)) for number in range(draw(st.integers(1, 5)))]
    dataset = draw(st.sampled_from(["digits", "iris", None]))
    return chain(node("first", "Input", shape=[8, 8, 1]), *nodes, dataset=dataset)


@st.composite
def graphs(draw: st.DrawFn) -> Document:
    """Layers and edges thrown together, with cycles, missing inputs and ports that are taken twice."""
    nodes = [draw(layer_nodes(number, [layer.kind for layer in layers])) for number in range(draw(st.integers(1, 6)))]
    ids = st.sampled_from([item["id"] for item in nodes])
    edges = st.builds("{}>{}:{}".format, ids, ids, st.integers(0, 3))
    name = draw(st.text(min_size=1, max_size=40))
    return document(nodes, draw(st.lists(edges, max_size=8, unique=True)), name=name, dataset="wine")


@given(chains() | graphs())
@example(  # A complaint with a word that is wider than the comment.
    chain(
        node("first", "Input", shape=[8, 8, 1]),
        node("up", "UpSampling2D", size="0" * 18 + "\x1f" * 4 + "\U00018cd6" * 5),
        dataset="digits",
    )
)
@example(
    chain(
        node("first", "Input", shape=[8, 8, 1]),
        node("wide", "Dense", units=64, activation="relu", use_bias="🏸" * 6, name="漢字"),
        dataset="digits",
    )
)
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
def test_any_document_gives_a_script_that_python_reads(found: Document) -> None:
    text = script(found)
    ast.parse(text)
    assert not ruff_says(text, "format", "--diff")
