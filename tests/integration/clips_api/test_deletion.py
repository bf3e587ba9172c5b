"""Deleting a call for good: what goes, what stays, what is told before; and never while it is worked on."""

from __future__ import annotations

import json

import pytest

from clips_api.spans import clip_id
from clips_api.store import shares
from pipeline.library import now
from pipeline.records import Sighting
from tests.integration.clips_api.conftest import set_aside, write_call

CALLS = "/api/v1/calls"
QUOTE = "way over what we budgeted"


@pytest.fixture
def kept(calls, client):
    """Both moments in one collection, and where."""
    number = client.post("/api/v1/collections", json={"title": "Price & <value>"}).json()["id"]
    for call in calls:
        one = call.folder.analysis().moments[0]
        body = {"clip_id": clip_id(call.id, one.start, one.end, 0), "why": "It asks first.", "anyway": True}
        assert client.post(f"/api/v1/collections/{number}/clips", json=body).status_code == 201
    return number


def shelf(client, number):
    return client.get(f"/api/v1/collections/{number}/clips").json()["items"]


def share(client, call):
    one = call.folder.analysis().moments[0]
    store = client.app.state.parts.store
    return shares.add(store, clip_id(call.id, one.start, one.end, 0), by="manager", at=now(), days=7)[1]


def judge(client, call):
    body = {"recording_id": call.id, "kind": "tag", "tag": "objection.price", "right": True}
    tag = next(one for one in call.folder.analysis().tags if one.tag == "objection.price")
    sentence = str(round(call.folder.transcript().turns[tag.turn].start * 1000))
    assert client.post("/api/v1/judgements", json=body | {"sentence": sentence}).status_code == 200


def test_what_would_go_is_told_first(calls, client, kept):
    judge(client, calls[0])
    share(client, calls[0])
    told = client.get(f"{CALLS}/{calls[0].id}/deletion").json()
    assert told["collections"] == [{"id": kept, "title": "Price & <value>", "clips": 1}]
    assert told["links"] == 1
    assert (told["judgements"], told["aside"], told["stays_at"], told["name"]) == (1, False, [], "call 1.wav")
    html = client.get(f"/calls/{calls[0].id}/delete").text
    for words in (
        "Price &amp; &lt;value&gt;",
        "1 clip in the collection",
        "1 link to its clips",
        "1 answer",
        'name="words"',
    ):
        assert words in html
    assert client.get(f"{CALLS}/{calls[0].id}").status_code == 200
    assert client.get(f"{CALLS}/{'0' * 16}/deletion").status_code == 404


def test_a_deleted_call_is_gone_and_its_kept_words_stay(calls, library, client, kept):
    gone = calls[0]
    before = shelf(client, kept)
    judge(client, gone)
    assert client.delete(f"{CALLS}/{gone.id}").json() == {"ids": [gone.id]}
    assert not gone.folder.exists()
    assert list(library.incoming.iterdir()) == []
    client.app.state.parts.indexer.refresh(library.to_index.take())
    assert [one["id"] for one in client.get(CALLS).json()["items"]] == [calls[1].id]
    for path in (
        f"{CALLS}/{gone.id}",
        f"{CALLS}/{gone.id}/audio",
        f"/calls/{gone.id}",
        f"/api/v1/clips/{before[0]['id']}/audio",
    ):
        assert client.get(path).status_code == 404
    assert client.delete(f"{CALLS}/{gone.id}").status_code == 404
    first, second = shelf(client, kept)
    assert first == before[0] | {"playable": False}
    assert second == before[1]
    html = client.get(f"/library/{kept}").text
    assert html.count("no longer playable") == 1
    assert QUOTE in html
    [judged] = client.get("/api/v1/judgements").json()["items"]
    assert (judged["quote"], judged["right"]) == ("", True)
    assert client.get("/api/v1/judgements/precision").json()["items"][0]["judged"] == 1


def test_the_words_go_too_where_that_is_asked_for(calls, client, kept):
    answer = client.post(f"/calls/{calls[0].id}/delete", data={"words": "1"})
    assert answer.headers["location"] == "/calls?deleted=1"
    assert "The call is deleted." in client.get("/calls?deleted=1").text
    first, second = shelf(client, kept)
    assert (first["quote"], first["reply"], first["customer"], first["why"]) == ("", None, None, "It asks first.")
    assert second["quote"]
    html = client.get(f"/library/{kept}").text
    assert QUOTE not in html
    assert "Its words were deleted with the call." in html
    parts = client.app.state.parts
    with parts.store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    left = parts.library.records.read_bytes()
    assert b"It asks first." in left
    assert QUOTE.encode() not in left


def test_what_was_learnt_from_it_is_forgotten(calls, library, client):
    for call in calls:
        judge(client, call)
    client.post("/api/v1/judgements/learn")
    texts = {one["text"] for one in json.loads(library.examples.read_bytes())["items"]}
    assert len(texts) == 2
    client.delete(f"{CALLS}/{calls[0].id}")
    left = {one["text"] for one in json.loads(library.examples.read_bytes())["items"]}
    assert len(left) == 1
    assert left < texts
    assert QUOTE not in str(left)


def test_the_same_bytes_are_a_new_arrival(calls, library, client):
    data = calls[0].folder.sound.read_bytes()
    client.delete(f"{CALLS}/{calls[0].id}")
    assert library.known(calls[0].id) is None
    again = write_call(library, seed=1, name="again.wav")
    assert (again.id, again.folder.sound.read_bytes()) == (calls[0].id, data)
    assert [one.path for one in again.folder.sightings()] == ["again.wav"]


def test_a_link_stays_dead_when_the_bytes_come_back(calls, library, client):
    token = share(client, calls[0])
    client.delete(f"{CALLS}/{calls[0].id}")
    write_call(library, seed=1)
    found = shares.of_token(client.app.state.parts.store, token)
    assert found
    assert not found.open(now())


def test_a_call_that_is_worked_on_stays_whole(calls, library, client, kept):
    judge(client, calls[0])
    with calls[0].folder.lock():
        answer = client.delete(f"{CALLS}/{calls[0].id}", params={"words": True})
    assert answer.status_code == 409
    assert "try again in a moment" in answer.json()["detail"]
    assert calls[0].folder.exists()
    assert shelf(client, kept)[0]["quote"]
    assert client.get("/api/v1/judgements").json()["items"][0]["quote"]


def test_a_file_that_stays_where_it_is_is_told(calls, client):
    kept = Sighting(path="Synced/call.wav", at=now(), bytes=1, mtime_ns=1, kept=True)
    calls[0].folder.sight(kept)
    assert client.get(f"{CALLS}/{calls[0].id}/deletion").json()["stays_at"] == ["Synced/call.wav"]
    assert "comes back from there" in client.get(f"/calls/{calls[0].id}/delete").text


def test_what_was_set_aside_goes_the_same_way(library, client):
    held = set_aside(library)
    assert client.get(f"{CALLS}/{held}/deletion").json()["aside"] is True
    assert client.delete(f"{CALLS}/{held}").status_code == 202
    assert library.known(held) is None
