"""`layerloom check`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command import DOCUMENTS, Cli

# LeNet-5: LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), with every filter of the
# second convolution on all maps. Simple MNIST convnet: keras.io/examples/vision/mnist_convnet. 784-16-16-10:
# 3Blue1Brown, "But what is a neural network?". LeNet-300-100: Han et al., "Learning both Weights and Connections
# for Efficient Neural Networks" (2015).
PUBLISHED = {"lenet5": 61_706, "mnist_convnet": 34_826, "dense_16_16": 13_002, "lenet_300_100": 266_610}


@pytest.mark.parametrize(("name", "parameters"), PUBLISHED.items())
def test_published_parameter_counts(cli: Cli, name: str, parameters: int) -> None:
    checked = cli("check", DOCUMENTS / f"{name}.loom.json")
    assert checked.status == 0, checked.err
    assert f"parameters  {parameters:,}\n" in checked.out
    value = cli("check", DOCUMENTS / f"{name}.loom.json", "--json").json
    assert value["parameters"] == value["trainable"] == parameters
    assert value["weight_bytes"] == 4 * parameters
    assert value["ok"] is True


FAMOUS = {
    "lenet5": 61_706,
    "alexnet": 61_100_840,
    "vgg16": 138_357_544,
    "resnet50": 25_636_712,
    "mobilenet_v2": 3_538_984,
}


@pytest.mark.parametrize(("name", "parameters"), FAMOUS.items())
def test_famous_networks_have_their_published_size_and_no_error(cli: Cli, name: str, parameters: int) -> None:
    checked = cli("check", name)
    assert checked.status == 0, checked.err
    assert f"parameters  {parameters:,}" in checked.out
    value = cli("check", name, "--json").json
    assert value["ok"] is True
    assert value["ready"] is not any(problem["code"] == "no-data" for problem in value["problems"])


def test_the_table_says_what_keras_says(cli: Cli) -> None:
    checked = cli("check", DOCUMENTS / "mnist_convnet.loom.json")
    lines = [line.split() for line in checked.out.splitlines()]
    assert [
        "image",
        "Input",
        "(None,",
        "28,",
        "28,",
        "1)",
        "float32",
        "0",
        "0",
        "FLOP",
        "3.1",
        "KiB",
        "1",
        "x",
        "1",
    ] in lines
    assert [
        "conv1",
        "Conv2D",
        "(None,",
        "26,",
        "26,",
        "32)",
        "float32",
        "320",
        "433",
        "kFLOP",
        "84.5",
        "KiB",
        "3",
        "x",
        "3",
    ] in lines
    assert ["digit", "Dense", "(None,", "10)", "float32", "16,010", "32.1", "kFLOP", "40", "B", "-"] in lines
    assert "weights     136.0 KiB" in checked.out
    assert "operations  4.97 MFLOP for one sample" in checked.out


def test_the_cost_is_in_the_json_too(cli: Cli) -> None:
    value = cli("check", DOCUMENTS / "mnist_convnet.loom.json", "--json").json
    nodes = {node["id"]: node for node in value["nodes"]}
    assert (nodes["conv1"]["activation_bytes"], nodes["conv1"]["receptive"]) == (26 * 26 * 32 * 4, [3, 3])
    assert value["flops"] == sum(node["flops"] for node in nodes.values())
    assert value["memory"]["total"] == sum(value["memory"].values()) - value["memory"]["total"]


def test_rows_of_a_repeated_block_say_how_often_they_count_and_add_up(cli: Cli, digits: Path) -> None:
    value = json.loads(digits.read_text())
    node = next(node["id"] for node in value["model"]["nodes"] if node["kind"] == "Dense")
    value["model"]["blocks"] = [{"id": "row", "name": "Row", "members": [node], "repeat": 3}]
    digits.write_text(json.dumps(value))
    checked = cli("check", digits)
    assert checked.status == 0, checked.err
    heading, *rows = (line.split() for line in checked.out.splitlines()[2:] if line)
    assert heading[:3] == ["node", "layer", "copies"]
    assert [row[2] for row in rows if row[0] == node] == ["3"]
    said = cli("check", digits, "--json").json
    assert {row["id"]: row["copies"] for row in said["nodes"]}[node] == 3
    for column in ("parameters", "trainable", "flops", "activation_bytes"):
        assert sum(row[column] for row in said["nodes"]) == said[column], column
    assert f"parameters  {said['parameters']:,}\n" in checked.out


def test_a_document_with_an_error_names_the_node(cli: Cli, digits: Path) -> None:
    value = json.loads(digits.read_text())
    value["model"]["nodes"].insert(1, {"id": "conv", "kind": "Conv2D", "params": {"filters": 4, "kernel_size": 11}})
    value["model"]["edges"][0] = {"source": "image", "target": "conv"}
    value["model"]["edges"].append({"source": "conv", "target": "scale"})
    digits.write_text(json.dumps(value))
    checked = cli("check", digits)
    assert checked.status == 2
    assert "error at conv [" in checked.err
    assert "Traceback" not in checked.err
    value = cli("check", digits, "--json").json
    assert value["ok"] is False
    assert any(problem["node"] == "conv" for problem in value["problems"] if problem["severity"] == "error")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not valid JSON"),
        ('{"layers": []}', "is not a Layerloom document"),
        ('{"format": 99, "model": {}}', "has format 99"),
    ],
)
def test_a_file_that_is_no_document(cli: Cli, tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "broken.loom.json"
    path.write_text(content)
    checked = cli("check", path)
    assert checked.status == 2
    assert says in checked.err
    assert checked.out == ""
    problem = json.loads(cli("check", path, "--json").err)["problem"]
    assert says in problem["message"]


def test_a_name_that_is_nothing(cli: Cli) -> None:
    checked = cli("check", "nowhere.loom.json")
    assert checked.status == 2
    assert "There is no file nowhere.loom.json and no template of that name" in checked.err


def test_the_command_itself_loads_no_framework(cli: Cli) -> None:
    code = (
        "import sys; from builder.cli import main; status = main(['check', sys.argv[1]]);"
        "print(status, sorted({'keras', 'tensorflow', 'streamlit'} & set(sys.modules)))"
    )
    document = str(DOCUMENTS / "lenet5.loom.json")
    done = subprocess.run([sys.executable, "-c", code, document], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_help_loads_next_to_nothing() -> None:
    code = "import sys; from builder.cli import main\ntry: main(['--help'])\nfinally: print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
    for verb in ("serve", "check", "train", "runs", "export", "datasets", "doctor", "worker"):
        assert verb in done.stdout
