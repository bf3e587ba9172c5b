"""A lesson gone through: behind a link and signed in, going on where it was left, its sound muted and only its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from clips_api import links
from clips_api.masking import MARK
from clips_api.spans import clip_id
from clips_api.store import assignments, places
from clips_api.store.outbox import waiting
from clips_api.store.people import Person, keep
from pipeline.library import now
from tests.integration.clips_api.conftest import write_call
from tests.integration.clips_api.test_library_pages import accessible
from tests.integration.clips_api.test_masking import SCRIPT, SECRETS
from tests.integration.clips_api.test_modules import SAM, agree, clips, hand, make, out, records, text, write

__all__ = ["clips", "records"]
URL = "/api/v1/modules"
ANA = Person("Ana", "ana@example.com", "North")


def open_link(app, given) -> str:
    """The path of somebody's link."""
    parts = app.state.parts
    with parts.store.write() as connection:
        link = links.issue(parts, connection, assignments.one(connection, given.id), now())
    return f"/q/{links.token(parts, link)}"


@pytest.fixture
def lesson(client, records, clips):
    """A published lesson of a text and two clips."""
    keep(records, [SAM, ANA])
    return out(client, clips)


@pytest.fixture
def path(app, records, lesson) -> str:
    """The link of somebody who has pressed Start."""
    given = hand(records, "Sam", lesson["id"])
    assignments.start(records, given.id, now())
    return open_link(app, given)


def test_from_the_first_item_to_the_end(stranger, path, records):
    assert stranger.get(f"{path}/lesson").headers["location"] == f"{path}/lesson/1"
    first = stranger.get(f"{path}/lesson/1")
    assert first.status_code == 200
    assert "Ask first." in first.text
    assert first.headers["cache-control"] == "private, no-store"
    assert "noindex" in first.headers["x-robots-tag"]
    assert stranger.post(f"{path}/lesson/1").headers["location"] == f"{path}/lesson/2"
    assert stranger.get(f"{path}/lesson").headers["location"] == f"{path}/lesson/2"
    clip = stranger.get(f"{path}/lesson/2").text
    assert "way over what we budgeted" in clip
    for leak in ("Corbel", "/calls/", "/search"):
        assert leak not in clip, leak
    assert stranger.post(f"{path}/lesson/2").headers["location"] == f"{path}/lesson/3"
    assert stranger.post(f"{path}/lesson/3").headers["location"] == f"{path}/lesson/end"
    end = stranger.get(f"{path}/lesson/end").text
    assert "Nothing is left to do. Dana sees that you are through." in end
    assert stranger.get(f"{path}/lesson").headers["location"] == f"{path}/lesson/end"
    assert "Ask first." in stranger.get(f"{path}/lesson/1").text, "it can be looked at again"
    assert stranger.post(f"{path}/lesson/1").headers["location"] == f"{path}/lesson/2"
    [given] = assignments.find(records)
    assert given.learned_at is not None
    assert given.finished_at is not None


def test_looking_changes_nothing_and_nothing_is_left_out(stranger, path, records):
    for place in (3, 2, 1):
        assert stranger.get(f"{path}/lesson/{place}").status_code == 200
    [given] = assignments.find(records)
    assert places.place(records, given.id) == 0
    assert stranger.post(f"{path}/lesson/3").headers["location"] == f"{path}/lesson/1"
    stranger.post(f"{path}/lesson/1")
    assert stranger.post(f"{path}/lesson/3").headers["location"] == f"{path}/lesson/2"
    assert assignments.get(records, given.id).learned_at is None
    for place in ("0", "4", "x", "-1"):
        assert stranger.get(f"{path}/lesson/{place}").status_code in {404, 422}, place


def test_before_start_there_is_only_the_landing(app, stranger, records, lesson):
    given = hand(records, "Sam", lesson["id"])
    path = open_link(app, given)
    for where in ("/lesson", "/lesson/1", "/lesson/end"):
        assert stranger.get(path + where).headers["location"] == path
    assert stranger.post(f"{path}/lesson/1").headers["location"] == path
    assert stranger.get(f"{path}/lesson/clips/2/audio").status_code == 404
    assert assignments.get(records, given.id).started_at is None


def test_a_quiz_follows_where_there_is_one(app, client, stranger, records, lesson, monkeypatch):
    saturday = datetime(2026, 11, 14, 12, tzinfo=UTC)
    monkeypatch.setattr("clips_api.pages.lesson.now", lambda: saturday)
    quiz = published_quiz(client, records)
    write(client, lesson, [text()], quiz_id=quiz)
    assert client.post(f"{URL}/{lesson['id']}/publish").status_code == 200
    given = hand(records, "Sam", lesson["id"])
    assignments.start(records, given.id, now())
    path = open_link(app, given)
    assert "On to the questions" in stranger.get(f"{path}/lesson/1").text
    assert stranger.post(f"{path}/lesson/1").headers["location"] == f"{path}/quiz"
    after = assignments.get(records, given.id)
    assert (after.learned_at is not None, after.finished_at) == (True, None)
    (row,) = [one for one in waiting(records) if one.kind == "quiz"]
    assert row.about == f"assignment/{given.id}"
    assert row.due_at.date() == saturday.date() + timedelta(days=2)
    assert f"{path}/quiz" in stranger.get(f"{path}/lesson/end").text
    stranger.post(f"{path}/lesson/1")
    assert len([one for one in waiting(records) if one.kind == "quiz"]) == 1


def published_quiz(client, records) -> int:
    """A quiz with a published version, made in the records: what it asks is not looked at here."""
    tables = assignments.table.metadata.tables
    with records.write() as connection:
        quiz = connection.execute(
            tables["quizzes"].insert().values(title="Q", by="Dana", made_at=now()).returning(tables["quizzes"].c.id)
        ).scalar_one()
        values = {"quiz_id": quiz, "number": 1, "questions": [], "attempts": 1, "by": "Dana"}
        values |= {"revision": 1, "changed_at": now(), "published_at": now()}
        connection.execute(tables["quiz_versions"].insert().values(values))
    return quiz


def test_an_unpublished_quiz_stands_in_the_way(client, records, lesson):
    tables = assignments.table.metadata.tables
    quiz = published_quiz(client, records)
    with records.write() as connection:
        connection.execute(tables["quiz_versions"].update().values(published_at=None))
    module = write(client, lesson, [text()], quiz_id=quiz)
    assert [one["why"] for one in module["obstacles"]] == ["quiz"]


def test_the_sound_is_that_of_its_clips_muted_and_of_nothing_else(client, stranger, path, clips):
    sound = stranger.get(f"{path}/lesson/clips/2/audio")
    assert sound.status_code == 200
    assert sound.content == client.get(f"/api/v1/clips/{clips[0]}/audio").content
    assert sound.headers["cache-control"] == "private, no-store"
    assert stranger.get(f"{path}/lesson/clips/2/audio", headers={"Range": "bytes=0-3"}).content == b"RIFF"
    assert stranger.head(f"{path}/lesson/clips/2/audio").status_code == 200
    assert stranger.get(f"{path}/lesson/clips/2/audio?format=opus").headers["content-type"] == "audio/ogg"
    captions = stranger.get(f"{path}/lesson/clips/2/captions.vtt")
    assert captions.text.startswith("WEBVTT")
    assert "way over what we budgeted" in captions.text
    for place in (1, 4, 99):
        assert stranger.get(f"{path}/lesson/clips/{place}/audio").status_code == 404, place
    assert stranger.get(f"/api/v1/clips/{clips[0]}/audio").status_code == 401


def test_personal_data_is_never_heard_nor_read(app, client, stranger, records, library):
    keep(records, [SAM])
    call = write_call(library, SCRIPT, seed=7)
    client.app.state.parts.library.to_index.leave(call.id)
    turn = call.folder.transcript().turns[1]
    name = clip_id(call.id, turn.start, turn.end, 0)
    module = out(client, [name])
    given = hand(records, "Sam", module["id"])
    assignments.start(records, given.id, now())
    path = open_link(app, given)
    page = stranger.get(f"{path}/lesson/2").text
    assert MARK * 4 in page
    sound = stranger.get(f"{path}/lesson/clips/2/audio?unmasked=1").content
    assert sound == client.get(f"/api/v1/clips/{name}/audio").content
    assert sound != client.get(f"/api/v1/clips/{name}/audio?unmasked=1").content
    told = page + stranger.get(f"{path}/lesson/clips/2/captions.vtt").text
    for secret in SECRETS:
        assert secret not in told
    with records.read() as connection:
        stored = str(list(connection.execute(select(assignments.module_versions))))
    for secret in SECRETS:
        assert secret not in stored


def test_a_clip_whose_rep_says_no_afterwards_is_not_given_any_more(client, stranger, path, clips):
    agree(client, clips[0], agreed=False)
    page = stranger.get(f"{path}/lesson/2")
    assert page.status_code == 200
    assert "A clip that was taken back" in page.text
    assert "way over what we budgeted" not in page.text
    assert stranger.get(f"{path}/lesson/clips/2/audio").status_code == 404
    stranger.post(f"{path}/lesson/1")
    assert stranger.post(f"{path}/lesson/2").headers["location"] == f"{path}/lesson/3"


def test_a_deleted_call_leaves_the_lesson_whole(client, stranger, path, calls):
    assert client.delete(f"/api/v1/calls/{calls[0].id}").status_code == 202
    assert "A clip that was taken back" in stranger.get(f"{path}/lesson/2").text
    assert stranger.get(f"{path}/lesson/3").status_code == 200


def test_signed_in_it_is_ones_own_and_nobody_elses(records, lesson, signed_in_as):
    sam, ana = signed_in_as(SAM), signed_in_as(ANA)
    given = hand(records, "Sam", lesson["id"])
    assignments.start(records, given.id, now())
    path = f"/assignments/{given.id}"
    assert "Ask first." in sam.get(f"{path}/lesson/1").text
    assert sam.post(f"{path}/lesson/1").headers["location"] == f"{path}/lesson/2"
    assert sam.get(f"{path}/lesson/clips/2/audio").status_code == 200
    for address in (f"{path}/lesson", f"{path}/lesson/1", f"{path}/lesson/clips/2/audio", f"{path}/lesson/end"):
        assert ana.get(address).status_code == 404, address
    assert ana.post(f"{path}/lesson/1").status_code == 404


def test_a_dead_link_opens_no_item_and_no_sound(records, stranger, path):
    [given] = assignments.find(records)
    assignments.revoke(records, given.id, now())
    for address in (f"{path}/lesson", f"{path}/lesson/1", f"{path}/lesson/clips/2/audio", f"/q/{'x' * 43}/lesson/1"):
        answer = stranger.get(address)
        assert answer.status_code in {404, 410}, address
        assert "way over" not in answer.text
    assert stranger.post(f"{path}/lesson/1").status_code in {404, 410}


def test_managers_preview_without_an_assignment(client, records, clips):
    module = make(client, items=[text(5), {"kind": "clip", "clip_id": clips[0], "note": "Hear the question."}])
    path = f"/modules/{module['id']}/v/1"
    assert client.get(f"{path}/lesson").headers["location"] == f"{path}/lesson/1"
    page = client.get(f"{path}/lesson/2")
    assert "Hear the question." in page.text
    assert "Preview, version 1." in page.text
    assert client.get(f"{path}/lesson/clips/2/audio").status_code == 200
    assert "That’s the lesson" in client.get(f"{path}/lesson/end").text
    assert client.get(f"/modules/{module['id']}/v/2/lesson/1").status_code == 404
    assert assignments.find(records) == []


def test_on_a_phone_in_a_browser(chromium, app, served, calls):
    records = app.state.parts.store
    keep(records, [SAM])
    turns = calls[0].folder.transcript().turns
    with served.client() as api:
        module = out(api, [clip_id(calls[0].id, turns[3].start, turns[4].end, 0)])
    given = hand(records, "Sam", module["id"])
    assignments.start(records, given.id, now())
    path = open_link(app, given)
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=served.address, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.goto(f"{path}/lesson")
    expect(page.get_by_text("1 / 2")).to_be_visible()
    accessible(page)
    onward = page.get_by_role("button", name="Next")
    box = onward.bounding_box()
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= 844, "Next is under the thumb without scrolling"
    onward.tap()
    expect(page).to_have_url(f"{served.address}{path}/lesson/2")
    expect(page.locator("audio")).to_be_hidden()
    play = page.get_by_role("button", name="Play")
    page.get_by_role("button", name="Without sound").tap()
    assert page.evaluate("document.querySelector('audio').muted") is True
    play.tap()
    expect(page.locator(".said .heard")).to_have_count(1, timeout=10_000)
    expect(page.locator(".said .heard").first).to_contain_text("Look, I like it")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for one in page.locator(".lesson a:visible, .lesson button:visible").all():
        assert one.bounding_box()["height"] >= 44, one.inner_html()
    page.goto(f"{path}/lesson")  # left, and come back
    expect(page).to_have_url(f"{served.address}{path}/lesson/2")
    assert page.evaluate("document.querySelector('audio').muted") is True, "still without sound"
    page.get_by_role("button", name="Finish").tap()
    expect(page.get_by_role("heading", name="That’s the lesson")).to_be_visible()
    accessible(page)
    phone.close()
    assert faults == []
    assert assignments.get(records, given.id).finished_at is not None


def test_without_scripts_all_of_it_works(chromium, app, served, calls):
    records = app.state.parts.store
    keep(records, [SAM])
    turns = calls[0].folder.transcript().turns
    with served.client() as api:
        module = out(api, [clip_id(calls[0].id, turns[3].start, turns[4].end, 0)])
    given = hand(records, "Sam", module["id"])
    assignments.start(records, given.id, now())
    plain = chromium.new_context(base_url=served.address, java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{open_link(app, given)}/lesson")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("audio[controls]")).to_be_visible()
    expect(page.locator(".said").get_by_text("way over what we budgeted")).to_be_visible()
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="That’s the lesson")).to_be_visible()
    plain.close()
