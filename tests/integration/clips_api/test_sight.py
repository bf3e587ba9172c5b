"""Whose calls somebody sees: a rep their own, a manager the team's, an admin all; what they don't see isn't there."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from clips_api import access
from clips_api.store import consents, kept
from clips_api.store.people import Person
from clips_api.viewer import Viewer
from tests.integration.clips_api.conftest import Made, write_call

SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam",))
PRIYA = Person("Priya", "priya@example.com", "South")
DANA = Person("Dana", "dana@example.com", "North", role="manager")
OLA = Person("Ola", "ola@example.com", "South", role="manager")
IDA = Person("Ida", "ida@example.com", role="admin")


@pytest.fixture
def calls(library) -> list[Made]:
    """A call of Sam's, one of Priya's, one of somebody who is in no list, one of nobody knows whom."""
    when = datetime(2026, 11, 12, 14, 5, tzinfo=UTC)
    return [
        write_call(library, seed=number, rep=rep, started_at=when)
        for number, rep in enumerate(("Sam", "Priya", "Zed", None), 1)
    ]


@pytest.fixture
def everybody(calls, signed_in_as):
    return {person.name: signed_in_as(person) for person in (SAM, PRIYA, DANA, OLA, IDA)}


SEEN = {"Sam Ortega": [0], "Priya": [1], "Dana": [0, 2, 3], "Ola": [1, 2, 3], "Ida": [0, 1, 2, 3]}


@pytest.mark.parametrize("name", SEEN)
def test_calls_and_clips_are_those_that_are_theirs(everybody, calls, name):
    browser = everybody[name]
    seen = {calls[number].id for number in SEEN[name]}
    assert {one["id"] for one in browser.get("/api/v1/calls").json()["items"]} == seen
    found = browser.get("/api/v1/clips", params={"limit": 200}).json()
    assert {one["recording_id"] for one in found["items"]} == seen
    assert found["total"] == len(found["items"])
    counted = browser.get("/api/v1/clips/counts").json()["rep"]
    assert set(counted) == {["Sam", "Priya", "Zed", None][number] for number in SEEN[name]} - {None}


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/calls/{id}",
        "/api/v1/calls/{id}/analysis",
        "/api/v1/calls/{id}/audio",
        "/api/v1/calls/{id}/transcript.vtt",
        "/api/v1/clips/{clip}",
        "/api/v1/clips/{clip}/audio",
        "/api/v1/clips/{clip}/captions.vtt",
        "/calls/{id}",
        "/clips/{clip}",
    ],
)
def test_what_is_not_theirs_is_not_there(everybody, client, calls, name, address):
    for number, call in enumerate(calls):
        clip = next(iter(client.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"]))["id"]
        place = address.format(id=call.id, clip=f"{call.id}-{clip.partition('-')[2]}")
        assert everybody[name].get(place).status_code == (200 if number in SEEN[name] else 404), place


def test_a_rep_changes_nothing_of_a_call(everybody, calls):
    for method, address in (
        ("PATCH", f"/api/v1/calls/{calls[0].id}"),
        ("DELETE", f"/api/v1/calls/{calls[0].id}"),
        ("POST", f"/calls/{calls[0].id}/type"),
        ("GET", "/api/v1/people"),
        ("GET", "/status"),
    ):
        answer = everybody["Sam Ortega"].request(method, address, json={} if method == "PATCH" else None)
        assert answer.status_code == 403, address


def test_pages_offer_a_rep_only_what_they_may_do(everybody, calls):
    """Every form and every link of their pages leads somewhere that lets them in."""
    for address in (f"/calls/{calls[0].id}", "/search?q=budgeted", "/calls", "/library", "/coaching", "/modules"):
        html = everybody["Sam Ortega"].get(address).text
        for action in set(re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', html)):
            assert least_for("POST", action) in ("rep", "anyone"), (address, action)
        for href in set(re.findall(r'<a[^>]*href="(/[^"#?]*)', html)):
            assert least_for("GET", href) in ("rep", "anyone"), (address, href)


def least_for(method: str, address: str) -> str | None:
    """The least role that may use an address, by the table."""
    for route, least in sorted(access.table().items(), key=lambda one: one[0].count("{")):
        given, _, template = route.partition(" ")
        pattern = re.sub(r"\{[^}]*:path\}", ".+", template)
        if given == method and re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", pattern), address or "/"):
            return least
    return None


def test_the_library_shows_a_clip_to_others_once_its_rep_agreed(everybody, client, app, calls):
    records = app.state.parts.store
    clip = client.get("/api/v1/clips", params={"q": "budgeted", "rep": "Sam"}).json()["items"][0]["id"]
    number = client.post("/api/v1/collections", json={"title": "Price"}).json()["id"]
    assert client.post(f"/api/v1/collections/{number}/clips", json={"clip_id": clip, "why": "calm"}).status_code == 201
    assert kept.holding(records, clips=[clip])

    def listed(name: str) -> list[str]:
        found = everybody[name].get(f"/api/v1/collections/{number}/clips").json()
        return [one["id"] for one in found["items"]]

    assert (listed("Priya"), listed("Ola"), listed("Sam Ortega"), listed("Dana")) == ([], [], [clip], [clip])
    assert everybody["Priya"].get(f"/api/v1/clips/{clip}/audio").status_code == 404
    assert not consents.agreed(records, clip)


def test_who_they_look_after():
    dana, ola, ida = (Viewer(one.role, one) for one in (DANA, OLA, IDA))
    assert [one.coaches(SAM) for one in (dana, ola, ida, Viewer("rep", PRIYA))] == [True, False, True, False]
