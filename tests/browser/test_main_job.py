"""The main job in a real browser, from the first page to the trained model."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
from app_server import Server
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.rundir import RunDirectory
from builder.store import Projects, connect

pytestmark = pytest.mark.browser


def ready(page: Page) -> None:
    """Wait until the network on the page is analysed and right."""
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=20_000)


def open_new(page: Page, server: Server, template: str) -> str:
    """Open a new project made of a template, and return its id."""
    mine = Projects(connect(server.home / "layerloom.db"))
    project = mine.create(from_value(templates[template].document))
    page.goto(f"{server.url}/?project={project.id}")
    ready(page)
    expect(nodes(page)).to_have_count(len(project.document.model.nodes))
    return project.id


def nodes(page: Page) -> Locator:
    return page.locator(".react-flow__node")


def node(page: Page, node_id: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{node_id}"]')


def kept(server: Server, project_id: str) -> Document:
    """The project's document as the server has kept it."""
    return Projects(connect(server.home / "layerloom.db")).get(project_id).document


def train_long(page: Page, server: Server) -> None:
    """Start a run that only ends when it is stopped."""
    open_new(page, server, "spiral_mlp")
    page.get_by_text("Training", exact=True).click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("100000")
    epochs.press("Enter")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("100000")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**/train?**run=**")
    expect(page.get_by_text("Running").first).to_be_visible(timeout=30_000)


def test_the_first_page_holds_a_working_network(page: Page, server: Server) -> None:
    page.goto(server.url)
    ready(page)
    expect(page.get_by_text("Digits CNN").first).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    assert "project=" in page.url


def test_from_the_first_page_to_the_trained_model(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(server.url)
    ready(page)
    page.get_by_role("button", name="New", exact=True).click()
    card = page.get_by_role("dialog").get_by_test_id("stVerticalBlock").filter(has_text=re.compile("^Iris MLP"))
    card.last.get_by_role("button", name="Open").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Iris MLP").first).to_be_visible()
    ready(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**/train?**run=**")
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Confusion matrix")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Confusion matrix")).to_be_visible()

    page.get_by_role("link", name="Runs").click()
    page.locator(".st-key-runs-take").get_by_role("button", name="Take away").click()  # The Train page has one too.
    with page.expect_download() as model:
        page.get_by_role("link", name="Model (.keras)").click()
    model.value.save_as(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert {"config.json", "model.weights.h5"} <= set(archive.namelist())
    with page.expect_download() as script:
        page.get_by_role("link", name="Python script").click()
    script.value.save_as(tmp_path / "script.py")
    text = (tmp_path / "script.py").read_text()
    compile(text, "script.py", "exec")
    assert "keras" in text
    assert "iris" in text


def test_an_edit_shows_shapes_and_errors_and_can_be_undone(page: Page, server: Server) -> None:
    open_new(page, server, "digits_cnn")
    pool = node(page, "pool1")
    pool.click()
    size = page.get_by_role("textbox", name="Pool size")
    size.fill("40")
    size.press("Enter")
    wrong = page.get_by_text("would be", exact=False).first
    expect(wrong).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    pool.click()
    page.keyboard.press("Control+z")
    ready(page)
    page.keyboard.press("Control+y")
    expect(wrong).to_be_visible()
    page.keyboard.press("Control+z")
    ready(page)


def test_a_choice_that_does_not_fit_is_mended_by_one_click(page: Page, server: Server) -> None:
    open_new(page, server, "digits_cnn")
    last = nodes(page).last
    last.click()
    units = page.get_by_role("spinbutton", name="Units")
    units.fill("7")
    units.press("Enter")
    fix = page.get_by_role("button", name=re.compile("units to 10")).first
    expect(fix).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    fix.click()
    expect(page.get_by_text("Ready to train")).to_be_visible()


def test_a_layer_is_added_from_the_palette_and_deleted(page: Page, server: Server) -> None:
    open_new(page, server, "iris_mlp")
    before = nodes(page).count()
    nodes(page).nth(1).click()
    page.get_by_placeholder("Find a layer").fill("gaussian noise")
    page.get_by_role("button", name=re.compile("GaussianNoise")).first.click()
    expect(nodes(page)).to_have_count(before + 1)
    expect(page.get_by_role("spinbutton", name="Stddev")).to_be_visible()
    expect(page.get_by_text("Ready to train")).to_be_visible()
    node(page, "gaussian_noise").click()
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(before)
    expect(page.get_by_text("Ready to train")).to_be_visible()


def test_what_the_last_page_has_asked_for_does_not_empty_the_next(page: Page, server: Server) -> None:
    """Design looks for other tabs every few seconds: here that comes right after the click on Train."""
    looks: list[bytes] = []
    clicked = threading.Event()

    def pass_on(route: WebSocketRoute) -> None:
        streamlit = route.connect_to_server()

        def ask(message: str | bytes) -> None:
            assert isinstance(message, bytes)
            asked = BackMsg.FromString(message).rerun_script
            if asked.is_auto_rerun:
                looks.append(message)
            if any(widget.id.endswith("-train") and widget.trigger_value for widget in asked.widget_states.widgets):
                clicked.set()
            streamlit.send(message)

        def answer(message: str | bytes) -> None:
            assert isinstance(message, bytes)
            if clicked.is_set():
                streamlit.send(looks[-1])
                # Beyond the change of the page a browser asks for it no more: the next page has another question.
                said = ForwardMsg.FromString(message)
                ends = (ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_SUCCESSFULLY)
                if said.WhichOneof("type") == "script_finished" and said.script_finished in ends:
                    clicked.clear()
            route.send(message)

        route.on_message(ask)
        streamlit.on_message(answer)

    page.route_web_socket("**/_stcore/stream", pass_on)
    open_new(page, server, "spiral_mlp")
    deadline = time.monotonic() + 30
    while not looks:
        assert time.monotonic() < deadline, "Design does not look for other tabs"
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**/train?**run=**")
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=60_000)


def test_stop_works(page: Page, server: Server) -> None:
    train_long(page, server)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped").first).to_be_visible(timeout=20_000)


def test_a_killed_worker_is_named_and_its_run_goes_on(page: Page, server: Server) -> None:
    train_long(page, server)
    expect(page.get_by_text("Validation loss").first).to_be_visible(timeout=30_000)
    run = RunDirectory.all(server.home / "runs")[0]
    deadline = time.monotonic() + 20
    while not any(run.checkpoints.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    pid = run.record().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    expect(page.get_by_text("signal 9").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("It goes on by itself from its last checkpoint").first).to_be_visible()
    deadline = time.monotonic() + 30
    while run.record().pid in (None, pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    expect(page.get_by_text("Running").first).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped").first).to_be_visible(timeout=20_000)


def test_quick_edits_are_all_kept(page: Page, server: Server) -> None:
    """Copies made faster than answers come, with the inspector's edits between them, and a reload right after."""
    project = open_new(page, server, "digits_cnn")
    before = nodes(page).count()
    node(page, "drop").click()
    page.get_by_text("Training", exact=True).click()
    for number in range(6):
        nodes(page).first.focus()
        for _ in range(5):
            page.keyboard.press("Control+d")
        epochs = page.get_by_role("spinbutton", name="Epochs")
        epochs.fill(str(20 + number))
        epochs.press("Enter")
    expect(nodes(page)).to_have_count(before + 30)
    deadline = time.monotonic() + 15
    while kept(server, project).training.epochs != 25:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.reload()
    expect(nodes(page)).to_have_count(before + 30, timeout=20_000)
    document = kept(server, project)
    assert (len(document.model.nodes), document.training.epochs) == (before + 30, 25)


def test_a_damaged_file_is_refused_with_a_sentence(page: Page, server: Server, tmp_path: Path) -> None:
    open_new(page, server, "digits_cnn")
    damaged = tmp_path / "damaged.loom.json"
    damaged.write_text('{"format": 1, "model": {"nodes": [')
    page.get_by_test_id("stPopoverButton").first.click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(damaged)
    expect(page.get_by_text("is not valid JSON", exact=False)).to_be_visible()
    expect(page.get_by_text("Ready to train")).to_be_visible()
    whole = tmp_path / "mine.loom.json"
    whole.write_text(
        json.dumps(
            {
                "format": 1,
                "name": "From a file",
                "model": {
                    "nodes": [{"id": "table", "kind": "Input"}, {"id": "out", "kind": "Dense", "params": {"units": 3}}],
                    "edges": [{"source": "table", "target": "out"}],
                },
                "data": {"dataset": "iris"},
            }
        )
    )
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(whole)
    expect(page.get_by_text("From a file").first).to_be_visible()


def test_nothing_is_asked_from_outside(page: Page, server: Server) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_new(page, server, "digits_cnn")
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("link", name="Train").click()
    page.wait_for_load_state("networkidle")
    assert [
        url for url in asked if not url.startswith((server.url, "data:", "blob:", server.url.replace("http", "ws")))
    ] == []


def test_health_and_catalogue_answer(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
    with urllib.request.urlopen(f"{server.url}/api/catalog") as answer:
        assert len(json.load(answer)["layers"]) > 50
