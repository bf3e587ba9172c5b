"""Keeping a clip with one key, and a collection in a browser: order, play, take out and back; nothing for axe to find."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from clips_api.spans import clip_id

URL = "/api/v1/collections"


def accessible(page: Page) -> None:
    """No violation of what axe checks, where the page stands now."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.fixture
def api(served):
    with served.client() as client:
        yield client


def held(api, number):
    return api.get(f"{URL}/{number}/clips").json()["items"]


def test_search_c_enter_library_reorder_play(calls, page, api):
    ids = {call.id for call in calls}
    page.goto("/search?tag=objection.price")
    page.locator("#q").press("ArrowDown")
    expect(page.locator(".clip").first).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Keep this clip")).to_be_visible()
    page.keyboard.press("Enter")  # at once: nothing was loaded, no collection is there
    expect(page.locator(".toast")).to_contain_text("Kept in “Worth copying”")
    expect(page.locator(".clip").first.locator(".keep")).to_have_text("kept")
    expect(page.locator(".clip").first).to_be_focused()
    [made] = api.get(URL).json()["items"]
    assert made["clips"] == 1

    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("Not kept")
    expect(page.locator(".clip").first.locator(".keep")).to_have_text("keep")
    assert api.get(URL).json()["total"] == 0, "the collection had been made for it"

    page.keyboard.press("c")
    page.keyboard.type("Price")
    expect(page.locator("#keep-list [aria-selected=true]")).to_have_text("New: “Price”")
    page.get_by_label("Why is it strong?").fill("It asks before it answers.")
    accessible(page)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Kept in “Price”")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    expect(page.locator("#keep-list [aria-selected=true] span").first).to_have_text("Price")
    page.keyboard.press("Enter")
    expect(page.locator(".clip .keep.on")).to_have_count(2)
    page.keyboard.press("c")  # the same again is noticed
    expect(page.locator(".keep-panel .notice")).to_have_text("Already kept in “Price”.")
    page.keyboard.press("Enter")
    expect(page.locator(".keep-panel .notice")).to_contain_text("this clip (number 2)")
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Library").click()
    expect(page.locator(".card")).to_contain_text("2 clips")
    page.get_by_role("link", name="Price").click()
    expect(page.locator(".clip")).to_have_count(2)
    number = int(page.url.rpartition("/")[2])
    before = [one["id"] for one in held(api, number)]
    assert {one[:16] for one in before} == ids
    page.get_by_role("button", name="Move clip 1 down").click()
    expect(page.locator(".toast")).to_contain_text("Now number 2 of 2")
    expect(page.locator(".clip").last).to_have_attribute("data-id", before[0])
    expect(page.locator(".clip").last.get_by_role("button", name="Move clip 2 up")).to_be_focused()
    page.wait_for_function(
        "async ([url, id]) => (await (await fetch(url)).json()).items[1].id === id",
        arg=[f"{URL}/{number}/clips", before[0]],
    )
    page.reload()
    expect(page.locator(".clip").first).to_have_attribute("data-id", before[1])
    page.locator(".clip").first.locator(".play").click()
    expect(page.locator(".clip").first.locator(".play")).to_have_class("play playing", timeout=10_000)
    page.wait_for_function(
        "async () => (await (await fetch('/api/v1/collections')).json()).items[0].uses === 1", timeout=10_000
    )


def test_order_by_drag_and_keys_take_out_and_back_and_why(calls, page, api):
    number = api.post(URL, json={"title": "Openers"}).json()["id"]
    turns = [(call.id, turn) for call in calls for turn in call.folder.transcript().turns[:2]]
    ids = [clip_id(call, turn.start, turn.end, 0) for call, turn in turns]
    for clip in ids:
        assert api.post(f"{URL}/{number}/clips", json={"clip_id": clip}).status_code == 201
    page.goto(f"/library/{number}")
    page.locator(".clip").nth(3).locator(".place").drag_to(
        page.locator(".clip").first, target_position={"x": 200, "y": 4}
    )
    page.wait_for_function(
        "async (url) => (await (await fetch(url)).json()).items[0].id === document.querySelector('.clip').dataset.id"
        " && document.querySelector('.clip .place').textContent === '1'",
        arg=f"{URL}/{number}/clips",
    )
    assert [one["id"] for one in held(api, number)] == [ids[3], *ids[:3]]
    page.locator(".clip").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".toast")).to_contain_text("Now number 3 of 4")
    page.locator(".clip").first.get_by_role("button", name="Take clip 1 out").click()
    expect(page.locator("#count")).to_have_text("3 clips")
    page.locator(".toast button").click()
    expect(page.locator("#count")).to_have_text("4 clips")
    page.locator(".clip").first.get_by_text("Say why it is strong").click()
    page.get_by_label("Why it is strong").first.fill("A plain start.")
    page.keyboard.press("Enter")
    expect(page.locator(".clip").first.locator(".sentence")).to_have_text("A plain start.")
    found = held(api, number)
    assert [one["id"] for one in found] == [ids[3], ids[1], ids[0], ids[2]]
    assert found[0]["why"] == "A plain start."


def test_a_call_is_deleted_after_being_asked_twice(calls, page, api):
    number = api.post(URL, json={"title": "Openers"}).json()["id"]
    turn = calls[0].folder.transcript().turns[0]
    api.post(f"{URL}/{number}/clips", json={"clip_id": clip_id(calls[0].id, turn.start, turn.end, 0)})
    page.goto(f"/calls/{calls[0].id}/delete")
    expect(page.get_by_text("The sound of 1 clip in the collection Openers")).to_be_visible()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("status").first).to_contain_text("The call is deleted.")
    expect(page.locator("table.calls tbody tr")).to_have_count(1)
    page.goto(f"/library/{number}")
    expect(page.locator(".clip")).to_contain_text("no longer playable")
    expect(page.locator(".clip .play")).to_have_count(0)
    accessible(page)
