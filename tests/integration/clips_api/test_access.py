"""Every role at every address: exactly what access.yml says, and what is not in it is refused to everybody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clips_api import access, matching
from clips_api.store import people, tokens
from clips_api.store.people import Person
from clips_api.viewer import ROLES
from pipeline.library import now
from tests.integration.clips_api.conftest import write_call

BASE = "http://127.0.0.1"
SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam",))
PRIYA = Person("Priya Shah", "priya@example.com", "South", ("Priya",))
DANA = Person("Dana Weiss", "dana@example.com", "North", role="manager")
OLA = Person("Ola Berg", "ola@example.com", "South", role="manager")
IDA = Person("Ida Koch", "ida@example.com", role="admin")
EVERYBODY = {"rep": SAM, "other rep": PRIYA, "manager": DANA, "other manager": OLA, "admin": IDA}
NOTHING = {  # what stands for a part of an address: well formed, and nothing is by that name
    "recording_id": "0123456789abcdef",
    "clip_id": "0123456789abcdef-1000-9000",
    "token": "x" * 43,
    "number": "999999",
    "assignment": "999999",
    "path": "tags/nothing.yml",
    "group": "waiting",
}


def operations(app: FastAPI) -> set[str]:
    """Every "METHOD /route" there is: of the API as its document has it, of pages as they are routed."""
    found = set()
    for route in app.routes:
        for one in route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]:
            if getattr(one, "endpoint", None) is not None and one.path != "/api/v1/openapi.json":
                found |= {f"{method} {one.path}" for method in one.methods if method != "HEAD"}
    documented = {f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods}
    assert documented == {re.sub(r":\w+}", "}", one) for one in found if one.split()[1].startswith("/api/")}
    return found


def address(path: str, **parts: str) -> str:
    """A route with its parts filled in."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda part: (NOTHING | parts).get(part[1], "nothing"), path)


@pytest.fixture
def somebody(app, client):
    """Makes clients of people who come with a token of theirs, or with nothing."""
    records = app.state.parts.store
    for person in EVERYBODY.values():
        people.save(records, person)
    known = {person.name: person for person in people.find(records)}

    def made(who: str) -> TestClient:
        headers = {"Sec-Fetch-Site": "same-origin"}
        if who in EVERYBODY:
            _, secret = tokens.add(records, known[EVERYBODY[who].name].id, "a test", now())
            headers["Authorization"] = f"Bearer {secret}"
        elif who == "owner":
            headers["Authorization"] = client.headers["Authorization"]
        return TestClient(app, base_url=BASE, headers=headers, follow_redirects=False, raise_server_exceptions=False)

    return made


def test_every_address_is_in_the_table_and_nothing_else(app):
    there, listed = operations(app), set(access.table())
    assert sorted(there - listed) == []
    assert sorted(listed - there) == []


@pytest.mark.parametrize("who", ["anyone", *EVERYBODY, "owner"])
def test_what_a_role_may(app, somebody, who):
    asks = somebody(who)
    role = "admin" if who == "owner" else EVERYBODY[who].role if who in EVERYBODY else None
    wrong = []
    for operation in sorted(operations(app)):
        method, path = operation.split()
        least = access.table()[operation]
        may = least == "anyone" or (role is not None and ROLES.index(role) >= ROLES.index(least))
        answer = asks.request(method, address(path))
        expected = {True: "let in", False: 403 if role else 401}[may]
        got = answer.status_code if answer.status_code in (401, 403) else "let in"
        if got != expected or answer.status_code >= 500:
            wrong.append((operation, expected, answer.status_code, answer.text[:100]))
    assert not wrong


def test_what_is_not_in_the_table_is_refused_to_everybody(app, somebody):
    @app.get("/api/v1/new")
    def new() -> str:
        return "seen"

    for who in (*EVERYBODY, "owner"):
        answer = somebody(who).get("/api/v1/new")
        assert (answer.status_code, answer.json()["title"]) == (403, "You may not do that here.")
    assert somebody("anyone").get("/api/v1/new").status_code == 401


def test_a_page_says_why_it_is_refused(somebody):
    answer = somebody("rep").get("/status")
    assert answer.status_code == 403
    assert "this is for managers" in answer.text
    assert "Ask somebody who may" in answer.text


BODIES = {  # what a change needs to be understood, so that it is not refused for its form
    "PATCH /api/v1/calls/{recording_id}": {"customer": "Nobody"},
    "PATCH /api/v1/calls/{recording_id}/speakers": {"swap": True},
    "POST /api/v1/clips/{clip_id}/share": {"days": 7},
}


def of_calls(app: FastAPI) -> Iterator[tuple[str, str]]:
    for operation in sorted(operations(app)):
        method, path = operation.split()
        if "{recording_id}" in path or "{clip_id}" in path:
            yield method, path


@pytest.mark.parametrize("who", ["other rep", "other manager"])
def test_what_is_another_teams_can_not_be_told_from_what_does_not_exist(app, calls, client, somebody, who):
    """The call is Sam's of North; who asks is of South."""
    clip = client.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"][0]["id"]
    assert clip.startswith(calls[0].id)
    asks, tried = somebody(who), 0
    for method, path in of_calls(app):
        if not path_is_for(EVERYBODY[who].role, f"{method} {path}"):
            continue
        body = BODIES.get(f"{method} {path}")
        theirs = asks.request(method, address(path, recording_id=calls[0].id, clip_id=clip), json=body)
        nobodys = asks.request(method, address(path), json=body)
        assert theirs.status_code == nobodys.status_code, (method, path, theirs.text)
        assert theirs.status_code in ((404,) if method in ("GET", "DELETE") or body else (404, 422)), (method, path)
        assert "Corbel" not in theirs.text
        tried += 1
    assert tried > 5
    assert calls[0].folder.exists()


NAMED = {  # changes that name a call or a clip in what is sent
    "/api/v1/calls/corrections": {"ids": ["{call}"], "set": {"customer": "Nobody"}},
    "/api/v1/judgements": {
        "recording_id": "{call}",
        "tag": "objection.price",
        "sentence": "{sentence}",
        "right": False,
    },
    "/api/v1/packs": {"items": [{"clip_id": "{clip}"}]},
    "/api/v1/collections/{shelf}/clips": {"clip_id": "{clip}"},
    "/api/v1/wins": {"clip_id": "{clip}", "why": "It went well."},
}


@pytest.mark.parametrize("path", NAMED)
def test_what_is_another_teams_can_not_be_named(calls, client, somebody, path):
    found = client.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"][0]
    shelf = str(client.post("/api/v1/collections", json={"title": "Price"}).json()["id"])
    sentence = client.get(f"/api/v1/clips/{found['id']}").json().get("sentence") or "1000"

    def sent(who: TestClient, clip: str):
        named = {"{call}": clip.partition("-")[0], "{clip}": clip, "{sentence}": sentence}
        said = json.dumps(NAMED[path])
        for name, value in named.items():
            said = said.replace(name, value)
        headers = {"Content-Type": "application/json"}
        return who.post(path.replace("{shelf}", shelf), content=said, headers=headers)

    outside = somebody("other manager")
    theirs, nobodys = sent(outside, found["id"]), sent(outside, NOTHING["clip_id"])
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert "Corbel" not in theirs.text


def written_about(client: TestClient, call: str, clip: str) -> None:
    """What somebody of the house writes about a call: a link, a judgement, a kept clip, a saved search, a note."""
    found = client.get(f"/api/v1/clips/{clip}").json()
    number = client.post("/api/v1/collections", json={"title": "Price"}).json()["id"]
    said = {"recording_id": call, "tag": found["tag"], "sentence": found["sentence"], "right": True}
    for path, body in (
        (f"/api/v1/clips/{clip}/share", {"days": 7}),
        ("/api/v1/judgements", said),
        (f"/api/v1/collections/{number}/clips", {"clip_id": clip, "why": "calm"}),
        ("/api/v1/searches", {"name": "Budget", "query": "q=budgeted"}),
        ("/api/v1/notes", {"clip_id": clip, "strength": "calm"}),
    ):
        answer = client.post(path, json=body)
        assert answer.is_success, (path, answer.text)
    assert client.post(f"/api/v1/notes/{answer.json()['id']}/send").is_success


@pytest.mark.parametrize("who", ["other rep", "other manager"])
def test_no_list_and_no_page_tells_of_what_is_another_teams(app, calls, client, somebody, who):
    clip = client.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"][0]["id"]
    written_about(client, calls[0].id, clip)
    asks, told = somebody(who), []
    for operation in sorted(operations(app)):
        method, path = operation.split()
        if method != "GET" or "{" in path or not path_is_for(EVERYBODY[who].role, operation):
            continue
        for asked in (
            "",
            "?q=budgeted",
            f"?recording_id={calls[0].id}",
            f"?clip={clip}",
            f"?clip_id={clip}",
            f"?call={calls[0].id}",
        ):
            answer = asks.get(path + asked)
            if answer.status_code >= 500:
                told.append((path + asked, answer.status_code))
            found = [word for word in ("Corbel", "way over what we", clip) if word in answer.text and word not in asked]
            told += [(path + asked, found)] if found else []
    assert told == []


def test_what_was_written_about_another_teams_call_is_not_theirs_to_end(calls, client, somebody):
    clip = client.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"][0]["id"]
    written_about(client, calls[0].id, clip)
    outside, inside = somebody("other manager"), somebody("manager")
    for path in ("shares", "judgements"):
        (one,) = client.get(f"/api/v1/{path}").json()["items"]
        assert outside.delete(f"/api/v1/{path}/{one['id']}").status_code == 404
        assert outside.get(f"/api/v1/{path}").json()["total"] == 0
        assert inside.get(f"/api/v1/{path}").json()["total"] == 1
        assert inside.delete(f"/api/v1/{path}/{one['id']}").status_code == 204
    note = client.get("/api/v1/notes").json()["items"][0]["id"]
    for path in (f"/notes/{note}", f"/api/v1/notes/{note}"):
        assert inside.get(path).status_code == 200
        for who in ("other rep", "other manager"):
            assert somebody(who).get(path).status_code == 404


def test_a_saved_search_finds_what_whoever_saved_it_sees(app, client, library, somebody):
    for who in ("manager", "other manager", "admin"):
        asked = {"name": who, "query": "q=budgeted", "tell": "dana@example.com"}
        assert somebody(who).post("/api/v1/searches", json=asked).status_code == 201
    made = write_call(library, seed=9)
    parts = app.state.parts
    parts.indexer.after = lambda ids: None  # the look is ours
    parts.indexer.refresh([made.id])
    assert matching.matches(parts, [made.id]) == 2
    new = {one["name"]: one["new"] for one in client.get("/api/v1/searches").json()["items"]}
    assert new == {"manager": 1, "other manager": 0, "admin": 1}


def test_a_customers_name_is_not_offered_to_other_teams(calls, somebody):
    for who, told in (("manager", True), ("rep", True), ("other manager", False), ("other rep", False)):
        assert ("calls of Corbel Tiles" in somebody(who).get("/search?q=corbel").text) is told, who


def path_is_for(role: str, operation: str) -> bool:
    least = access.table()[operation]
    return least != "anyone" and ROLES.index(role) >= ROLES.index(least)


def test_who_left_can_not_come_in(app, somebody):
    asks = somebody("admin")
    assert asks.get("/api/v1/me").json()["name"] == "Ida Koch"
    records = app.state.parts.store
    ida = next(one for one in people.find(records) if one.name == "Ida Koch")
    people.save(records, replace(ida, left_at=now()))
    assert asks.get("/api/v1/me").status_code == 401
    assert asks.get("/search").status_code == 401


def test_a_role_that_was_taken_away_is_gone_at_once(app, somebody):
    asks = somebody("admin")
    assert asks.get("/api/v1/audit").status_code == 200
    records = app.state.parts.store
    ida = next(one for one in people.find(records) if one.name == "Ida Koch")
    people.save(records, replace(ida, role="rep"))
    assert asks.get("/api/v1/audit").status_code == 403
