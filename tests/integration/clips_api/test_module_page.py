"""The lesson's editor in a browser: written, ordered, counted as one types, published, given; and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from clips_api.spans import clip_id
from clips_api.store.learners import find as learners
from clips_api.store.people import keep
from tests.integration.clips_api.test_library_pages import accessible
from tests.integration.clips_api.test_modules import DANA, PRIYA, SAM, URL, agree, make, out, text, write


@pytest.fixture
def api(served):
    with served.client() as client:
        yield client


@pytest.fixture
def name(calls) -> str:
    """A moment of Sam's."""
    turns = calls[0].folder.transcript().turns
    return clip_id(calls[0].id, turns[3].start, turns[4].end, 0)


def held(api, number):
    return api.get(f"{URL}/{number}").json()["version"]["items"]


def saved(page):
    expect(page.locator("#saved")).to_have_text("Saved")


def test_from_a_collection_to_published_and_given(app, page, api, name):
    records = app.state.parts.store
    keep(records, [SAM, PRIYA, DANA])
    number = api.post("/api/v1/collections", json={"title": "Price"}).json()["id"]
    api.post(f"/api/v1/collections/{number}/clips", json={"clip_id": name, "why": "It asks."})
    page.goto(f"/library/{number}")
    page.get_by_role("button", name="Make a lesson").click()
    expect(page.locator("#title")).to_have_value("Price")
    module = int(page.url.rpartition("/")[2])
    expect(page.get_by_label("What to listen for")).to_have_value("It asks.")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()
    expect(page.locator(".obstacle")).to_contain_text("Sam was asked about clip 1 and has not answered yet.")
    accessible(page)
    agree(api, name)
    page.reload()
    expect(page.locator(".obstacle")).to_have_count(0)

    page.get_by_role("button", name="Add a text").click()
    expect(page.get_by_label("Heading")).to_be_focused()
    page.keyboard.type("Try it today")
    page.get_by_label("Text", exact=True).fill(" ".join(["word"] * 97))
    saved(page)
    expect(page.locator(".counted-time")).to_contain_text("of 5:00")
    expect(page.locator(".item").nth(1).locator("[data-takes]")).to_have_text("0:30")
    page.get_by_role("button", name="Move item 2 up").click()
    expect(page.locator(".item").first.get_by_label("Heading")).to_have_value("Try it today")
    page.locator("#title").fill("Ask first")
    page.get_by_role("button", name="Publish").click()  # what was typed last is in it
    expect(page.locator("#standing")).to_have_text("Version 1 is out.")
    found = api.get(f"{URL}/{module}").json()
    assert (found["number"], found["title"], found["draft"]) == (1, "Ask first", False)
    assert [item["kind"] for item in found["version"]["items"]] == ["text", "clip"]

    page.locator("#assign summary").click()
    page.get_by_label("All of North").check()
    expect(page.get_by_label("Sam")).to_be_checked()
    expect(page.get_by_label("Priya")).not_to_be_checked()
    page.get_by_label("Dana").uncheck()
    page.get_by_label("All of North").evaluate("box => { box.checked = false }")  # the tick set the people's
    page.get_by_label("Priya").check()
    accessible(page)
    page.get_by_role("button", name="Give it to them").click()
    expect(page.get_by_role("status").first).to_contain_text("Given to 2 people.")
    assert {one.name for one in learners(records, [module])} == {"Sam", "Priya"}
    expect(page.locator("#people .tally")).to_contain_text("2")
    page.goto("/modules")
    expect(page.locator(".card .tally dd")).to_have_text(["2", "0", "0"])
    accessible(page)


def test_the_counter_follows_and_over_five_minutes_nothing_is_published(page, api):
    module = make(api, items=[text(600)])
    page.goto(f"/modules/{module['id']}")
    expect(page.locator(".counted-time")).to_have_text("3:00 of 5:00")
    expect(page.get_by_role("button", name="Publish")).to_be_enabled()
    page.get_by_role("button", name="Add a text").click()
    page.get_by_label("Text", exact=True).nth(1).fill(" ".join(["word"] * 500))
    expect(page.locator(".counted-time")).to_have_text("5:30 of 5:00, 0:30 too long")
    expect(page.locator("#obstacles")).to_contain_text("It is 0:30 too long")
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()
    accessible(page)
    page.get_by_role("button", name="Take item 2 out").click()
    expect(page.locator(".counted-time")).to_have_text("3:00 of 5:00")
    expect(page.get_by_role("button", name="Publish")).to_be_enabled()
    page.locator(".toast button").click()
    expect(page.locator(".counted-time")).to_have_text("5:30 of 5:00, 0:30 too long")


def test_order_by_keys_and_drag(page, api):
    items = [{"kind": "text", "title": title, "text": "x"} for title in "ABCD"]
    module = make(api, items=items)
    page.goto(f"/modules/{module['id']}")
    order = (
        "async ([url, is]) => (await (await fetch(url)).json()).version.items.map(({ title }) => title).join('') === is"
    )
    page.locator(".item").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".toast")).to_contain_text("Now number 3 of 4")
    page.wait_for_function(order, arg=[f"{URL}/{module['id']}", "ACBD"])
    page.locator(".item").nth(3).locator(".place").drag_to(
        page.locator(".item").first, target_position={"x": 200, "y": 4}
    )
    page.wait_for_function(order, arg=[f"{URL}/{module['id']}", "DACB"])
    expect(page.locator(".item .place")).to_have_text(["1", "2", "3", "4"])
    expect(page.get_by_role("button", name="Move item 1 up")).to_be_disabled()


def test_two_who_write_at_once_lose_nothing(page, api):
    module = make(api, items=[text(3)])
    page.goto(f"/modules/{module['id']}")
    theirs = write(api, module, [{"kind": "text", "text": "Theirs."}])
    page.get_by_label("Text", exact=True).fill("Mine.")
    notice = page.get_by_role("alert").filter(has_text="Somebody else changed this lesson meanwhile.")
    expect(notice).to_be_visible()
    assert held(api, module["id"]) == theirs["version"]["items"]
    page.get_by_role("button", name="Keep mine").click()
    expect(notice).to_have_count(0)
    saved(page)
    assert [item["text"] for item in held(api, module["id"])] == ["Mine."]


def test_clips_are_found_and_put_in(calls, page, api):
    module = make(api, items=[text(3)])
    page.goto(f"/modules/{module['id']}")
    page.get_by_role("button", name="Add clips").click()
    expect(page.get_by_role("heading", name="Add clips")).to_be_visible()
    expect(page.locator(".clip").first).to_contain_text("over what we budgeted")
    page.get_by_label("Words that are said").fill("swamped")
    page.keyboard.press("Enter")
    expect(page.locator(".clip").first).to_contain_text("swamped until spring")
    expect(page.get_by_role("button", name="Put it in")).to_be_disabled()
    page.locator(".clip input").first.check()
    accessible(page)
    page.get_by_role("button", name="Put it in").click()
    expect(page.locator(".item")).to_have_count(2)
    assert held(api, module["id"])[1]["recording_id"] == calls[1].id
    expect(page.locator(".obstacle")).to_contain_text("Priya was not asked yet whether clip 2 may be an example.")
    page.get_by_role("button", name="Ask Priya").click()
    expect(page.locator(".obstacle")).to_contain_text("Priya was asked about clip 2 and has not answered yet.")
    page.locator(".item .play").click()
    expect(page.locator(".item .play")).to_have_class("play playing", timeout=10_000)


def test_all_of_it_without_scripts(chromium, served, api, name):
    module = make(api, items=[{"kind": "text", "title": "One", "text": "x"}, {"kind": "clip", "clip_id": name}])
    agree(api, name)
    plain = chromium.new_context(base_url=served.address, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"/modules/{module['id']}?token={served.secret}")
    page.get_by_label("Heading").fill("Changed")
    page.get_by_role("button", name="Move item 1 down").click()
    assert [item["kind"] for item in held(api, module["id"])] == ["clip", "text"]
    assert held(api, module["id"])[1]["title"] == "Changed"
    page.get_by_role("button", name="Add a text").click()
    page.get_by_label("Text", exact=True).nth(1).fill("Written by hand.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    assert held(api, module["id"])[2]["text"] == "Written by hand."
    page.get_by_role("button", name="Take item 2 out").click()
    assert len(held(api, module["id"])) == 2
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is out.")).to_be_visible()
    assert api.get(f"{URL}/{module['id']}").json()["number"] == 1
    plain.close()


def test_on_a_phone_nothing_is_cut_off_or_small(chromium, app, served, api, name):
    keep(app.state.parts.store, [SAM])
    module = out(api, [name])
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=served.address, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.goto(f"/status?token={served.secret}")
    for address in ("/modules", f"/modules/{module['id']}", f"/modules/{module['id']}/add"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        for one in page.locator("main :is(button:not(.hidden), a.button, a.play, summary.button):visible").all():
            assert one.bounding_box()["height"] >= 44, (address, one.inner_text())
    phone.close()
