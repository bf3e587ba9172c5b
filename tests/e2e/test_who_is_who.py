"""Who said what, as a manager sees it: voices of one channel told apart, speakers swapped and swapped back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.places import SAMPLES
from tests.running import Running


def sides(truth: dict[str, Any]) -> dict[str, set[str]]:
    """The words that only one side of a sample call says."""
    said = {
        side: {word for turn in truth["turns"] if turn["speaker"] == side for word in plain(turn["text"])}
        for side in ("rep", "customer")
    }
    return {side: words - said["customer" if side == "rep" else "rep"] for side, words in said.items()}


def plain(text: str) -> set[str]:
    return {word.strip(".,?!’'").lower() for word in text.split()}


def shown(page: Page) -> dict[str, set[str]]:
    """The words that the call page gives to each side."""
    return {
        side: plain(" ".join(page.locator(f".turn.{side} .said").all_inner_texts())) for side in ("rep", "customer")
    }


def right(page: Page, truth: dict[str, Any]) -> float:
    """Of the words that one side only says and the page shows, the share under the right side."""
    there, wanted = shown(page), sides(truth)
    good = sum(len(there[side] & wanted[side]) for side in wanted)
    bad = sum(len(there[other] & wanted[side]) for side, other in (("rep", "customer"), ("customer", "rep")))
    assert good + bad > 40, "too little of the call was heard to tell"
    return good / (good + bad)


def test_the_voices_of_one_channel_are_told_apart_and_play_back(
    page: Page, running: Running, truth: dict[str, dict[str, Any]]
) -> None:
    call = truth["lawn_and_trailer"]
    assert call["channels"] == 1
    key = running.drop(SAMPLES / call["file"])
    running.searchable(key)
    page.goto(f"{running.address}/calls/{key}")
    assert right(page, call) > 0.9
    expect(page.locator("#legend .rep")).to_be_visible()
    expect(page.locator("#legend .customer")).to_be_visible()
    page.wait_for_function("() => document.querySelector('audio').readyState >= 1")
    for side in ("rep", "customer"):
        turn = page.locator(f".turn.{side}[data-start]").nth(1)
        start = float(turn.get_attribute("data-start") or "nan")
        turn.locator(".at").click()
        page.wait_for_function(f"() => Math.abs(document.querySelector('audio').currentTime - {start}) < 2")
        page.wait_for_function("() => !document.querySelector('audio').paused")
        expect(page.locator(f".turn.{side}.now, .turn.{side}[aria-current]").first).to_be_visible()


def test_swapped_speakers_are_swapped_on_the_page_and_back(
    page: Page, running: Running, truth: dict[str, dict[str, Any]]
) -> None:
    call = truth["quick_discount"]
    key = running.drop(SAMPLES / call["file"])
    before = running.searchable(key)
    page.goto(f"{running.address}/calls/{key}")
    assert right(page, call) > 0.9
    rep_said = page.locator(".turn.rep .said").first.inner_text()
    for side, share in (("customer", 0.1), ("rep", 0.9)):
        if not page.locator("#who").evaluate("details => details.open"):
            page.get_by_text("Who was on this call?").click()
        page.get_by_role("button", name="Swap speakers").click()
        first = page.locator(f".turn.{side} .said").filter(has_text=rep_said[:30])
        expect(first.first).to_be_visible(timeout=30_000)
        expect(page.locator("#question")).to_have_attribute("data-pending", "", timeout=30_000)
        assert (right(page, call) > share) is (side == "rep")
    steps = running.wait(lambda: running.call(key)["state"] == "done" and running.call(key), 30, "the analysis")
    assert steps["id"] == before["id"]
