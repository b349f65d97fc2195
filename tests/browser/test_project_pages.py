"""Projects in a real browser: the gallery, versions, links, undo after a reload, and two tabs on one draft."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from app_server import Server
from playwright.sync_api import Browser, Locator, Page, expect

from builder.catalog.registry import templates
from builder.document import apply, from_value
from builder.store import Project, Projects, connect

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A busy machine takes its time."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def mine(server: Server) -> Projects:
    return Projects(connect(server.home / "layerloom.db"))


@pytest.fixture
def project(mine: Projects) -> Project:
    return mine.create(from_value(templates["iris_mlp"].document))


def visit(page: Page, server: Server, project: Project, **places: str) -> None:
    query = "".join(f"&{name}={place}" for name, place in places.items())
    page.goto(f"{server.url}/?project={project.id}{query}")


def ready(page: Page) -> None:
    expect(page.get_by_text("Ready to train")).to_be_visible()
    expect(nodes(page).first).to_be_visible()


def nodes(page: Page) -> Locator:
    return page.locator(".react-flow__node")


def add_noise(page: Page) -> None:
    """Add a layer behind the second one."""
    nodes(page).nth(1).click()
    page.get_by_placeholder("Find a layer").fill("gaussian noise")
    page.get_by_role("button", name=re.compile("GaussianNoise")).first.click()


def test_the_gallery_is_searched_and_opened_by_keyboard(page: Page, server: Server, project: Project) -> None:
    visit(page, server, project)
    ready(page)
    page.get_by_role("button", name="New", exact=True).click()
    dialog = page.get_by_role("dialog")
    pictures = dialog.get_by_role("img", name=re.compile("a network of"))
    expect(pictures).to_have_count(len(templates))
    find = dialog.get_by_role("textbox", name="Find")
    find.focus()
    page.keyboard.type("residual digits")
    page.keyboard.press("Enter")
    expect(pictures).to_have_count(1)
    expect(dialog.get_by_text("Residual CNN")).to_be_visible()
    dialog.get_by_test_id("stButton").get_by_role("button", name="Open").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator('.react-flow__node[data-id="stem"]')).to_be_visible()
    expect(page).not_to_have_url(re.compile(project.id))


def test_a_version_is_saved_compared_restored_and_the_restoring_undone(
    page: Page, server: Server, project: Project, mine: Projects
) -> None:
    visit(page, server, project)
    ready(page)
    page.get_by_role("button", name="Versions", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("Iris MLP")
    dialog.get_by_role("textbox", name="Note").fill("it works")
    dialog.get_by_role("button", name="Save version").click()
    expect(dialog.get_by_text("The draft is the same")).to_be_visible()
    page.keyboard.press("Escape")
    add_noise(page)
    expect(nodes(page)).to_have_count(5)
    ready(page)

    page.get_by_role("button", name="Versions", exact=True).click()
    expect(dialog.get_by_text("Since then: Added")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value(re.compile("Added gaussian_?noise"))
    dialog.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator('[data-box][data-mark="added"]')).to_have_count(1)
    expect(page.get_by_text(re.compile("^Added gaussian"))).to_be_visible()
    page.get_by_role("button", name="Restore", exact=True).click()
    ready(page)
    expect(nodes(page)).to_have_count(4)
    assert mine.get(project.id).document == project.document

    nodes(page).first.click()
    page.keyboard.press("Control+z")
    expect(nodes(page)).to_have_count(5)
    assert mine.versions.all(project.id)[0].note == "it works"


def test_a_version_is_renamed_deleted_and_brought_back(
    page: Page, server: Server, project: Project, mine: Projects
) -> None:
    mine.versions.save(project.id, "Baseline", project.document)
    visit(page, server, project)
    ready(page)
    page.get_by_role("button", name="Versions", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Rename").click()
    form = dialog.get_by_test_id("stForm").filter(has=page.get_by_role("button", name="Keep"))  # not the one that saves
    name = form.get_by_role("textbox", name="Name")
    name.fill("Trunk")
    name.press("Enter")
    expect(dialog.get_by_text("Trunk", exact=True).first).to_be_visible()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    dialog.get_by_role("button", name="Bring back Trunk").click()
    expect(dialog.get_by_role("button", name="Restore", exact=True)).to_be_visible()
    assert [info.name for info in mine.versions.all(project.id)] == ["Trunk"]


def test_undo_reaches_back_over_a_reload(page: Page, server: Server, project: Project) -> None:
    visit(page, server, project)
    ready(page)
    add_noise(page)
    expect(nodes(page)).to_have_count(5)
    ready(page)
    page.reload()
    ready(page)
    expect(nodes(page)).to_have_count(5)
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(nodes(page)).to_have_count(4)
    page.reload()
    ready(page)
    page.get_by_role("button", name=re.compile("Redo")).click()
    expect(nodes(page)).to_have_count(5)


def test_a_second_tab_is_told_and_nothing_is_lost(
    page: Page, chromium: Browser, server: Server, project: Project, mine: Projects
) -> None:
    other = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    for tab in (page, other):
        visit(tab, server, project)
        ready(tab)
    add_noise(page)
    expect(nodes(page)).to_have_count(5)
    expect(other.get_by_text("Another tab changed this project")).to_be_visible()
    expect(nodes(other)).to_have_count(5)
    add_noise(other)
    expect(nodes(other)).to_have_count(6)
    expect(nodes(page)).to_have_count(6)
    expect(page.get_by_text("Another tab changed this project")).to_be_visible()
    assert len(mine.get(project.id).document.model.nodes) == 6
    mine.delete(project.id)
    expect(page.get_by_text("deleted in another tab")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_text("deleted in another tab")).to_have_count(0)
    other.context.close()


def test_links_lead_to_versions_and_layers_and_survive_the_menu(
    page: Page, server: Server, project: Project, mine: Projects
) -> None:
    version = mine.versions.save(project.id, "Before", project.document)
    mine.save(project.id, 1, apply(project.document, {"op": "set", "path": "training.epochs", "value": 3}), {})
    layer = project.document.model.nodes[2].id
    visit(page, server, project, node=layer)
    ready(page)
    expect(page.locator(f'.react-flow__node.selected[data-id="{layer}"]')).to_be_visible()
    expect(page.get_by_role("textbox", name="Name")).to_have_value(layer)

    visit(page, server, project, version=version.id)
    expect(page.locator("[data-box]")).to_have_count(4)
    page.get_by_role("link", name="Runs").click()
    page.wait_for_url("**/runs**")
    page.get_by_role("link", name="Design").click()
    expect(page.locator("[data-box]")).to_have_count(4)
    assert f"version={version.id}" in page.url
    page.get_by_role("button", name="Back to the draft").click()
    ready(page)
    assert "version=" not in page.url
    page.go_back()
    expect(page.locator("[data-box]")).to_have_count(4)
    page.go_forward()
    ready(page)


def test_a_link_is_copied_by_keyboard(page: Page, server: Server, project: Project) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    layer = project.document.model.nodes[1].id
    visit(page, server, project, node=layer)
    ready(page)
    button = page.get_by_role("button", name="Copy link to this layer")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{server.url}/?project={project.id}&node={layer}"


def test_pictures_follow_the_page_into_the_dark(chromium: Browser, server: Server, project: Project) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page = context.new_page()
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        visit(page, server, project)
        ready(page)
        page.get_by_role("button", name="New", exact=True).click()
        shape = page.get_by_role("dialog").locator('[aria-label^="Iris MLP"] rect').first
        expect(shape).to_be_visible()
        colours.append(shape.evaluate("element => getComputedStyle(element).fill"))
    assert colours == ["rgb(82, 96, 119)", "rgb(163, 179, 203)"]
    context.close()
