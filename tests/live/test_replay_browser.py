"""Panels of the live view in Chromium: one moment for all of them, one part of the run, and what layers tell."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, expect
from watched_run import Harness, Writer

from builder.errors import Fix
from builder.events import (
    Boundary,
    Examples,
    Histogram,
    Histograms,
    Layers,
    Order,
    Points,
    Samples,
    SystemUse,
    Verdict,
)
from builder.rundir import State

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


def tell_everything(writer: Writer, epoch: int) -> None:
    """What a worker tells of layers, the plane and samples after an epoch; one more sample is right each time."""
    share = epoch / 10
    writer.tell(
        Layers(
            epoch=epoch,
            step=epoch * 10,
            names=("image", "out"),
            weights=(None, 1.0 + share),
            gradients=(None, 1.0 / epoch),
            updates=(None, share / 100),
            dead=(None, share),
        ),
        Histograms(
            epoch=epoch,
            items=(
                Histogram(name="out", what="weights", low=-share, high=share, counts=(1, 5, 1)),
                Histogram(name="out", what="activations", low=0, high=share, counts=(9, 0, 1)),
            ),
        ),
        Boundary(
            epoch=epoch,
            output="out",
            low=(-1, -1),
            high=(1, 1),
            size=2,
            classes=3,
            values=(0, 1, 2, epoch % 3),
            probabilities=(0.5, 0.9, 0.4, 1.0),
        ),
        Samples(
            epoch=epoch,
            output="out",
            indices=(4, 7, 9),
            truths=(0, 1, 2),
            predictions=tuple(truth if truth < epoch else 0 for truth in (0, 1, 2)),
            probabilities=((0.8, 0.1, 0.1), (0.3, 0.6, 0.1), (0.3, 0.1, 0.6)),
        ),
        SystemUse(cpu=40.0 + epoch, memory=300_000_000),
    )


@pytest.fixture
def told(page: Page, harness: Harness, writer: Writer) -> Page:
    """The page of a finished run of three epochs that has told everything."""
    writer.begin()
    writer.tell(Points(xs=(-1.0, 1.0), ys=(0.0, 0.5), labels=(0.0, 2.0)))
    writer.tell(Examples(indices=(4, 7, 9), shape=(2, 2, 1), image=True, inputs=((0, 255, 9, 9),) * 3))
    for epoch in (1, 2, 3):
        writer.epoch(epoch, 0.5 + epoch / 10)
        tell_everything(writer, epoch)
    fix = Fix(label="Lower the learning rate to 0.0005", edits=())
    writer.tell(Verdict(tone="watch", code="plateau", message="On a plateau since epoch 2.", since=2, fix=fix))
    writer.end(State.FINISHED)
    page.goto(f"{harness.url}/?run={writer.run.id}")
    expect(page.locator(".badge")).to_have_text("Finished")
    return page


def when(page: Page) -> Locator:
    return page.locator(".transport .when")


def test_all_panels_show_the_moment_that_is_looked_at(told: Page) -> None:
    samples = told.get_by_role("region", name="Sample predictions")
    accuracy = told.locator(".chart", has_text="Accuracy").locator(".key.training .value")
    layer = told.locator(".layers tbody tr").first
    expect(when(told)).to_have_text("epoch 3")
    expect(samples).to_contain_text("3 of 3 right, epoch 3")
    expect(layer).to_contain_text("0.333")
    told.get_by_role("slider", name="Point of the run").press("ArrowLeft")
    expect(when(told)).to_have_text("epoch 2")
    expect(samples).to_contain_text("2 of 3 right, epoch 2")
    expect(accuracy).to_have_text("70.0 %")
    expect(layer).to_contain_text("0.5")
    expect(told.locator(".boundary .readout")).to_have_text("epoch 2")
    expect(told.locator(".confusion .when")).to_have_text("epoch 2")
    told.get_by_role("button", name="Earlier epoch").click()
    expect(when(told)).to_have_text("epoch 1")
    expect(samples).to_contain_text("1 of 3 right, epoch 1")
    told.get_by_role("button", name="End", exact=True).click()
    expect(samples).to_contain_text("3 of 3 right, epoch 3")


def test_a_run_plays_again_to_its_end_and_can_be_held(told: Page) -> None:
    slider, speed = told.get_by_role("slider", name="Point of the run"), told.get_by_label("Speed of the replay")
    speed.select_option("0.1")
    transport = told.locator(".transport")
    transport.get_by_role("button", name="Play the run again").click()
    expect(slider).not_to_have_value("30")
    transport.get_by_role("button", name="Hold").click()
    held = slider.input_value()
    told.wait_for_timeout(300)
    assert slider.input_value() == held
    speed.select_option("5")
    transport.get_by_role("button", name="Play the run again").click()
    expect(slider).to_have_value("30")
    expect(transport.get_by_role("button", name="Play the run again")).to_be_visible()


def test_a_zoom_holds_for_all_charts_while_the_run_goes_on(page: Page, harness: Harness, writer: Writer) -> None:
    writer.begin()
    for epoch in (1, 2, 3):
        writer.epoch(epoch, 0.6)
    page.goto(f"{harness.url}/?run={writer.run.id}")
    accuracy = page.locator(".chart", has_text="Accuracy")
    plot = page.get_by_role("img", name=re.compile("^Loss by epoch"))
    expect(accuracy.locator(".key.training .value")).to_have_text("60.0 %")
    picture = "canvas => canvas.toDataURL()"
    whole = accuracy.locator("canvas").evaluate(picture)
    box = plot.locator(".u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 40, steps=4)
    page.mouse.up()
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    zoomed = accuracy.locator("canvas").evaluate(picture)
    assert zoomed != whole
    writer.steps(4)
    expect(page.locator(".head .where")).to_have_text("Epoch 4 of 5")
    page.wait_for_timeout(200)
    assert accuracy.locator("canvas").evaluate(picture) == zoomed
    plot.locator(".u-over").dblclick(position={"x": 30, "y": 30})
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    assert accuracy.locator("canvas").evaluate(picture) != zoomed


def test_the_step_under_the_pointer_is_read_in_all_charts(told: Page) -> None:
    plot = told.get_by_role("img", name=re.compile("^Accuracy by epoch")).locator(".u-over")
    box = plot.bounding_box()
    assert box
    told.mouse.move(box["x"] + 5, box["y"] + 20)
    loss = told.locator(".chart", has=told.get_by_role("heading", name="Loss", exact=True))
    expect(loss.locator(".where")).to_have_text("epoch 1")
    expect(loss.locator(".key.validation .value")).to_have_text("1.500")
    expect(told.locator(".layers tbody tr").first).to_contain_text("10.0 %")
    told.mouse.move(5, 5)
    expect(loss.locator(".where")).to_be_empty()


def test_charts_are_read_and_zoomed_with_the_keyboard(told: Page) -> None:
    plot = told.get_by_role("img", name=re.compile("^Loss by epoch"))
    plot.focus()
    plot.press("Home")
    loss = told.locator(".chart", has=told.get_by_role("heading", name="Loss", exact=True))
    expect(loss.locator(".where")).to_have_text("epoch 1, step 1")
    plot.press("ArrowRight")
    expect(loss.locator(".where")).to_have_text("epoch 1, step 2")
    expect(loss.locator("[aria-live]")).to_contain_text("training, step 0.5000")
    whole = plot.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    plot.press("+")
    told.wait_for_timeout(200)
    assert plot.locator("canvas").evaluate("canvas => canvas.toDataURL()") != whole


def test_layers_histograms_and_the_machine_are_shown(told: Page) -> None:
    rows = told.locator(".layers tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("30.0 %")
    expect(told.get_by_role("region", name="Use of the machine")).to_contain_text("43 %")
    expect(told.get_by_role("region", name="Use of the machine")).to_contain_text("300.0 MB")
    told.get_by_role("button", name="Activations").click()
    expect(told.get_by_role("img", name="Activations of out, by epoch")).to_be_visible()


def test_what_is_not_told_has_no_panel(page: Page, harness: Harness, writer: Writer) -> None:
    writer.begin()
    writer.steps(1)
    page.goto(f"{harness.url}/?run={writer.run.id}")
    expect(page.locator(".chart").first).to_be_visible()
    for part in (".layers", ".histograms", ".network", ".boundary", ".samples", ".system", ".confusion"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator(".verdict")).to_contain_text("said here once some epochs have ended")


def test_the_verdict_links_to_the_change_it_offers(told: Page, writer: Writer) -> None:
    verdict = told.get_by_role("region", name="How the run is going")
    expect(verdict).to_have_class(re.compile("watch"))
    expect(verdict).to_contain_text("On a plateau since epoch 2.")
    link = verdict.get_by_role("link", name="Lower the learning rate to 0.0005 in Design")
    number = writer.run.events()[-2]["seq"]
    expect(link).to_have_attribute("href", re.compile(rf"/\?advice={writer.run.id}\.{number}$"))


def test_the_verdict_of_an_ended_run_trains_it_on_by_its_button(page: Page, harness: Harness, writer: Writer) -> None:
    writer.begin()
    for epoch in (1, 2, 3):
        writer.epoch(epoch, 0.5 + epoch / 10)
    fix = Fix(label="Set the epochs to 6", edits=({"op": "set", "path": "training.epochs", "value": 6},))
    order = Order(label="Train 3 more epochs", verb="extend", values={"epochs": 3})
    writer.tell(Verdict(tone="good", code="still-improving", message="Still improving.", since=1, fix=fix, order=order))
    page.goto(f"{harness.url}/?run={writer.run.id}")
    verdict = page.get_by_role("region", name="How the run is going")
    expect(verdict.get_by_role("link", name="Set the epochs to 6 in Design")).to_be_visible()
    expect(verdict.get_by_role("button")).to_be_hidden()
    writer.end(State.FINISHED)
    train = verdict.get_by_role("button", name="Train 3 more epochs")
    expect(train).to_be_visible()
    expect(verdict.get_by_role("link")).to_be_hidden()
    page.get_by_role("button", name="Earlier epoch").click()
    expect(train).to_be_hidden()
    page.get_by_role("button", name="End", exact=True).click()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.method == "POST" else None)
    with page.expect_response("**/extend"):
        train.click()
    assert [(urlsplit(one.url).path, one.post_data_json) for one in asked] == [
        (f"/api/runs/{writer.run.id}/extend", {"epochs": 3})
    ]


def test_the_network_is_drawn_in_the_colours_of_its_figures(told: Page) -> None:
    network = told.get_by_role("region", name="Network", exact=True)
    image, out = network.locator("g").first, network.locator("g").last
    fills = []
    for key in ("Gradient norm", "Update ratio", "Dead units"):
        network.get_by_role("button", name=key).click()
        expect(network.get_by_role("button", name=key)).to_have_attribute("aria-pressed", "true")
        fills.append(out.locator("rect").evaluate("rect => getComputedStyle(rect).fill"))
    assert len(set(fills)) == 3
    expect(image).to_contain_text("Input")
    expect(out).to_contain_text("30.0 %")
    told.get_by_role("slider", name="Point of the run").press("ArrowLeft")
    expect(out).to_contain_text("20.0 %")
    assert out.locator("rect").evaluate("rect => getComputedStyle(rect).fill") != fills[-1]
    out.locator("rect").hover()
    expect(network.locator(".readout")).to_have_text(
        "out (Dense): gradient norm 0.5, update ratio 0.002, weight norm 1.2, dead units 20.0 %"
    )


def test_lines_of_layers_are_there_when_all_comes_at_once(told: Page) -> None:
    """Colours are known before the style sheet has come."""
    paints = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(v => v > 0)"
    assert told.locator(".layers canvas").first.evaluate(paints)
    told.reload()
    expect(told.locator(".layers tbody tr")).to_have_count(1)
    told.wait_for_timeout(300)
    assert told.locator(".layers canvas").first.evaluate(paints)


def test_the_log_tells_what_happened_and_what_was_printed(told: Page, writer: Writer) -> None:
    log = told.locator(".log")
    writer.run.log_path.write_text("WARNING: something that a library said\n")
    log.locator("summary").click()
    lines = log.locator("li")
    expect(lines.first).to_contain_text("Running")
    expect(lines.filter(has_text="Epoch 2: loss 0.5000")).to_have_count(1)
    expect(lines.filter(has_text="On a plateau since epoch 2.")).to_have_class("watch")
    expect(lines.last).to_contain_text("Finished")
    expect(log.locator("pre")).to_contain_text("something that a library said")


def test_the_tab_says_how_the_run_stands(page: Page, harness: Harness, writer: Writer) -> None:
    writer.begin()
    writer.epoch(1, 0.5)
    writer.steps(2)
    page.goto(f"{harness.url}/?run={writer.run.id}")
    expect(page).to_have_title("40 % · Digits CNN")
    writer.end(State.FINISHED)
    expect(page).to_have_title("✓ Digits CNN")
