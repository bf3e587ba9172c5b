"""Headless Chromium for tests: found by EXEMPLAR_CHROMIUM or on PATH; root installs it where apt-get can.

Else the tests that need it are skipped with the command that helps, and fail in CI.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
# No person presses anything before a page's scripts have run, and Playwright presses nothing that can't be pressed.
UNTOUCHED_UNTIL_LOADED = """
    const untouched = new CSSStyleSheet();
    untouched.replaceSync("* { pointer-events: none !important }");
    document.adoptedStyleSheets = [untouched];
    addEventListener("load", () => { document.adoptedStyleSheets = [] });
"""


def find_chromium() -> str | None:
    """The browser's program, or None."""
    named = os.environ.get("EXEMPLAR_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def install_chromium() -> None:
    """Fetch Debian's Chromium, quietly, where this user may. Whether it worked shows in what is found afterwards."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], env=quiet, check=False, timeout=600, capture_output=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; open a context for each test."""
    if find_chromium() is None:
        install_chromium()
    program = find_chromium()
    if program is None:
        told = "no Chromium found: run `apt-get install -y chromium` as root, or set EXEMPLAR_CHROMIUM to one"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        make = browser.new_context

        def new_context(**how: Any) -> BrowserContext:
            context = make(**how)
            if how.get("java_script_enabled", True):
                context.add_init_script(UNTOUCHED_UNTIL_LOADED)
            return context

        browser.new_context = new_context  # type: ignore[method-assign]
        yield browser
        browser.close()
