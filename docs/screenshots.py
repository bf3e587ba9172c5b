"""Takes the pictures of the README and docs/loop.md: `.venv/bin/python -m docs.screenshots LINK`.

LINK is the one that a fresh `make run` prints. Sets up a small team there and walks once through the loop.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import QUIET, find_chromium

HERE = Path(__file__).parent / "images"
DESK = {"width": 1280, "height": 760}
PHONE = {"width": 390, "height": 780}
TEAM = """name,e-mail,role,team,aliases
Dana Hill,dana@example.com,manager,North,
Anna Berg,anna@example.com,rep,North,Anna; AnnaB
Priya Nair,priya@example.com,rep,North,Priya
"""


def shoot(page: Page, name: str) -> None:
    """One picture, once everything stands still."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    page.screenshot(path=HERE / f"{name}.png")


def team(page: Page) -> None:
    """Three people by CSV."""
    page.goto("/people/import")
    page.locator("textarea").fill(TEAM)
    page.get_by_role("button", name=re.compile("look|preview|see", re.IGNORECASE)).first.click()
    page.get_by_role("button", name=re.compile("take|import|add", re.IGNORECASE)).first.click()


def note(page: Page) -> None:
    """A note from a weak moment, in one key."""
    page.goto("/search?tag=objection.price&rep=Priya")
    page.locator("#q").press("ArrowDown")
    page.keyboard.press("n")
    page.get_by_role("heading", name="Note for Priya Nair").wait_for()
    shoot(page, "note")
    page.get_by_label("What went well").press("Control+Enter")
    page.get_by_text("Sent.").first.wait_for()


def lesson(page: Page) -> tuple[str, str]:
    """A strong moment kept, made into a lesson with a quiz, and given; the addresses of lesson and quiz."""
    page.goto("/search?tag=objection.price&rep=AnnaB&sort=best")
    page.locator("#q").press("ArrowDown")
    clip = page.locator("li.clip").first.get_attribute("data-id")
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_label("Collection", exact=True).fill("When the price comes up")
    page.keyboard.press("Enter")
    page.locator(".toast").wait_for()
    page.goto("/coaching")
    page.get_by_role("button", name=re.compile("agree|said yes|yes", re.IGNORECASE)).first.click()
    page.goto(f"/quizzes/ask?clip={clip}")
    page.get_by_label("A new quiz, called").fill("The price comes up")
    page.get_by_role("button", name="See what can be asked").click()
    for box in page.locator('input[name="pick"]').all()[:3]:
        box.check()
    page.get_by_role("button", name="Put them in").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Version 1 is out.").first.wait_for()
    quiz = urlsplit(page.url).path
    page.goto("/library")
    page.get_by_role("link", name="When the price comes up").click()
    page.get_by_role("button", name="Make a lesson").click()
    page.get_by_label("Quiz at its end").select_option(quiz.rpartition("/")[2])
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Version 1 is out.").first.wait_for()
    page.locator("#assign > summary").click()
    page.get_by_label("Priya Nair").check()
    shoot(page, "lesson")
    page.get_by_role("button", name="Give it to them").click()
    return urlsplit(page.url).path, quiz


def link(page: Page) -> str:
    """The newest assignment's link, copied by hand."""
    page.goto("/assignments")
    page.locator("main a[href^='/assignments/']:not([href$='new'])").first.click()
    page.get_by_role("button", name="Copy link").click()
    return page.locator("input[readonly]").first.input_value()


def quiz(browser: Browser, address: str) -> None:
    """The lesson and its quiz on a phone."""
    page = browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.goto(address)
    page.get_by_role("button", name="Start").click()
    while "/lesson" in page.url:
        page.locator(".lesson-bar .main").click()
    shoot(page, "quiz-phone")
    while page.locator(".options, #words").count():
        if page.locator(".options:not(.order) li").count():
            page.locator(".options li label").first.click()
        page.locator(".lesson-bar .main").click()
        page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Hand it in").click()
    shoot(page, "result-phone")
    page.close()


def main(given: str) -> None:
    """All pictures."""
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(QUIET))
        base = "{0.scheme}://{0.netloc}".format(urlsplit(given))
        page = browser.new_context(viewport=DESK, base_url=base).new_page()
        page.goto(given)
        page.get_by_role("searchbox").fill("too expensive")
        page.locator("mark").first.wait_for()
        shoot(page, "search")
        page.goto("/")
        shoot(page, "today")
        team(page)
        note(page)
        made, asked = lesson(page)
        quiz(browser, link(page))
        page.goto(made)
        page.goto(f"{asked}/results")
        shoot(page, "results")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
