"""A rep is asked before their clip is an example to others, answers, changes their mind, and is told when it helps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clips_api import consents, telling
from clips_api.store import consents as store
from clips_api.store import outbox
from clips_api.store.people import Roster, find
from clips_api.viewer import Viewer
from pipeline.library import now
from tests.integration.clips_api.team import moment, team_of

CONSENTS = "/api/v1/consents"


@pytest.fixture
def team(calls, client, signed_in_as):
    return team_of(signed_in_as)


@pytest.fixture
def parts(client):
    return client.app.state.parts


def told(parts, kind):
    return [row for row in outbox.waiting(parts.store) if row.kind == kind]


def test_nobody_else_hears_a_clip_until_its_rep_agrees(calls, team, parts):
    clip = moment(calls[0])
    assert not consents.may_show(parts, clip)
    asked = team.dana.post(CONSENTS, json={"clip_id": clip}).json()
    assert (asked["rep"], asked["agreed"], asked["asked_by"]) == ("Sam", None, "Dana Hill")
    assert "way over what we budgeted" in asked["quote"]
    assert not consents.may_show(parts, clip)
    said = team.sam.post(f"{CONSENTS}/{asked['id']}", json={"agreed": True}).json()
    assert (said["agreed"], said["answered_by"]) == (True, "Sam Reed")
    assert consents.may_show(parts, clip)
    team.sam.post(f"{CONSENTS}/{asked['id']}", json={"agreed": False})
    assert not consents.may_show(parts, clip)


def test_whoever_was_asked_is_told_once_and_not_after_they_answered(calls, team, parts):
    clip = moment(calls[0])
    first = team.dana.post(CONSENTS, json={"clip_id": clip}).json()
    assert team.dana.post(CONSENTS, json={"clip_id": clip}).json() == first
    [row] = told(parts, "consent")
    assert row.address == "sam@juniper.example"
    team.sam.post(f"{CONSENTS}/{first['id']}", json={"agreed": False})
    assert told(parts, "consent") == []


def test_several_questions_make_one_message(calls, team, client, parts):
    number = client.post("/api/v1/collections", json={"title": "Worth copying"}).json()["id"]
    team.dana.post(CONSENTS, json={"clip_id": moment(calls[0])})
    other = f"{calls[0].id}-1000-4000"
    assert team.dana.post(f"/api/v1/collections/{number}/clips", json={"clip_id": other}).status_code == 201
    [row] = told(parts, "consent")
    subject, said = telling.KINDS["consent"](parts, row)
    assert subject == "Dana Hill asks: may others learn from 2 clips of yours?"
    assert "way over what we budgeted" in " ".join(part.text for part in said)
    assert row.due_at - row.created_at == store.GATHERED
    for one in team.sam.get(CONSENTS).json()["items"]:
        team.sam.post(f"{CONSENTS}/{one['id']}", json={"agreed": True})
    assert told(parts, "consent") == []


def test_a_part_of_what_was_agreed_to_is_agreed_to(calls, team, parts):
    clip = moment(calls[0])
    call, start, end = clip.split("-")
    inner, outer = f"{call}-{int(start) + 100}-{int(end) - 100}", f"{call}-{start}-{int(end) + 100}"
    number = team.dana.post(CONSENTS, json={"clip_id": clip}).json()["id"]
    team.sam.post(f"{CONSENTS}/{number}", json={"agreed": True})
    assert consents.may_show(parts, inner)
    assert team.dana.post(CONSENTS, json={"clip_id": inner}).json()["id"] == number, "nobody is asked again"
    assert not consents.may_show(parts, outer)
    refused = team.dana.post(CONSENTS, json={"clip_id": outer}).json()["id"]
    team.sam.post(f"{CONSENTS}/{refused}", json={"agreed": False})
    assert consents.may_show(parts, clip)
    assert not consents.may_show(parts, outer)


def test_only_the_rep_and_who_coaches_them_answer(calls, team, parts):
    number = team.dana.post(CONSENTS, json={"clip_id": moment(calls[0])}).json()["id"]
    for other in (team.priya, team.omar, team.lee):
        assert other.post(f"{CONSENTS}/{number}", json={"agreed": True}).status_code == 404
        assert other.get(CONSENTS).json()["total"] == 0
    assert team.priya.post(CONSENTS, json={"clip_id": moment(calls[0])}).status_code == 403
    assert team.lee.post(CONSENTS, json={"clip_id": moment(calls[1])}).status_code == 404
    in_person = team.dana.post(f"{CONSENTS}/{number}", json={"agreed": True}).json()
    assert in_person["answered_by"] == "Dana Hill, asked in person"


def test_a_no_of_the_reps_own_is_theirs_to_change(calls, team):
    number = team.dana.post(CONSENTS, json={"clip_id": moment(calls[0])}).json()["id"]
    team.sam.post(f"{CONSENTS}/{number}", json={"agreed": False})
    refused = team.dana.post(f"{CONSENTS}/{number}", json={"agreed": True})
    assert (refused.status_code, refused.json()["detail"]) == (403, "Sam Reed said no; only they can change it")
    assert team.sam.post(f"{CONSENTS}/{number}", json={"agreed": True}).json()["agreed"] is True


def test_for_a_rep_whom_nobody_knows_a_manager_answers(calls, client):
    asked = client.post(CONSENTS, json={"clip_id": moment(calls[0])}).json()
    assert asked["person_id"] is None
    assert client.post(f"{CONSENTS}/{asked['id']}", json={"agreed": True}).json()["agreed"] is True


def test_who_offers_a_clip_of_their_own_has_agreed(calls, team, parts):
    sam = next(one for one in find(parts.store) if one.name == "Sam Reed")
    asked = consents.ask(parts.asked_by(Viewer("manager", sam, Roster([sam]))), moment(calls[0]))
    assert (asked.agreed, asked.answered_by) == (True, "Sam Reed")
    assert told(parts, "consent") == []


def test_who_helped_is_told_once_a_week_at_most(calls, team, parts):
    clip, at = moment(calls[0]), now()
    consents.helped(parts, [clip], at=at)
    assert told(parts, "helped") == [], "nobody has agreed"
    number = team.dana.post(CONSENTS, json={"clip_id": clip}).json()["id"]
    team.sam.post(f"{CONSENTS}/{number}", json={"agreed": True})
    for days in (0, 1, 6):
        consents.helped(parts, [clip], at=at + timedelta(days=days))
    assert [row.address for row in told(parts, "helped")] == ["sam@juniper.example"]
    consents.helped(parts, [clip], at=at + timedelta(days=8))
    assert len(told(parts, "helped")) == 2


def test_the_words_go_with_the_call_and_the_answer_stays(calls, team, client, parts):
    clip = moment(calls[0])
    number = team.dana.post(CONSENTS, json={"clip_id": clip}).json()["id"]
    team.sam.post(f"{CONSENTS}/{number}", json={"agreed": True})
    assert client.delete(f"/api/v1/calls/{calls[0].id}").status_code == 202
    [left] = store.find(parts.store)
    assert (left.quote, left.agreed) == ("", True)
    assert not consents.may_show(parts, clip)


def test_a_rep_answers_on_their_page(calls, team):
    team.dana.post(CONSENTS, json={"clip_id": moment(calls[0])})
    number = team.sam.get(CONSENTS).json()["items"][0]["id"]
    html = team.sam.get("/coaching").text
    assert "May others learn from it?" in html
    assert "way over what we budgeted" in html
    assert team.sam.post(f"/coaching/clips/{number}", data={"agreed": "1"}).status_code == 303
    assert "Others may hear it." in team.sam.get("/coaching").text
    assert "May others hear it?" not in team.dana.get("/coaching").text
