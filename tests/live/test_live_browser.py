"""The live view in Chromium, following runs whose events are written while it looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from watched_run import Harness, Writer

from builder.errors import Problem
from builder.events import (
    DataProgress,
    Execution,
    ExecutionChosen,
    Finished,
    Noticed,
    SettingChanged,
    StateChanged,
    Steps,
    Way,
)
from builder.rundir import Control, State

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


class Live:
    """The parts of the page that tests look at."""

    def __init__(self, page: Page, harness: Harness, writer: Writer):
        self.page = page
        self.url = f"{harness.url}/?run={writer.run.id}"
        self.badge = page.locator(".badge")
        self.head = page.locator(".head")
        self.loss = page.locator(".chart", has_text="Loss").first
        self.matrix = page.locator(".confusion")
        self.root = page.locator(".run")

    def open(self) -> None:
        self.page.goto(self.url)
        expect(self.badge).to_be_visible()

    def value(self, chart: str, line: str) -> Locator:
        """The legend's value of a line, as `training, step`."""
        card = self.page.locator(".chart", has=self.page.get_by_role("heading", name=chart, exact=True))
        return card.locator(".key", has_text=re.compile(f"^{line} ")).locator(".value")

    def fact(self, name: str) -> Locator:
        return self.head.locator(".facts > div", has=self.page.locator("dt", has_text=re.compile(f"^{name}$"))).locator(
            "dd"
        )

    def picture(self, where: str = ".chart canvas") -> str:
        return self.page.locator(where).first.evaluate("canvas => canvas.toDataURL()")

    def mark(self) -> None:
        """Leave a mark on the element, by which it is known again."""
        self.root.evaluate("element => { element.marked = true }")

    def expect_marked(self) -> None:
        assert self.root.evaluate("element => element.marked === true"), "the view was made anew"

    def expect_counts(self, runs: int, ends: int) -> None:
        expect(self.page.get_by_text(f"script runs: {runs}, ends: {ends}")).to_be_visible()


@pytest.fixture
def live(page: Page, harness: Harness, writer: Writer) -> Live:
    return Live(page, harness, writer)


def test_curves_grow_without_a_script_run(live: Live, writer: Writer) -> None:
    live.open()
    expect(live.badge).to_have_text("Queued")
    expect(live.head).to_contain_text("Waiting for a free slot.")
    writer.begin()
    expect(live.badge).to_have_text("Running")
    pictures = []
    for epoch, loss in ((1, "1.500"), (2, "0.7500"), (3, "0.5000")):
        writer.epoch(epoch, 0.5 + epoch / 10)
        expect(live.value("Loss", "validation")).to_have_text(loss)
        expect(live.value("Accuracy", "training")).to_have_text(f"{50 + epoch * 10:.1f} %")
        pictures.append(live.picture())
    assert len(set(pictures)) == 3
    expect(live.head.locator(".where")).to_have_text("Epoch 3 of 5")
    expect(live.fact("Time left")).to_have_text("42 s")
    expect(live.fact("Speed")).to_have_text("1,230 samples/s")
    expect(live.fact("Learning rate")).to_have_text("0.001")
    expect(live.fact("Validation accuracy")).to_have_text("79.0 %")
    expect(live.head.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "60")
    live.expect_counts(runs=1, ends=0)


def test_coming_back_shows_the_whole_run(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    for epoch in (1, 2, 3, 4):
        writer.epoch(epoch, 0.6, best=epoch < 3)
    live.page.get_by_text("Epochs (4)").click()
    rows = live.page.locator(".table tbody tr")
    expect(rows).to_have_count(4)
    before = rows.all_inner_texts()
    live.page.reload()
    expect(live.fact("Best epoch")).to_have_text("2")
    live.page.get_by_text("Epochs (4)").click()
    expect(rows).to_have_count(4)
    assert rows.all_inner_texts() == before
    expect(rows.filter(has_text="best")).to_have_count(1)
    expect(rows.filter(has_text="best").locator("th")).to_contain_text("2")
    expect(live.page.get_by_role("table", name="Metrics by epoch")).to_be_visible()
    expect(live.value("Loss", "training, step")).not_to_be_empty()


def test_the_confusion_matrix_changes_with_every_epoch(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    expect(live.matrix).to_be_hidden()
    pictures = []
    for epoch in (1, 2, 3):
        writer.epoch(epoch, 0.6)
        wrong = 10 - epoch
        expect(live.matrix.locator(".when")).to_have_text(f"epoch {epoch}")
        expect(live.matrix.locator(".readout")).to_have_text(
            f"Most frequent mistake: true ant, predicted bee: {wrong} of 30 ({wrong / 30:.1%})".replace("%", " %")
        )
        pictures.append(live.picture(".matrix canvas"))
    assert len(set(pictures)) == 3


def test_earlier_epochs_can_be_looked_at_and_the_newest_followed_again(live: Live, writer: Writer) -> None:
    writer.begin()
    for epoch in (1, 2, 3):
        writer.epoch(epoch, 0.6)
    live.open()
    when, newest = live.matrix.locator(".when"), live.matrix.get_by_role("button", name="Newest")
    expect(when).to_have_text("epoch 3")
    live.matrix.get_by_role("button", name="Earlier epoch").click()
    expect(when).to_have_text("epoch 2")
    expect(newest).to_have_attribute("aria-pressed", "false")
    writer.epoch(4, 0.7)
    expect(live.matrix.get_by_role("slider", name="Epoch")).to_have_attribute("max", "3")
    expect(when).to_have_text("epoch 2")
    newest.click()
    expect(when).to_have_text("epoch 4")
    writer.epoch(5, 0.7)
    expect(when).to_have_text("epoch 5")


def test_cells_are_read_with_the_pointer_and_the_keys(live: Live, writer: Writer) -> None:
    writer.begin()
    writer.epoch(1, 0.6)
    live.open()
    canvas, readout = live.matrix.locator("canvas"), live.matrix.locator(".readout")
    canvas.focus()
    for key in ("ArrowRight", "ArrowRight"):
        canvas.press(key)
    expect(readout).to_have_text("true ant, predicted bee: 9 of 30 (30.0 %)")
    canvas.press("ArrowDown")
    expect(readout).to_have_text("true bee, predicted bee: 30 of 30 (100 %)")
    box = canvas.bounding_box()
    assert box
    live.page.mouse.move(box["x"] + 60, box["y"] + 60)
    expect(readout).to_have_text("true ant, predicted ant: 21 of 30 (70.0 %)")
    live.page.mouse.move(box["x"] + 60, box["y"] + box["height"] + 60)
    expect(readout).to_have_text(re.compile("^Most frequent mistake"))


def test_stop_is_asked_of_the_engine_and_the_end_is_told_once(live: Live, writer: Writer) -> None:
    writer.begin()
    writer.epoch(1, 0.6)
    live.open()
    stop = live.head.get_by_role("button", name=re.compile("^Stop"))
    with live.page.expect_response("**/stop") as answer:
        stop.click()
    assert answer.value.status == 202
    assert writer.run.requests.asked(Control.STOP)
    expect(stop).to_have_text("Stopping…")
    expect(stop).to_be_disabled()
    live.expect_counts(runs=1, ends=0)
    writer.end(State.STOPPED)
    expect(live.badge).to_have_text("Stopped")
    expect(live.head.locator(".phase")).to_have_text("Stopped before the end. The saved model is that of epoch 1.")
    expect(stop).to_be_hidden()
    live.expect_counts(runs=2, ends=1)


def test_a_run_is_paused_and_goes_on(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    with live.page.expect_response("**/pause") as answer:
        live.head.get_by_role("button", name="Pause").click()
    assert answer.value.status == 202
    assert writer.run.requests.asked(Control.PAUSE)
    writer.run.update(state=State.PAUSED)
    expect(live.badge).to_have_text("Paused")
    with live.page.expect_response("**/resume"):
        live.head.get_by_role("button", name="Resume").click()
    writer.run.update(state=State.RUNNING, attempt=2)
    expect(live.badge).to_have_text("Running")
    expect(live.head.get_by_role("button", name="Pause")).to_be_enabled()
    live.expect_counts(runs=1, ends=0)


def test_what_the_server_refuses_is_said(live: Live, writer: Writer, page: Page) -> None:
    writer.begin()
    live.open()
    page.route(
        "**/stop",
        lambda route: route.fulfill(
            status=409,
            json={
                "problem": {
                    "code": "state",
                    "message": "The run has ended already.",
                    "severity": "error",
                    "hint": None,
                }
            },
        ),
    )
    live.head.get_by_role("button", name="Stop").click()
    expect(live.head.get_by_role("alert")).to_have_text("The run has ended already.")
    expect(live.head.get_by_role("button", name="Stop")).to_be_enabled()


def test_a_setting_is_changed_and_the_change_is_shown(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    rate = live.head.get_by_role("textbox", name="Learning rate")
    expect(rate).to_have_value("0.001")
    rate.fill("0.0005")
    with live.page.expect_response("**/change") as answer:
        rate.press("Enter")
    assert answer.value.status == 202
    assert writer.run.requests.settings() == [("learning_rate", 0.0005)]
    writer.tell(SettingChanged(setting="learning_rate", value=0.0005, epoch=1, step=4))
    expect(live.head.get_by_role("listitem")).to_have_text("Learning rate 0.0005 from step 4 on, in epoch 1")


def test_a_button_that_is_refused_says_why_and_is_in_reach_of_the_keyboard(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    step = live.head.get_by_role("button", name="One batch")
    expect(step).to_be_disabled()
    reason = "The run is running; only a paused run goes on step by step."
    expect(step).to_have_attribute("title", reason)
    step.focus()
    expect(step).to_be_focused()
    live.page.keyboard.press("Enter")
    expect(live.head.get_by_role("note")).to_have_text(reason)


def test_a_resumed_run_shows_the_later_attempt(live: Live, writer: Writer) -> None:
    writer.begin()
    for epoch in (1, 2, 3):
        writer.epoch(epoch, 0.6)
    live.open()
    expect(live.value("Accuracy", "training")).to_have_text("60.0 %")
    writer.tell(StateChanged(state="running", attempt=2))
    writer.epoch(2, 0.9)
    expect(live.value("Accuracy", "training")).to_have_text("90.0 %")
    live.page.get_by_text("Epochs (2)").click()
    expect(live.page.locator(".table tbody tr")).to_have_count(2)
    expect(live.matrix.locator(".when")).to_have_text("epoch 2")


def test_the_view_survives_a_restart_of_the_server(live: Live, writer: Writer, harness: Harness) -> None:
    writer.begin()
    writer.epoch(1, 0.6)
    live.open()
    expect(live.value("Accuracy", "training")).to_have_text("60.0 %")
    live.mark()
    harness.stop()
    expect(live.head.get_by_text("Reconnecting to the server…")).to_be_visible()
    writer.epoch(2, 0.7)
    harness.start()
    expect(live.value("Accuracy", "training")).to_have_text("70.0 %")
    expect(live.head.get_by_text("Reconnecting to the server…")).to_be_hidden()
    writer.epoch(3, 0.8)
    expect(live.value("Accuracy", "training")).to_have_text("80.0 %")
    live.page.get_by_text("Epochs (3)").click()
    expect(live.page.locator(".table tbody tr")).to_have_count(3)
    live.expect_marked()


def test_a_hidden_tab_gives_its_connection_back_and_catches_up(live: Live, writer: Writer, page: Page) -> None:
    def hide(yes: bool) -> None:
        page.evaluate(
            """hidden => {
                Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            yes,
        )

    page.clock.install()
    writer.begin()
    writer.epoch(1, 0.6)
    live.open()
    expect(live.value("Accuracy", "training")).to_have_text("60.0 %")
    hide(True)
    page.clock.fast_forward(60_000)
    writer.epoch(2, 0.7)
    with page.expect_request("**/events?after=*") as request:
        hide(False)
    assert "after=0" not in request.value.url
    expect(live.value("Accuracy", "training")).to_have_text("70.0 %")


def test_another_theme_repaints_the_same_view(live: Live, writer: Writer) -> None:
    writer.begin()
    writer.epoch(1, 0.6)
    live.open()
    expect(live.value("Accuracy", "training")).to_have_text("60.0 %")
    live.mark()
    light, light_matrix = live.picture(), live.picture(".matrix canvas")
    live.page.emulate_media(color_scheme="dark")
    expect(live.root).not_to_have_css("color", "rgb(29, 36, 51)")
    expect(live.root).to_have_attribute("style", re.compile("--validation: #ff9d4d", re.I))
    assert live.picture() != light
    assert live.picture(".matrix canvas") != light_matrix
    live.expect_marked()


def test_a_failed_run_says_why_and_what_to_do(live: Live, writer: Writer) -> None:
    problem = Problem(
        code="not-a-number",
        message="The loss became nan in epoch 2, step 14.",
        hint="Lower the learning rate or scale the inputs.",
    )
    writer.begin()
    writer.epoch(1, 0.6)
    live.open()
    writer.tell(Noticed(problem=problem))
    writer.end(State.FAILED, problem=problem)
    expect(live.badge).to_have_text("Failed")
    expect(live.head.get_by_role("alert")).to_have_text(problem.sentence())
    live.expect_counts(runs=2, ends=1)


def test_a_warning_is_shown_and_the_run_goes_on(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    warning = Problem(code="disk", severity="warning", message="A checkpoint could not be written: disk full.")
    writer.tell(Noticed(problem=warning))
    expect(live.head.get_by_role("note")).to_have_text(warning.message)
    expect(live.head.get_by_role("alert")).to_have_count(0)


def test_a_download_shows_how_far_it_is(live: Live, writer: Writer) -> None:
    writer.run.update(state=State.STARTING)
    live.open()
    writer.tell(DataProgress(phase="downloading", message="Downloading MNIST", done=4_200_000, total=11_500_000))
    expect(live.head.locator(".phase")).to_have_text("Downloading MNIST: 4.2 of 11.5 MB")
    expect(live.head.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "36.5")
    writer.begin()
    expect(live.head.locator(".phase")).to_have_text(
        "The network stands, with 330 parameters; its first step is being compiled."
    )
    writer.tell(DataProgress(phase="ready", message="MNIST: 60,000 samples to train"))
    writer.steps(1, 3)
    expect(live.head.locator(".phase")).to_have_text("MNIST: 60,000 samples to train")


def test_a_run_that_compiles_on_the_way_says_so(live: Live, writer: Writer) -> None:
    writer.begin()
    writer.steps(1, 3)
    live.open()
    expect(live.head.locator(".where")).to_have_text("Epoch 1 of 5")
    reason = "The network is small."
    writer.tell(ExecutionChosen(execution=Execution(step=3, way=Way.XLA_LOOP, reason=reason)))
    expect(live.head.locator(".phase")).to_have_text(f"Compiling the training steps. {reason}")
    writer.steps(1, 6)
    expect(live.head.locator(".phase")).to_have_text("")


def test_a_finished_run_shows_its_results_and_tells_no_end(live: Live, writer: Writer) -> None:
    writer.begin()
    for epoch in (1, 2):
        writer.epoch(epoch, 0.9)
    finished = Finished(
        epochs=2,
        seconds=12.3,
        best_epoch=2,
        monitor="val_loss",
        metrics={"loss": 0.5, "val_loss": 0.75, "accuracy": 0.9, "val_accuracy": 0.89},
        test_metrics={"loss": 0.2, "accuracy": 0.8765},
    )
    writer.tell(finished)
    writer.end(State.FINISHED)
    live.open()
    expect(live.badge).to_have_text("Finished")
    expect(live.head.locator(".phase")).to_have_text(
        "Trained 2 epochs in 12 s. The saved model is that of epoch 2, the best by validation loss."
    )
    expect(live.fact("Test accuracy")).to_have_text("87.6 %")
    expect(live.fact("Validation loss")).to_have_text("0.7500")
    expect(live.head.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    live.expect_counts(runs=1, ends=0)


def test_losses_that_are_not_finite_and_a_log_scale_do_no_harm(live: Live, writer: Writer) -> None:
    writer.begin()
    live.open()
    writer.tell(Steps(epoch=1, steps=(1, 2, 3, 4), losses=(0.0, None, -1.0, 2.0)))
    expect(live.value("Loss", "training, step")).to_have_text("2.000")
    linear = live.picture()
    scale = live.page.get_by_role("button", name="Log scale")
    scale.click()
    expect(scale).to_have_attribute("aria-pressed", "true")
    assert live.picture() != linear
    live.page.get_by_role("slider", name="Smoothing").press("ArrowRight")
    expect(live.value("Loss", "training, smoothed")).to_be_visible()
    writer.steps(1, 8)
    expect(live.value("Loss", "training, step")).to_have_text("0.1250")


def test_an_unknown_run_is_a_sentence(page: Page, harness: Harness) -> None:
    page.goto(f"{harness.url}/?run=nix")
    expect(page.locator(".missing")).to_have_text('There is no run "nix". List them: layerloom runs list.')
