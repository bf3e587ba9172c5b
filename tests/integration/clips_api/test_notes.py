"""Coaching notes: drafted from a moment, sent, read, answered; who sees which; what outlives a playbook and a call."""

from __future__ import annotations

import pytest

from clips_api import telling
from clips_api.store import notes as kept
from clips_api.store import outbox, pairs, people
from clips_api.store.notes import Scope
from clips_api.store.pairs import Pair
from clips_api.store.people import Person
from tests.integration.clips_api.conftest import PRICE, write_call
from tests.integration.clips_api.team import moment, team_of

NOTES = "/api/v1/notes"
WRITTEN = {"strength": "You asked back.", "improvement": "Check that it is settled.", "action": "Ask “does that help?”"}


@pytest.fixture
def team(calls, client, signed_in_as):
    return team_of(signed_in_as)


def make(browser, clip, **more):
    made = browser.post(NOTES, json={"clip_id": clip} | WRITTEN | more)
    assert made.status_code == 201, made.text
    return made.json()


def sent(browser, clip, **more):
    note = make(browser, clip, **more)
    answer = browser.post(f"{NOTES}/{note['id']}/send")
    assert answer.status_code == 200, answer.text
    return answer.json()


def waiting(client, kind):
    return [row for row in outbox.waiting(client.app.state.parts.store) if row.kind == kind]


def test_a_moment_drafts_strength_improvement_and_a_clip_that_has_what_was_not_heard(calls, team):
    draft = team.dana.get(f"{NOTES}/draft", params={"clip": moment(calls[1], 1)}).json()
    assert draft["strength"] == ""
    assert (draft["improvement"][:20], draft["missing"]) == ("Ask an open question", "explore")
    assert draft["exemplar"]["id"] == moment(calls[0]), "it asked back"
    own = team.dana.get(f"{NOTES}/draft", params={"clip": moment(calls[0])}).json()
    assert own["strength"] == "You asked back before you answered: “What did you have”."
    assert own["missing"] == "confirm"
    assert own["exemplar"] is None, "nobody checked that it was settled"
    assert team.dana.get(NOTES).json()["total"] == 0, "nothing is kept by looking"


def test_a_call_drafts_from_its_steps(calls, team):
    draft = team.dana.get(f"{NOTES}/draft", params={"call": calls[0].id}).json()
    assert draft["strength"].startswith("Greeting: “Hi Elena")
    assert draft["improvement"].startswith("Say at the start what the call is for")
    assert team.dana.get(f"{NOTES}/draft").status_code == 422


def test_a_draft_is_seen_by_its_author_alone(calls, team):
    note = make(team.dana, moment(calls[0]))
    assert (note["person"], note["by"], note["sent_at"], note["kind"]) == ("Sam Reed", "Dana Hill", None, "coaching")
    assert note["said"][0]["text"].startswith("Look, I like it")
    for other in (team.sam, team.priya, team.lee):
        assert other.get(f"{NOTES}/{note['id']}").status_code == 404
        assert other.get(f"/notes/{note['id']}").status_code == 404
        assert other.get(NOTES).json()["total"] == 0


def test_what_was_sent_is_seen_by_the_rep_and_who_coaches_them(calls, team, client):
    note = sent(team.dana, moment(calls[0]))
    for browser in (team.dana, team.sam, client):
        assert browser.get(f"{NOTES}/{note['id']}").json()["strength"] == "You asked back."
        assert browser.get(NOTES).json()["total"] == 1
    for other in (team.priya, team.lee, team.omar):
        assert other.get(f"{NOTES}/{note['id']}").status_code == 404
        assert other.post(f"{NOTES}/{note['id']}/remarks", json={"text": "Hm"}).status_code == 404
        assert other.get(NOTES).json()["total"] == 0
    assert team.sam.patch(f"{NOTES}/{note['id']}", json={"strength": "Great"}).status_code == 403
    assert team.sam.post(NOTES, json={"clip_id": moment(calls[0])}).status_code == 403
    assert team.dana.post(f"{NOTES}/{note['id']}/acknowledge").status_code == 403


def test_the_rep_is_told_once_in_words_without_the_calls_own(calls, team, client):
    note = sent(team.dana, moment(calls[0]))
    team.dana.post(f"{NOTES}/{note['id']}/send")
    [row] = waiting(client, "note")
    assert (row.address, row.payload["note"]) == ("sam@juniper.example", note["id"])
    assert "asked back" not in str(row.payload)
    subject, parts = telling.KINDS["note"](client.app.state.parts, row)
    text = " ".join(part.text for part in parts)
    assert subject == "Dana Hill wrote you a coaching note"
    assert "You asked back." in text
    assert "budgeted" not in text
    assert parts[-1].link.endswith(f"/notes/{note['id']}")
    team.sam.post(f"{NOTES}/{note['id']}/acknowledge")
    assert telling.KINDS["note"](client.app.state.parts, row) is None, "it was read meanwhile"


def test_read_answered_done_and_each_side_is_told(calls, team, client):
    note = sent(team.dana, moment(calls[0]), due_on="2026-11-30")
    where = f"{NOTES}/{note['id']}"
    assert [one["id"] for one in team.sam.get(NOTES, params={"state": "unread"}).json()["items"]] == [note["id"]]
    assert team.sam.post(f"{where}/acknowledge").json()["acknowledged_at"]
    team.sam.post(f"{where}/remarks", json={"text": "I will.", "at_s": 4.5})
    team.sam.post(f"{where}/remarks", json={"text": "Thank you."})
    assert [one["id"] for one in team.dana.get(NOTES, params={"state": "answered"}).json()["items"]] == [note["id"]]
    team.dana.post(f"{where}/remarks", json={"text": "Good."})
    assert team.dana.get(NOTES, params={"state": "answered"}).json()["total"] == 0
    assert [(one["text"], one["at_s"]) for one in team.sam.get(where).json()["remarks"]] == [
        ("I will.", 4.5),
        ("Thank you.", None),
        ("Good.", None),
    ]
    assert [row.address for row in waiting(client, "answer")] == ["dana@juniper.example"] * 2 + ["sam@juniper.example"]
    assert team.dana.get(NOTES, params={"state": "to_do"}).json()["total"] == 1
    assert team.sam.post(f"{where}/done", json={"done": True}).json()["done_at"]
    assert team.dana.get(NOTES, params={"state": "to_do"}).json()["total"] == 0
    assert team.sam.post(f"{where}/done", json={"done": False}).json()["done_at"] is None


def test_once_it_is_read_it_is_not_changed_any_more(calls, team):
    note = sent(team.dana, moment(calls[0]))
    where = f"{NOTES}/{note['id']}"
    changed = team.dana.patch(where, json={"strength": "You asked back at once.", "version": note["version"]}).json()
    assert (changed["strength"], changed["improvement"]) == ("You asked back at once.", WRITTEN["improvement"])
    assert team.dana.patch(where, json={"strength": "Older", "version": note["version"]}).status_code == 409
    team.sam.post(f"{where}/acknowledge")
    late = team.dana.patch(where, json={"strength": "Otherwise"})
    assert (late.status_code, "Sam Reed has read it already" in late.json()["detail"]) == (409, True)
    assert team.dana.delete(where).status_code == 409


def test_a_remark_is_taken_out_by_who_wrote_it(calls, team):
    note = sent(team.dana, moment(calls[0]))
    said = team.sam.post(f"{NOTES}/{note['id']}/remarks", json={"text": "Oops"}).json()
    where = f"{NOTES}/{note['id']}/remarks/{said['id']}"
    assert team.dana.delete(where).status_code == 404
    assert team.sam.delete(where).status_code == 204
    assert team.dana.get(f"{NOTES}/{note['id']}").json()["remarks"] == []


def test_what_can_not_be_sent_says_why_and_is_kept(calls, team, client):
    empty = team.dana.post(NOTES, json={"clip_id": moment(calls[0])}).json()
    refused = team.dana.post(f"{NOTES}/{empty['id']}/send")
    assert (refused.status_code, "nothing in it yet" in refused.json()["detail"]) == (422, True)
    assert team.dana.delete(f"{NOTES}/{empty['id']}").status_code == 204
    stranger = write_call(client.app.state.parts.library, PRICE, seed=7, rep="Kim", customer="Ash & Elm")
    client.app.state.parts.indexer.refresh([stranger.id])
    note = make(team.dana, moment(stranger))
    refused = team.dana.post(f"{NOTES}/{note['id']}/send")
    assert (refused.status_code, "Kim is in no list of people" in refused.json()["detail"]) == (422, True)
    sam = next(one for one in client.get("/api/v1/people").json()["items"] if one["name"] == "Sam Reed")
    team.dana.patch(f"{NOTES}/{note['id']}", json={"person_id": sam["id"]})
    assert team.dana.post(f"{NOTES}/{note['id']}/send").json()["person"] == "Sam Reed"
    omar = next(one for one in client.get("/api/v1/people").json()["items"] if one["name"] == "Omar Diaz")
    assert team.dana.post(NOTES, json={"clip_id": moment(calls[0]), "person_id": omar["id"]}).status_code == 404


def test_an_example_is_heard_by_the_rep_once_whoever_said_it_agrees(calls, team, client):
    note = sent(team.dana, moment(calls[1]), exemplar_id=moment(calls[0]))
    where, sound = f"{NOTES}/{note['id']}", f"/api/v1/clips/{moment(calls[0])}/audio"
    assert team.dana.get(where).json()["exemplar"][0]["text"].startswith("Look, I like it")
    assert team.priya.get(where).json()["exemplar"] is None
    assert "budgeted" not in team.priya.get(f"/notes/{note['id']}").text
    assert team.priya.get(sound).status_code == 404
    [asked] = team.sam.get("/api/v1/consents").json()["items"]
    assert asked["asked_by"] == "Dana Hill"
    team.sam.post(f"/api/v1/consents/{asked['id']}", json={"agreed": True})
    assert team.priya.get(where).json()["exemplar"][0]["text"].startswith("Look, I like it")
    assert team.priya.get(sound).status_code == 200
    assert team.omar.get(sound).status_code == 404, "only who was sent the note"
    assert team.priya.get(f"/api/v1/calls/{calls[0].id}").status_code == 404, "the clip, not the call"
    assert waiting(client, "helped") == []
    team.priya.post(f"{where}/acknowledge")
    assert [row.address for row in waiting(client, "helped")] == ["sam@juniper.example"]


def test_an_example_of_their_own_needs_nobodys_yes(calls, team, client):
    other = write_call(client.app.state.parts.library, PRICE, seed=8)
    client.app.state.parts.indexer.refresh([other.id])
    note = sent(team.dana, moment(calls[0]), exemplar_id=moment(other))
    assert client.get("/api/v1/consents").json()["total"] == 0
    assert team.sam.get(f"{NOTES}/{note['id']}").json()["exemplar"]


def test_a_note_outlives_a_playbook_that_moves_its_moment(calls, team, client):
    note = sent(team.dana, moment(calls[0]))
    analysis = calls[0].folder.analysis()
    calls[0].folder.keep(analysis.model_copy(update={"moments": (), "tags": ()}))
    parts = client.app.state.parts
    parts.indexer.refresh([calls[0].id])
    assert team.dana.get("/api/v1/clips", params={"tag": "objection.price", "rep": "Sam"}).json()["total"] == 0
    same = team.sam.get(f"{NOTES}/{note['id']}").json()
    for name in ("said", "start", "end", "tag", "strength", "clip_id"):
        assert same[name] == note[name], name
    assert team.sam.get(f"/api/v1/clips/{note['clip_id']}/audio").status_code == 200


def test_a_deleted_call_takes_sound_and_quotes_and_leaves_what_people_wrote(calls, team, client):
    note = sent(team.dana, moment(calls[0]))
    copied = sent(team.dana, moment(calls[1]), exemplar_id=moment(calls[0]))
    team.sam.post(f"{NOTES}/{note['id']}/remarks", json={"text": "I remember that one."})
    where = f"/api/v1/calls/{calls[0].id}"
    assert client.get(f"{where}/deletion").json()["notes"] == 2
    assert "2 coaching notes" in client.get(f"/calls/{calls[0].id}/delete").text
    assert client.delete(where).status_code == 202
    left = team.sam.get(f"{NOTES}/{note['id']}").json()
    assert (left["said"], left["playable"], left["strength"]) == ([], False, WRITTEN["strength"])
    assert left["remarks"][0]["text"] == "I remember that one."
    assert team.dana.get(f"{NOTES}/{copied['id']}").json()["exemplar"] in ([], None)
    assert "no longer playable" in team.sam.get(f"/notes/{note['id']}").text
    everything = str([vars(one) for one in kept.find(client.app.state.parts.store, Scope(None, None))])
    assert "budgeted" not in everything


def test_a_list_goes_on_where_it_stopped(calls, team):
    numbers = [make(team.dana, moment(calls[0]))["id"] for _ in range(5)]
    first = team.dana.get(NOTES, params={"limit": 2}).json()
    rest = team.dana.get(NOTES, params={"limit": 200, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == numbers[::-1]
    assert (first["total"], rest["next"]) == (5, None)
    other = team.dana.get(NOTES, params={"cursor": first["next"], "state": "sent"})
    assert other.status_code == 422


def test_whoever_holds_the_secret_writes_notes_too(calls, team, client):
    note = sent(client, moment(calls[0]))
    assert note["by"] == "manager"
    assert team.sam.get(f"{NOTES}/{note['id']}").status_code == 200
    assert team.dana.patch(f"{NOTES}/{note['id']}", json={"strength": "x"}).status_code == 403


def test_nobody_is_told_who_has_left(calls, team, client):
    note = make(team.dana, moment(calls[0]))
    sam = next(one for one in people.find(client.app.state.parts.store) if one.name == "Sam Reed")
    assert client.post(f"/api/v1/people/{sam.id}/leave").status_code < 300
    refused = team.dana.post(f"{NOTES}/{note['id']}/send")
    assert (refused.status_code, refused.json()["detail"]) == (422, "Sam Reed has left")


# --- reviews between reps


@pytest.fixture
def pair(team):
    """Sam reviews Priya this month."""
    for browser in (team.sam, team.priya):
        found = browser.get("/api/v1/pairs").json()
        assert found["total"] == 2, "each gives one and gets one"
    return next(one for one in found["items"] if one["reviewer"] == "Sam Reed")


def test_pairs_are_of_one_team_and_stay_for_the_month(pair, team):
    assert pair["reviewed"] == "Priya Nair"
    assert team.dana.get("/api/v1/pairs").json()["total"] == 2
    assert team.lee.get("/api/v1/pairs").json()["total"] == 0, "one rep alone has nobody to review"
    assert team.omar.get("/api/v1/pairs").json()["total"] == 0
    again = team.dana.get("/api/v1/pairs").json()["items"]
    assert pair in again


def test_a_review_is_of_the_call_that_was_given_and_of_no_other(calls, pair, team):
    given, clip = f"/api/v1/pairs/{pair['id']}/call", moment(calls[1])
    assert team.sam.post(NOTES, json={"clip_id": clip}).status_code == 404
    assert team.sam.post(given, json={"recording_id": calls[1].id}).status_code == 404, "it is not his to give"
    assert team.priya.post(given, json={"recording_id": calls[0].id}).status_code == 404, "nor hers"
    assert team.priya.post(given, json={"recording_id": calls[1].id}).json()["recording_id"] == calls[1].id
    assert team.sam.get(f"/api/v1/calls/{calls[1].id}").status_code == 200
    assert team.sam.get(f"/api/v1/clips/{clip}/audio").status_code == 200
    assert team.omar.get(f"/api/v1/calls/{calls[1].id}").status_code == 404
    note = sent(team.sam, clip)
    assert (note["kind"], note["person"]) == ("peer", "Priya Nair")
    assert team.priya.get(f"{NOTES}/{note['id']}").status_code == 200
    assert team.dana.get(f"{NOTES}/{note['id']}").status_code == 200
    assert team.sam.post(NOTES, json={"clip_id": clip}).status_code == 422, "one review a pair"
    mine = next(one for one in team.sam.get("/api/v1/pairs").json()["items"] if one["id"] == pair["id"])
    assert mine["note_id"] == note["id"]


def test_a_call_that_was_given_can_be_taken_back(calls, pair, team):
    given = f"/api/v1/pairs/{pair['id']}/call"
    team.priya.post(given, json={"recording_id": calls[1].id})
    assert team.sam.get(f"/calls/{calls[1].id}").status_code == 200
    team.priya.post(given, json={"recording_id": None})
    assert team.sam.get(f"/calls/{calls[1].id}").status_code == 404


def test_the_reviewer_is_told_which_call(calls, pair, team, client):
    team.priya.post(f"/api/v1/pairs/{pair['id']}/call", json={"recording_id": calls[1].id})
    [row] = waiting(client, "review")
    subject, _ = telling.KINDS["review"](client.app.state.parts, row)
    assert (row.address, subject) == ("sam@juniper.example", "Priya Nair gave you a call to review")


def test_a_pair_written_down_is_not_written_again(store):
    people.keep(store, [Person("A", "a@x.example"), Person("B", "b@x.example")])
    one, other = (person.id for person in people.find(store))
    pairs.keep(store, [Pair("2026-11", one, other)])
    pairs.keep(store, [Pair("2026-11", one, other), Pair("2026-12", one, other)])
    assert [found.month for found in pairs.find(store)] == ["2026-12", "2026-11"]
