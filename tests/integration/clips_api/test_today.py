"""The first page: a moment to copy, one to coach, what waits; dealt with by keys until nothing is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from clips_api.store import dealt, judgements
from clips_api.store.people import Person
from clips_api.today import today
from pipeline.library import now
from tests.integration.clips_api.conftest import PRICE, Said, write_call

LONG = tuple(Said(said.speaker, said.text + " And so on and so forth." * 40, said.tags) for said in PRICE)


def left(app, **given):
    found = today(app.state.parts, (), **given)
    return [clip.id for clip in found.copy], [clip.id for clip in found.coach]


def test_the_best_and_the_weakest_of_two_weeks(calls, app, client):
    copy, coach = left(app)
    assert {name[:16] for name in copy} == {calls[0].id}  # 8 of 10
    assert {name[:16] for name in coach} == {calls[1].id}  # 2 of 10
    assert left(app, at=now() + timedelta(days=15)) == ([], [])


def test_a_day_holds_about_twelve_minutes(library, request):
    when = datetime(2026, 11, 12, tzinfo=UTC)
    for seed in range(10, 30):
        write_call(library, LONG, seed=seed, rep=f"Rep {seed}", started_at=when)
    request.getfixturevalue("client")
    app = request.getfixturevalue("app")
    found = today(app.state.parts, ())
    assert 9 * 60 < found.seconds <= 12 * 60
    assert len({clip.rep for clip in found.copy}) == len(found.copy)  # a rep's second moment waits


def test_what_is_dealt_with_is_gone_for_this_person_only(calls, app, client, signed_in_as):
    dana = signed_in_as(Person("Dana", "dana@example.com", role="manager"))
    copy, coach = left(app)
    assert dana.post("/today", data={"clip": copy[0], "does": "agree"}).headers["location"] == "/"
    assert dana.post("/today", data={"clip": coach[0], "does": "later"}).status_code == 303
    said = judgements.find(app.state.parts.store, kind="tag")
    assert [(one.by, one.right) for one in said] == [("Dana", True)]
    page = dana.get("/").text
    assert copy[0] not in page
    assert coach[0] not in page
    assert left(app) == (copy, coach)
    assert dealt.since(app.state.parts.store, "Dana", now() - timedelta(minutes=5)) == 2


def test_bad_answers(calls, client):
    assert client.post("/today", data={"clip": f"{calls[0].id}-1-99999999", "does": "later"}).status_code == 404
    assert client.post("/today", data={"clip": "nothing", "does": "agree"}).status_code == 404
    assert client.post("/today", data={"clip": f"{calls[0].id}-1000-2000", "does": "eat"}).status_code == 422


def test_a_rep_has_a_page_of_their_own(client, signed_in_as):
    sam = signed_in_as(Person("Sam", "sam@example.com"))
    assert (sam.get("/").status_code, sam.get("/").headers["location"]) == (307, "/coaching")
    assert sam.post("/today", data={"clip": "x", "does": "later"}).status_code == 403


def test_nothing_yet(client):
    assert "Nothing to hear yet" in client.get("/").text


def test_emptied_by_keys(calls, page, app):
    page.goto("/")
    expect(page.get_by_role("heading", name="Worth copying")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".play.playing, .play:has(.halt)").first).to_be_visible()
    page.keyboard.press("y")
    expect(page.locator("#told")).to_have_text("Agreed. The next one.")
    for _ in range(8):
        if page.get_by_role("heading", name="That is all for today").is_visible():
            break
        before = page.locator(".card[data-id]").evaluate_all("all => all.map(one => one.dataset.id).join()")
        page.keyboard.press("s")
        page.wait_for_function(
            "before => [...document.querySelectorAll('.card[data-id]')].map(one => one.dataset.id).join() !== before",
            arg=before,
        )
    expect(page.get_by_role("heading", name="That is all for today")).to_be_visible()
    assert dealt.since(app.state.parts.store, "manager", now() - timedelta(minutes=5)) >= 3


def test_keeping_by_key_takes_it_off_the_pile(calls, page):
    page.goto("/")
    card = page.locator(f'.card[data-id^="{calls[0].id}"]')
    card.focus()
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Kept in")
    expect(card).to_have_count(0)
