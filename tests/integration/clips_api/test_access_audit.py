"""The trail: written by what people do, read by admins, never changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from clips_api import access, footprints
from clips_api.audit import What
from clips_api.footprints import Footprints
from clips_api.store import audit
from clips_api.store.audit import Asked
from clips_api.store.people import Person
from clips_api.viewer import Viewer
from tests.integration.clips_api.team import moment
from tests.training import a_quiz, keep

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
IDA = Person("Ida Koch", "ida@example.com", role="admin")
SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam",))
DANA = Person("Dana Weiss", "dana@example.com", "North", role="manager")
DEEDS = (
    ("Dana Weiss", "heard", "call/0123456789abcdef", ""),
    ("Dana Weiss", "shared", "clip/0123456789abcdef-1000-9000", "for 14 days"),
    ("Sam_Ortega", "changed", "note/3", "answered"),
    ("manager", "deleted", "call/fedcba9876543210", ""),
)


def write(store) -> None:
    for number, (by, what, about, detail) in enumerate(DEEDS):
        audit.add(store, by=by, person_id=None, what=what, about=about, detail=detail, at=NOON + number * HOUR)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), [3, 2, 1, 0]),
        (Asked(by="DANA"), [1, 0]),
        (Asked(by="a_o"), []),
        (Asked(by="m_o"), [2]),
        (Asked(what="deleted"), [3]),
        (Asked(about="call/"), [3, 0]),
        (Asked(about="call/%"), []),
        (Asked(since=NOON + HOUR, until=NOON + 3 * HOUR), [2, 1]),
        (Asked(by="dana", what="heard", since=NOON + HOUR), []),
    ],
)
def test_what_is_asked_is_found(store, asked, found):
    write(store)
    assert [(one.by, one.what, one.about, one.detail) for one in audit.find(store, asked, limit=9)] == [
        DEEDS[number] for number in found
    ]
    assert audit.count(store, asked) == len(found)


def test_over_http_page_by_page(app, client):
    write(app.state.parts.store)
    seen, cursor = [], None
    while True:
        given = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/audit", params=given).json()
        assert page["total"] == 4
        seen += [one["about"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [about for _, _, about, _ in reversed(DEEDS)]
    other = client.get("/api/v1/audit", params={"limit": 3}).json()["next"]
    assert client.get("/api/v1/audit", params={"what": "heard", "cursor": other}).status_code == 422
    assert client.get("/api/v1/audit", params={"what": "eaten"}).status_code == 422
    assert client.get("/api/v1/audit", params={"since": "2026-11-12T13:00:00"}).status_code == 422  # of which zone?


def test_the_page_names_calls_and_people(calls, app, client, signed_in_as):
    records = app.state.parts.store
    ida = signed_in_as(IDA)
    number = ida.get("/api/v1/me").json()["id"]
    for about in (f"call/{calls[0].id}", f"clip/{calls[1].id}-1000-2000", f"person/{number}", "call/ffffffffffffffff"):
        audit.add(records, by="Dana Weiss", person_id=None, what="heard", about=about, detail="", at=NOON)
    shown = ida.get("/audit").text
    assert f'<a href="/calls/{calls[0].id}">call: Corbel Tiles · Sam · 12 Nov' in shown
    assert "clip: Ivy &amp; Sons &lt;Ltd&gt; · Priya" in shown
    assert "Ida Koch" in shown
    assert "call/ffffffffffffffff" in shown
    assert 'href="/calls/ffffffffffffffff"' not in shown
    one = ida.get("/audit", params={"about": f"http://127.0.0.1/calls/{calls[0].id}?t=3"}).text
    assert "Corbel Tiles" in one
    assert "Ivy" not in one
    assert "Nothing like that was done" in ida.get("/audit", params={"by": "nobody"}).text


def test_the_page_says_names_where_the_trail_has_numbers(calls, app, client, signed_in_as):
    records, ida = app.state.parts.store, signed_in_as(IDA)
    (sam,) = keep(records, SAM)
    quiz = client.post("/api/v1/assignments", json={"quiz_id": a_quiz(records), "people": [sam.id]}).json()["items"][0]
    clip = moment(calls[0])
    asked = client.post("/api/v1/consents", json={"clip_id": clip}).json()["id"]
    client.post(f"/api/v1/consents/{asked}", json={"agreed": True})
    audit.add(records, by="Dana", person_id=None, what="sent", about="assignment/99", detail="to person/98", at=NOON)
    days = {"starts_on": "2026-11-02", "ends_on": "2027-01-29"}
    goal = client.post("/api/v1/goals", json={"kind": "calls", "target": 40, "person_id": sam.id, **days}).json()["id"]
    won = client.post("/api/v1/wins", json={"clip_id": clip, "why": "He asked why before he answered."}).json()["id"]
    shown = " ".join(re.sub(r"<[^>]+>", " ", ida.get("/audit").text).split())
    assert "“The price” for Sam Ortega to Sam Ortega" in shown
    assert "a clip of Sam may be an example: clip: Corbel Tiles · Sam · 12 Nov" in shown
    assert "assignment/99 to person/98" in shown
    assert "the goal “Conversations” set for" in shown
    assert "a win of Sam marked as a win: clip: Corbel Tiles" in shown
    numbered = (f"assignment/{quiz['id']}", f"consent/{asked}", f"goal/{goal}", f"win/{won}")
    for number in (*numbered, f"person/{sam.id}", clip):
        assert number not in shown


def test_the_page_goes_on(app, client):
    records = app.state.parts.store
    for number in range(130):
        audit.add(records, by=f"person {number:03}.", person_id=None, what="saw", about="note/1", detail="", at=NOON)
    first = client.get("/audit", params={"what": "saw"}).text
    assert ">person 129.<" in first
    assert ">person 029.<" not in first
    more = first.partition('href="/audit?what=saw&amp;cursor=')[2].partition('"')[0]
    second = client.get(f"/audit?what=saw&cursor={more}").text
    assert ">person 029.<" in second
    assert ">person 000.<" in second
    assert ">Older<" not in second


@pytest.mark.parametrize("given", [{"since": "yesterday"}, {"until": "9999-12-31"}, {"what": "eaten"}, {"by": "%"}])
def test_what_is_typed_wrong_breaks_nothing(client, given):
    assert client.get("/audit", params=given).status_code == 200


def test_an_empty_trail_says_what_will_stand_there(client):
    assert "Nothing was done yet" in client.get("/audit").text


def test_managers_do_not_read_it(signed_in_as):
    dana = signed_in_as(DANA)
    assert dana.get("/audit").status_code == 403
    assert dana.get("/api/v1/audit").status_code == 403
    assert "/audit" not in dana.get("/account").text


def deeds(app) -> list[tuple[str, str, str]]:
    found = audit.find(app.state.parts.store, Asked(), limit=99)
    return [(one.by, one.what, one.about) for one in reversed(found) if one.what not in ("signed in", "signed out")]


def test_who_looked_at_whose_call(calls, app, signed_in_as):
    """Sam's call, looked at by Sam and by his manager, in pieces and again."""
    sam, dana = signed_in_as(SAM), signed_in_as(DANA)
    call = calls[0].id
    for browser in (sam, dana, dana):
        assert browser.get(f"/calls/{call}").status_code == 200
        assert browser.get(f"/api/v1/calls/{call}/audio", headers={"Range": "bytes=0-99"}).status_code == 206
    assert dana.get("/calls/ffffffffffffffff").status_code == 404
    assert deeds(app) == [("Dana Weiss", "saw", f"call/{call}"), ("Dana Weiss", "heard", f"call/{call}")]


def test_a_look_is_told_again_after_a_while(app, client, calls):
    steps = Footprints()
    looks = "GET /calls/{recording_id}"
    viewer, named = client_viewer(), {"recording_id": calls[0].id}
    for minutes in (0, 9, 10, 11, 25):
        steps.leave(app.state.parts, viewer, looks, named, NOON + timedelta(minutes=minutes))
    steps.leave(app.state.parts, viewer, "GET /search", {}, NOON)
    assert len(deeds(app)) == 3


def client_viewer() -> Viewer:
    return Viewer("manager", Person("Ola Berg", role="manager", id=7))


def test_what_was_changed_shared_and_deleted(calls, app, signed_in_as):
    dana = signed_in_as(DANA)
    call = calls[0].id
    clip = dana.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"][0]["id"]
    share = dana.post(f"/api/v1/clips/{clip}/share", json={"days": 7}).json()["id"]
    assert dana.delete(f"/api/v1/shares/{share}").status_code == 204
    assert dana.patch(f"/api/v1/calls/{call}", json={"customer": "Other"}).status_code == 200
    assert dana.patch(f"/api/v1/calls/{call}", json={"nonsense": 1}).status_code == 422
    assert dana.delete(f"/api/v1/calls/{call}").status_code == 202
    assert deeds(app) == [
        ("Dana Weiss", "shared", f"clip/{clip}"),
        ("Dana Weiss", "changed", f"link/{share}"),
        ("Dana Weiss", "changed", f"call/{call}"),
        ("Dana Weiss", "deleted", f"call/{call}"),
    ]


def test_the_table_names_addresses_that_there_are():
    assert set(footprints.table()) <= set(access.table())
    assert {what for what, _ in footprints.table().values()} <= set(get_args(What))
