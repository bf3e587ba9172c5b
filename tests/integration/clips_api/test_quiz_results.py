"""What a manager sees of a quiz: answers with the clip that was heard, what waits to be marked, how practice went."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from clips_api import practice
from clips_api.store import consents, outbox, people, practices
from clips_api.viewer import HOUSE
from pipeline.library import now
from tests.integration.clips_api.quizmaking import (
    ANA,
    DANA,
    OLA,
    SAM,
    every_kind,
    give,
    make,
    poorer_call,
    publish,
    rich_call,
    right,
    say,
    start,
)  # fmt: skip


@pytest.fixture
def rich(library):
    return rich_call(library)[1]


@pytest.fixture
def poor(library):
    return poorer_call(library)[1]


@pytest.fixture
def quiz(app, rich, poor, client):
    people.keep(app.state.parts.store, [SAM, ANA])
    return publish(client, make(client, every_kind(client, rich, poor)))


@pytest.fixture
def handed_in(quiz, app, client, stranger):
    """Ana has answered everything rightly; the number of her assignment."""
    path, number = give(app, client, quiz)
    start(stranger, path)
    for one in quiz["asks"]:
        say(stranger, path, one["id"], *right(one))
    stranger.post(f"{path}/quiz/end", data={"attempt": 1})
    return number


def sounds(page):
    return set(re.findall(r'<source src="([^"]+)" type="audio/wav">', page))


def test_a_manager_hears_what_was_asked_and_how_it_went_on(quiz, client, signed_in_as, handed_in):
    dana, ola, ana = (signed_in_as(one) for one in (DANA, OLA, ANA))
    where = f"/quizzes/{quiz['id']}/results/{handed_in}"
    page = dana.get(where).text
    reply, own = quiz["asks"][0]["id"], quiz["asks"][5]["id"]
    expected = {f"{where}/clips/{one['id']}/audio" for one in quiz["asks"]}
    assert expected | {f"{where}/clips/{one}/rest" for one in (reply, own)} <= sounds(page)
    assert "their answer" in page
    assert "your answer" not in page
    for sound in sounds(page):
        answer = dana.get(sound)
        assert (answer.status_code, answer.content[:4]) == (200, b"RIFF"), sound
        assert dana.get(f"{sound}?format=opus").content[:4] == b"OggS"
        assert (ola.get(sound).status_code, ana.get(sound).status_code) == (404, 403)
    heard, rest = (dana.get(f"{where}/clips/{reply}/{part}").content for part in ("audio", "rest"))
    assert heard != rest
    for wrong in (f"{where}/clips/{reply}/all", f"{where}/clips/00000000/audio", f"{where}0/clips/{reply}/audio"):
        assert dana.get(wrong).status_code == 404


def test_who_began_with_an_older_version_is_heard_with_it(quiz, client, signed_in_as, handed_in):
    reply = quiz["asks"][0]["id"]
    draft = {"questions": quiz["asks"][1:], "revision": quiz["revision"]}
    assert client.put(f"/api/v1/quizzes/{quiz['id']}/draft", json=draft).status_code == 200
    assert client.get(f"/quizzes/{quiz['id']}/preview/quiz/{reply}/audio").status_code == 404
    sound = f"/quizzes/{quiz['id']}/results/{handed_in}/clips/{reply}/audio"
    assert signed_in_as(DANA).get(sound).status_code == 200


def test_what_a_rep_takes_back_is_not_heard(quiz, app, client, signed_in_as, handed_in):
    dana = signed_in_as(DANA)
    waits = dana.get("/marking").text
    own = f"/quizzes/{quiz['id']}/results/{handed_in}/clips/{quiz['asks'][5]['id']}"
    assert sounds(waits) == {f"{own}/audio", f"{own}/rest"}
    assert all(dana.get(one).status_code == 200 for one in sounds(waits))
    for one in consents.find(app.state.parts.store):
        client.post(f"/api/v1/consents/{one.id}", json={"agreed": False})
    assert sounds(dana.get("/marking").text) == set()
    assert dana.get(f"{own}/audio").status_code == 404
    assert sounds(dana.get(f"/quizzes/{quiz['id']}/results/{handed_in}").text) == set()


def test_how_practice_went_stands_beside_each_person(quiz, app, client, signed_in_as, handed_in):
    parts, dana, url = app.state.parts.asked_by(HOUSE), signed_in_as(DANA), f"/api/v1/quizzes/{quiz['id']}/results"
    assert [one["practised"] for one in dana.get(url).json()["items"]] == [None]
    assert "Practice" not in dana.get(f"/quizzes/{quiz['id']}/results").text
    noon = now().astimezone().replace(hour=12)
    assert any(practice.practise(parts, noon + timedelta(days=day)) for day in range(7, 12))
    (ana,) = [one for one in people.find(parts.store) if one.name == "Ana"]
    (made,) = practices.find(parts.store, ana.id)
    sheet = practice.of_token(parts, practice.token(parts, made.seed), made.made_at)
    assert [one["practised"] for one in dana.get(url).json()["items"]] == [{"asked": 2, "answered": 0, "right": 0}]
    first = sheet.items[0]
    practice.answer(parts, sheet, first.question.id, right(first.question.model_dump()), made.made_at)
    assert [one["practised"] for one in dana.get(url).json()["items"]] == [{"asked": 2, "answered": 1, "right": 1}]
    page = dana.get(f"/quizzes/{quiz['id']}/results").text
    assert "1 of 1 right" in page
    assert "2 asked" in page
    practices.revoke(parts.store, made.id, made.made_at)
    assert [one["practised"] for one in dana.get(url).json()["items"]] == [{"asked": 1, "answered": 1, "right": 1}]


def test_what_is_marked_in_the_evening_is_told_in_the_morning(quiz, app, signed_in_as, handed_in, monkeypatch):
    dana, saturday = signed_in_as(DANA), now().replace(2026, 11, 14, 12)
    (waits,) = dana.get("/api/v1/quizzes/marking").json()["items"]
    monkeypatch.setattr("clips_api.marking.now", lambda: saturday)
    where = f"/api/v1/quizzes/marking/{waits['attempt']}/{waits['question']}"
    assert dana.post(where, json={"points": 1}).status_code == 204
    (row,) = [row for row in outbox.waiting(app.state.parts.store) if row.kind == "marked"]
    assert row.due_at.date() == saturday.date() + timedelta(days=2)


def test_a_moment_is_asked_about_from_where_it_is_seen(quiz, client, signed_in_as, rich):
    dana, sam = signed_in_as(DANA), signed_in_as(SAM)
    call = rich.partition("-")[0]
    pages = ("/search?q=budget+OR+aside&tag=objection.price", f"/calls/{call}")
    for page in pages:
        link = f'href="/quizzes/ask?clip={rich}"'
        assert link in dana.get(page).text, page
        assert "/quizzes/ask" not in sam.get(page).text, page
    assert "Before you answer" in dana.get(f"/quizzes/ask?clip={rich}").text
    asked = dana.post("/quizzes/ask", data={"clip": rich, "quiz": quiz["id"]}).headers["location"]
    assert "What would you say?" in dana.get(asked).text
    words = dana.get("/search?q=proposal").text  # a turn without a moment
    assert 'class="clip"' in words
    assert "/quizzes/ask" not in words
