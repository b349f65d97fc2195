"""Steering a run on the Train page, with a real worker behind it."""

from __future__ import annotations

import pytest
from app_server import Server
from playwright.sync_api import Page, expect

from builder.catalog.registry import templates
from builder.document import apply, from_value
from builder.rundir import RunDirectory, State
from builder.store import Projects, connect

pytestmark = pytest.mark.browser

PATIENCE = 60_000


def trained_steps(run: RunDirectory) -> int:
    return max((step for event in run.events() if event["type"] == "steps" for step in event["steps"]), default=0)


def started(page: Page, server: Server) -> RunDirectory:
    """Press Train twice on a run that only ends when it is told to, and give the run that came of it."""
    endless = {"op": "set", "path": "training.epochs", "value": 100_000}
    document = apply(from_value(templates["spiral_mlp"].document), endless)
    project = Projects(connect(server.home / "layerloom.db")).create(document)
    before = {run.id for run in RunDirectory.all(server.home / "runs")}
    page.goto(f"{server.url}/?project={project.id}")
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Train", exact=True).dblclick()
    page.wait_for_url("**/train?**run=**", timeout=PATIENCE)
    expect(page.get_by_text("Running").first).to_be_visible(timeout=PATIENCE)
    made = [run for run in RunDirectory.all(server.home / "runs") if run.id not in before]
    assert len(made) == 1
    return made[0]


def test_two_clicks_are_one_run_that_is_steered_to_its_end(page: Page, server: Server) -> None:
    run = started(page, server)
    rate = page.get_by_role("textbox", name="Learning rate")
    rate.fill("0.0005")
    page.get_by_role("button", name="Set learning rate").click()
    expect(page.get_by_text("Learning rate 0.0005 from step")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Finish epoch").click()
    expect(page.locator(".badge.stopped")).to_be_visible(timeout=PATIENCE)
    trained = run.record().epoch
    page.get_by_role("textbox", name="Epochs more").fill("3")
    page.get_by_role("button", name="Train more").click()
    expect(page.locator(".badge.finished")).to_be_visible(timeout=PATIENCE)
    record = run.record()
    assert (record.epoch, record.epochs, run.document().training.epochs) == (trained + 3, trained + 3, 100_000)


def test_the_button_of_a_verdict_trains_on(page: Page, server: Server) -> None:
    brief = {"op": "set", "path": "training.epochs", "value": 4}
    document = apply(from_value(templates["digits_cnn"].document), brief)
    project = Projects(connect(server.home / "layerloom.db")).create(document)
    page.goto(f"{server.url}/?project={project.id}")
    expect(page.get_by_text("Ready to train")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**/train?**run=**", timeout=PATIENCE)
    verdict = page.get_by_role("region", name="How the run is going")
    expect(verdict).to_contain_text("Still improving at the end", timeout=PATIENCE)
    verdict.get_by_role("button", name="Train 4 more epochs").click()
    expect(page.get_by_text("8 of 8 epochs")).to_be_visible(timeout=PATIENCE)
    run = max(RunDirectory.all(server.home / "runs"), key=lambda run: run.record().created)
    record = run.record()
    assert (record.state, record.epoch, record.epochs) == (State.FINISHED, 8, 8)
    assert project.document.training.epochs == 4


def test_a_paused_run_goes_step_by_step(page: Page, server: Server) -> None:
    run = started(page, server)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".badge.paused")).to_be_visible(timeout=PATIENCE)
    for _ in range(2):
        before = trained_steps(run)
        step = page.get_by_role("button", name="One batch")
        expect(step).to_be_enabled(timeout=PATIENCE)
        with page.expect_response("**/step") as answer:
            step.click()
        assert answer.value.status == 202
        page.wait_for_timeout(100)
        expect(page.locator(".badge.paused")).to_be_visible(timeout=PATIENCE)
        expect(step).to_be_enabled(timeout=PATIENCE)
        for _ in range(600):
            if run.record().state is State.PAUSED and trained_steps(run) > before:
                break
            page.wait_for_timeout(100)
        assert trained_steps(run) == before + 1
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".badge.stopped")).to_be_visible(timeout=PATIENCE)
