"""Takes the README picture from a running Exemplar: `.venv/bin/python -m docs.screenshots LINK`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import QUIET, find_chromium

HERE = Path(__file__).parent / "images"


def main(link: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(link)
        page.get_by_role("searchbox").fill("too expensive")
        page.locator("mark").first.wait_for()
        page.wait_for_timeout(400)
        page.screenshot(path=HERE / "search.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
