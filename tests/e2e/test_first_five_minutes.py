"""What somebody does who has never seen Exemplar: upload a call, wait, search, play, read along."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.places import SAMPLES
from tests.running import Running


def test_upload_wait_search_play(page: Page, running: Running, truth: dict[str, dict]) -> None:
    assert "token" not in page.url, "the address is clean after signing in"
    call = truth["too_expensive"]
    page.get_by_role("link", name="Upload", exact=True).click()
    name = "fresh-" + call["file"].rpartition("/")[2]  # no other call's link on the page of what is being done
    fresh = (SAMPLES / call["file"]).read_bytes() + b"\0"  # another test may have taken the sample itself in before
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "audio/wav", "buffer": fresh})
    page.get_by_label("Rep").fill("Anna")
    page.get_by_label("Customer").fill("Delaney Heating")
    page.get_by_role("button", name="Upload").click()

    page.wait_for_url("**/status*")
    done = page.get_by_role("link", name=re.compile(re.escape(name[:20])))
    expect(done.first).to_be_visible(timeout=120_000)

    page.get_by_role("link", name="Search", exact=True).click()
    box = page.get_by_role("searchbox")
    box.fill('"too expensive"')
    box.press("Enter")
    result = page.locator("ol.results > li").filter(has_text="Delaney Heating").first
    expect(result).to_contain_text("too expensive", timeout=20_000)
    expect(result.locator("mark").first).to_be_visible()
    for chip in ("acknowledged", "explored", "answered", "checked"):
        expect(result).to_contain_text(chip)

    play = result.locator(".play")
    shown = play.locator(".time")
    length = shown.inner_text()
    play.click()
    expect(shown).not_to_have_text(length, timeout=10_000)
    first = shown.inner_text()
    expect(shown).not_to_have_text(first, timeout=5_000)
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    stopped = shown.inner_text()
    page.wait_for_timeout(1_500)
    assert shown.inner_text() == stopped, "space stops it"


def test_the_call_page_follows_the_sound(page: Page, running: Running, truth: dict[str, dict]) -> None:
    key = running.drop(SAMPLES / truth["quick_discount"]["file"])
    running.searchable(key)
    page.goto(f"{running.address}/calls/{key}#t=40")
    page.wait_for_function("() => document.querySelector('audio').readyState >= 1")
    page.wait_for_function("() => Math.abs(document.querySelector('audio').currentTime - 40) < 1.5")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 41.5", timeout=20_000)
    expect(page.locator(".turn.now, .turn[aria-current]").first).to_be_visible()
    page.locator("#turn-2 .at").click()
    page.wait_for_function("() => document.querySelector('audio').currentTime < 30")
    for step in ("greeting", "next step", "closing"):
        expect(page.locator("body")).to_contain_text(step)
