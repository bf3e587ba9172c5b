"""Sessions and tokens: who is known again, for how long, and what ends it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from clips_api.keyring import Keys
from clips_api.store import audit, people, sessions, tokens
from clips_api.store.audit import Asked
from clips_api.store.people import Person
from clips_api.store.tokens import MARK
from clips_api.tokens import MOST
from pipeline.library import now

BASE = "http://127.0.0.1"
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam",))
PRIYA = Person("Priya Shah", "priya@example.com", "South", ("Priya",))


@pytest.fixture
def records(app, client):
    return app.state.parts.store


@pytest.fixture
def browse(app, client, library, records):
    """Makes browsers in which somebody is signed in; each is another one."""

    def made(person: Person, device: str = "Firefox on Linux") -> TestClient:
        people.keep(records, [person])
        known = next(one for one in people.find(records) if one.name == person.name)
        _, token = sessions.add(records, known.id, device=device, at=now())
        cookies, headers = {Keys(library.secret()).cookie_name: token}, {"Sec-Fetch-Site": "same-origin"}
        return TestClient(app, base_url=BASE, cookies=cookies, headers=headers, follow_redirects=False)

    return made


def with_token(app, secret: str) -> TestClient:
    headers = {"Authorization": f"Bearer {secret}"}
    return TestClient(app, base_url=BASE, headers=headers, follow_redirects=False)


# in the records, on both databases


def test_a_session_lasts_while_it_is_used(store):
    sam = people.save(store, SAM)
    made, token = sessions.add(store, sam.id, device="Firefox on Linux", at=NOON)
    assert made.expires_at == NOON + 30 * DAY
    for days in (29, 58, 87):
        assert sessions.of_token(store, token, NOON + days * DAY).id == made.id
    assert sessions.find(store, sam.id, NOON + 88 * DAY)[0].seen_at == NOON + 87 * DAY
    assert sessions.of_token(store, token, NOON + 117 * DAY) is None
    assert sessions.find(store, sam.id, NOON + 117 * DAY) == []


def test_looking_is_written_down_to_the_hour(store):
    sam = people.save(store, SAM)
    _, token = sessions.add(store, sam.id, device="Firefox on Linux", at=NOON)
    for minutes, seen in ((59, 0), (60, 60), (100, 60)):
        sessions.of_token(store, token, NOON + timedelta(minutes=minutes))
        assert sessions.find(store, sam.id, NOON)[0].seen_at == NOON + timedelta(minutes=seen)


def test_ending_sessions(store):
    sam, priya = people.save(store, SAM), people.save(store, PRIYA)
    held = [sessions.add(store, who.id, device="Firefox on Linux", at=NOON) for who in (sam, sam, sam, priya)]
    first = held[0][0]
    assert sessions.end(store, priya.id, first.id, NOON) == 0  # that one is not hers
    assert sessions.end(store, sam.id, first.id, NOON) == 1
    assert sessions.end(store, sam.id, first.id, NOON) == 0
    assert sessions.end(store, sam.id, None, NOON) == 2
    assert [sessions.of_token(store, token, NOON) is not None for _, token in held] == [False, False, False, True]


def test_what_was_over_long_ago_is_forgotten(store):
    sam = people.save(store, SAM)
    _, token = sessions.add(store, sam.id, device="Firefox on Linux", at=NOON)
    sessions.end(store, sam.id, None, NOON)
    sessions.add(store, sam.id, device="Firefox on Linux", at=NOON + 121 * DAY)
    with store.read() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one()
    assert kept == 1
    assert sessions.of_token(store, token, NOON) is None


def test_tokens_in_the_records(store):
    sam, priya = people.save(store, SAM), people.save(store, PRIYA)
    made, secret = tokens.add(store, sam.id, "Weekly report", NOON)
    assert secret.startswith(MARK)
    assert tokens.of_secret(store, secret, NOON + DAY).id == made.id
    assert tokens.find(store, sam.id)[0].used_at == NOON + DAY
    assert tokens.of_secret(store, f"{secret}x", NOON) is None
    assert not tokens.end(store, priya.id, made.id, NOON)
    assert tokens.end(store, sam.id, made.id, NOON)
    assert tokens.of_secret(store, secret, NOON) is None
    assert tokens.find(store, sam.id) == []
    with store.read() as connection:
        held = connection.exec_driver_sql("SELECT * FROM api_tokens").all()
    assert secret not in repr(held)


# over HTTP


def test_who_somebody_is(browse, client):
    assert browse(SAM).get("/api/v1/me").json()["team"] == "North"
    owner = client.get("/api/v1/me").json()
    assert owner == {"id": None, "name": "manager", "role": "admin", "team": None, "email": None}


def test_signing_out_here(browse, records):
    here, there = browse(SAM), browse(SAM, "Safari on iPhone")
    answer = here.post("/account/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=out")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "You are signed out" in here.get("/sign-in?done=out").text
    assert here.get("/calls").status_code == 401
    assert there.get("/calls").status_code == 200
    assert [deed.by for deed in audit.find(records, Asked(what="signed out"), limit=9)] == ["Sam Ortega"]


def test_a_cookie_that_was_kept_opens_nothing_after_signing_out(app, browse):
    here = browse(SAM)
    kept = dict(here.cookies)
    here.post("/account/sign-out")
    thief = TestClient(app, base_url=BASE, cookies=kept, follow_redirects=False)
    assert thief.get("/api/v1/me").status_code == 401


def test_signing_out_of_another_browser(browse):
    here, there, hers = browse(SAM), browse(SAM, "Safari on iPhone"), browse(PRIYA)
    shown = here.get("/account").text
    assert shown.count(">this browser<") == 1
    assert "Safari on iPhone" in shown
    number = next(
        one["id"] for one in here.get("/api/v1/sessions").json()["items"] if one["device"] == "Safari on iPhone"
    )
    assert hers.delete(f"/api/v1/sessions/{number}").status_code == 404
    assert hers.post(f"/account/sessions/{number}/end").status_code == 404
    assert there.get("/calls").status_code == 200
    assert here.post(f"/account/sessions/{number}/end").status_code == 303
    assert there.get("/calls").status_code == 401
    assert here.get("/calls").status_code == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/account/sessions/end"), ("DELETE", "/api/v1/sessions")])
def test_signing_out_everywhere(browse, method, path):
    here, there, hers = browse(SAM), browse(SAM), browse(PRIYA)
    assert here.request(method, path).status_code in (204, 303)
    assert [one.get("/calls").status_code for one in (here, there, hers)] == [401, 401, 200]


def test_whoever_holds_the_secret_signs_out_too(stranger, library):
    stranger.get("/search", params={"token": library.secret()})
    shown = stranger.get("/account").text
    assert "You came in by the link that Exemplar printed" in shown
    assert "Make a token" not in shown
    answer = stranger.post("/account/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    assert stranger.get("/calls").status_code == 401


def test_whoever_holds_the_secret_has_no_tokens(client):
    for answer in (client.post("/api/v1/tokens", json={"name": "x"}), client.delete("/api/v1/sessions")):
        assert (answer.status_code, answer.json()["title"]) == (
            422,
            "You came in by the start-up link, which belongs to nobody.",
        )
    assert client.get("/api/v1/tokens").json()["total"] == 0


def test_a_token_is_shown_once_and_may_what_its_person_may(calls, app, browse):
    sam = browse(SAM)
    answer = sam.post("/account/tokens", data={"name": " Weekly report "})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    secret = re.search(rf'value="({MARK}[^"]+)"', answer.text)[1]
    assert secret not in sam.get("/account").text
    assert "Weekly report" in sam.get("/account").text
    script = with_token(app, secret)
    assert script.get("/api/v1/me").json()["name"] == "Sam Ortega"
    assert [one["id"] for one in script.get("/api/v1/calls").json()["items"]] == [calls[0].id]
    assert script.get(f"/api/v1/calls/{calls[1].id}").status_code == 404
    assert script.get("/api/v1/people").status_code == 403
    assert script.post("/api/v1/tokens", json={"name": "no origin is needed"}).status_code == 201


def test_ending_a_token(app, browse):
    sam, priya = browse(SAM), browse(PRIYA)
    made = sam.post("/api/v1/tokens", json={"name": "Weekly report"}).json()
    script = with_token(app, made["token"])
    assert script.get("/api/v1/me").status_code == 200
    assert priya.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert priya.post(f"/account/tokens/{made['id']}/end").status_code == 404
    assert script.get("/api/v1/me").status_code == 200
    assert sam.post(f"/account/tokens/{made['id']}/end").status_code == 303
    assert script.get("/api/v1/me").status_code == 401
    assert sam.delete(f"/api/v1/tokens/{made['id']}").status_code == 404


def test_a_wrong_token_is_not_made_good_by_a_cookie(browse):
    assert browse(SAM).get("/api/v1/me", headers={"Authorization": f"Bearer {MARK}x"}).status_code == 401


def test_a_token_ends_with_its_person(app, browse, records):
    sam = browse(SAM)
    secret = sam.post("/api/v1/tokens", json={"name": "Weekly report"}).json()["token"]
    known = next(one for one in people.find(records) if one.name == SAM.name)
    people.save(records, replace(known, left_at=now()))
    assert with_token(app, secret).get("/api/v1/me").status_code == 401
    assert sam.get("/api/v1/me").status_code == 401


def test_tokens_need_a_name_and_are_few(browse):
    sam = browse(SAM)
    answer = sam.post("/account/tokens", data={"name": "  "})
    assert answer.status_code == 422
    assert "Say in a few words what the token is for." in answer.text
    for number in range(MOST):
        assert sam.post("/api/v1/tokens", json={"name": f"number {number}"}).status_code == 201
    assert sam.post("/api/v1/tokens", json={"name": "one more"}).status_code == 409
    answer = sam.post("/account/tokens", data={"name": "one more"})
    assert answer.status_code == 409
    assert "End one that you don’t use any more" in answer.text.replace("&#39;", "’")


def test_changes_of_the_account_come_from_our_own_pages(browse):
    sam = browse(SAM)
    for path in ("/account/sign-out", "/account/sessions/end", "/account/tokens"):
        assert sam.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert sam.get("/calls").status_code == 200
