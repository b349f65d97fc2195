"""The browser of the tests: found wherever it is on this machine, and started without calling outside."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)

INSTALLED = {
    "darwin": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": tuple(
        f"{os.environ.get(folder, '')}/{program}"
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        for program in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
    ),
}
"""Where browsers are on systems that do not put them on the PATH."""

PLAYWRIGHTS = {
    "linux": (".cache/ms-playwright", "chromium-*/chrome-linux*/chrome"),
    "darwin": ("Library/Caches/ms-playwright", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"),
    "win32": ("AppData/Local/ms-playwright", "chromium-*/chrome-win*/chrome.exe"),
}
"""Playwright's own browsers: their folder below the home, and the program in it."""

HOW = "Set CHROMIUM to its path, install Chromium, Chrome or Edge, or run: uv run playwright install chromium"


@functools.cache
def path() -> Path | None:
    """CHROMIUM, else a browser on the PATH, Playwright's own, Chrome or Edge; None where there is none."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named) if Path(named).is_file() else None
    found = next(filter(None, map(shutil.which, COMMANDS)), None)
    if found:
        return Path(found)
    folder, pattern = PLAYWRIGHTS.get(sys.platform, PLAYWRIGHTS["linux"])
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / folder)
    candidates = (*sorted(own.glob(pattern), reverse=True), *map(Path, INSTALLED.get(sys.platform, ())))
    return next((program for program in candidates if program.is_file()), None)


def launch(playwright: Playwright) -> Browser:
    """Start it without a window."""
    found = path()
    assert found, f"No browser was found. {HOW}"
    return playwright.chromium.launch(executable_path=found, args=FLAGS)
