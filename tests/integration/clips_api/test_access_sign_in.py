"""Signing in by a link: sent, handed out, opened, used once; and what a stranger can't find out or bring about."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from clips_api import sign_in, telling
from clips_api.keyring import Keys
from clips_api.store import audit, outbox, people, sessions, sign_ins
from clips_api.store.audit import Asked
from clips_api.store.people import Person
from clips_api.throttle import LIMITS
from pipeline.library import now
from pipeline.settings import Mail, Settings

BASE = "http://127.0.0.1"
HERE = {"Sec-Fetch-Site": "same-origin"}
SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam",))
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Mail is set up, and the public address leads here."""
    mail = Mail.model_validate({"host": "127.0.0.1", "port": 2525, "tls": "none", "from": "coach@example.com"})
    return Settings(data=tmp_path / "data", public_url="http://coach.example", mail=mail)


@pytest.fixture
def parts(app, client):
    return app.state.parts


@pytest.fixture
def sam(parts) -> Person:
    return people.save(parts.store, SAM)


@pytest.fixture
def browser(app, client) -> TestClient:
    """A browser in which nobody is signed in."""
    headers = {"User-Agent": FIREFOX}
    return TestClient(app, base_url=BASE, headers=headers, follow_redirects=False)


def asked(browser: TestClient, address: str, to: str = ""):
    return browser.post("/sign-in", data={"email": address, "to": to}, headers=HERE)


def mailed(parts) -> list[str]:
    """The links in what is sent now, and that nothing else is."""
    found = []
    for message in telling.take(parts, 10, "a test", 60, ["mail"]):
        assert message.address == "sam@example.com"
        found += [part.link for part in message.parts if part.link]
        outbox.sent(parts.store, message.number, now())
    return found


def path_of(link: str) -> str:
    assert link.startswith("http://coach.example/sign-in/")
    return link.removeprefix("http://coach.example")


def test_a_link_comes_by_mail_and_signs_in(parts, sam, browser):
    answer = asked(browser, " Sam@Example.com ", "/calls?rep=Sam")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=sent")
    assert "If that address is on file" in browser.get("/sign-in?done=sent").text
    (link,) = mailed(parts)
    path = path_of(link)
    assert path.endswith("?to=%2Fcalls%3Frep%3DSam")

    opened = browser.get(path)
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "no-store")
    assert "Hello Sam Ortega" in opened.text
    assert "set-cookie" not in opened.headers
    assert browser.get("/calls").status_code == 401

    used = browser.post(path, data={"to": "/calls?rep=Sam"}, headers=HERE)
    assert (used.status_code, used.headers["location"]) == (303, "/calls?rep=Sam")
    cookie = used.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/api/v1/me").json() | {"id": 0} == {
        "id": 0, "name": "Sam Ortega", "role": "rep", "team": "North", "email": "sam@example.com",
    }  # fmt: skip
    assert [one.device for one in sessions.find(parts.store, sam.id, now())] == ["Firefox on Windows"]
    (deed,) = audit.find(parts.store, Asked(what="signed in", by="sam"), limit=9)
    assert (deed.about, deed.detail, deed.person_id) == (f"person/{sam.id}", "Firefox on Windows", sam.id)


def test_a_link_works_once(app, parts, sam, browser):
    asked(browser, sam.email)
    path = path_of(mailed(parts)[0])
    assert browser.head(path).status_code in (200, 405)
    for _ in range(3):
        assert browser.get(path).status_code == 200  # scanners look: that uses nothing up
    other = TestClient(app, base_url=BASE, follow_redirects=False)
    assert browser.post(path, headers=HERE).status_code == 303
    for method in ("GET", "POST"):
        again = other.request(method, path, headers=HERE)
        assert again.status_code == 410
        assert "This link doesn’t work any more" in again.text
        assert "Send me a new link" in again.text
        assert "Sam" not in again.text
    assert other.get("/api/v1/me").status_code == 401


def test_two_who_press_at_once_are_not_both_let_in(parts, sam):
    with parts.store.write() as connection:
        made = sign_ins.add(
            connection, sam.id, lambda row: sign_in.token(parts, row), at=now(), lasts=timedelta(minutes=15)
        )
    token = sign_in.token(parts, made)
    assert [sign_ins.use(parts.store, token, now()) is not None for _ in range(2)] == [True, False]


def test_a_link_ends_with_its_time(parts, sam):
    at = now()
    with parts.store.write() as connection:
        made = sign_ins.add(connection, sam.id, lambda row: sign_in.token(parts, row), at=at, lasts=sign_in.LASTS)
    token = sign_in.token(parts, made)
    late = at + timedelta(minutes=15)
    assert made.open(late - timedelta(seconds=1))
    assert not made.open(late)
    assert sign_ins.use(parts.store, token, late) is None
    assert sign_ins.use(parts.store, token, late - timedelta(seconds=1)) is not None


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "é"])
def test_a_made_up_link(browser, token):
    answer = browser.get(f"/sign-in/{token}")
    assert answer.status_code == 404
    assert "This link doesn’t work any more" in answer.text
    assert browser.post(f"/sign-in/{token}", headers=HERE).status_code == 404


def test_the_answer_does_not_tell_who_is_on_file(parts, sam, browser):
    ours, theirs = asked(browser, "sam@example.com"), asked(browser, "nobody@example.com")
    assert ours.status_code == theirs.status_code
    assert ours.headers == theirs.headers
    assert ours.content == theirs.content
    assert len(mailed(parts)) == 1


def test_the_token_is_nowhere(parts, sam, browser, library):
    asked(browser, sam.email)
    token = re.split(r"[/?]", path_of(mailed(parts)[0]))[2]
    assert len(token) == 43
    held = b"".join(file.read_bytes() for file in library.root.glob("records.sqlite*"))
    assert b"sam@example.com" in held
    assert token.encode() not in held


def test_who_left_gets_no_link_and_can_use_none(parts, sam, browser):
    asked(browser, sam.email)
    path = path_of(mailed(parts)[0])
    people.save(parts.store, replace(sam, left_at=now()))
    assert browser.get(path).status_code == 410
    assert browser.post(path, headers=HERE).status_code == 410
    asked(browser, sam.email)
    assert mailed(parts) == []


def test_a_link_that_waited_too_long_is_not_sent(parts, sam, browser):
    asked(browser, sam.email)
    (entry,) = outbox.waiting(parts.store)
    assert entry.payload.keys() == {"sign_in", "device", "to", "person", "waits"}
    sign_ins.use(parts.store, sign_in.token(parts, sign_ins.get(parts.store, entry.payload["sign_in"])), now())
    assert mailed(parts) == []
    assert outbox.waiting(parts.store) == []


@pytest.mark.parametrize("address", ["", "sam", "#deals", "U0123456789", "log", "a@b", "x" * 100 + "@example.com"])
def test_what_is_no_address_is_told_so(browser, address):
    answer = asked(browser, address)
    assert answer.status_code == 422
    assert "That is no e-mail address" in answer.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_another_site_signs_nobody_in(parts, sam, browser, headers):
    """Else somebody could be signed in as another one unawares, and would write into their records."""
    asked(browser, sam.email)
    path = path_of(mailed(parts)[0])
    assert browser.post(path, headers=headers).status_code == 403
    assert browser.post("/sign-in", data={"email": sam.email}, headers=headers).status_code == 403
    assert browser.post(path, headers=HERE).status_code == 303


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("/calls?rep=Sam", "/calls?rep=Sam"),
        ("//evil.example", None),
        ("/\\evil.example", None),
        ("https://evil.example", None),
        ("/sign-in?done=out", None),
        ("/api/v1/calls", None),
        ("/a\r\nSet-Cookie: x=y", None),
        ("/" + "x" * 600, None),
        ("", None),
        (None, None),
    ],
)
def test_going_on_leads_to_our_own_pages_only(to, kept):
    assert sign_in.page_here(to) == kept


def test_a_page_that_needs_signing_in_is_come_back_to(stranger):
    answer = stranger.get("/calls?rep=Sam")
    assert answer.status_code == 401
    assert '<input type="hidden" name="to" value="/calls?rep=Sam">' in answer.text
    assert 'name="to"' not in stranger.post("/calls", data={}).text


def test_too_many_links_for_one_address(parts, sam, browser):
    most = LIMITS["link"].amount
    for _ in range(most):
        assert asked(browser, sam.email).status_code == 303
    answer = asked(browser, "SAM@example.com")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert "Too many links were asked for. Try again in " in answer.text
    assert asked(browser, "priya@example.com").status_code == 303
    assert len(mailed(parts)) == most
    for _ in range(most):
        asked(browser, "nobody@example.com")
    assert asked(browser, "nobody@example.com").status_code == 429  # an unknown address is told the same


def test_guessing_is_slowed_and_who_knows_is_let_in(stranger, client, library):
    wrong = {"Authorization": "Bearer wrong"}
    answers = [stranger.get("/api/v1/calls", headers=wrong) for _ in range(LIMITS["wrong"].amount + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {401}
    assert answers[-1].status_code == 429
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert stranger.get("/search", params={"token": "wrong"}).status_code == 429
    assert stranger.get(f"/sign-in/{'x' * 43}").status_code == 429
    assert stranger.get("/api/v1/calls").status_code == 401  # who shows nothing guesses nothing
    assert client.get("/api/v1/calls").status_code == 200
    assert stranger.get("/search", params={"token": library.secret()}).status_code == 303


def test_an_admin_hands_out_a_link(parts, sam, client, browser):
    answer = client.post(f"/api/v1/people/{sam.id}/sign-in")
    assert answer.status_code == 201
    made = answer.json()
    assert (sign_ins.get(parts.store, 1).expires_at - now()) > timedelta(hours=23)
    path = path_of(made["link"])
    assert browser.post(path, headers=HERE).headers["location"] == "/"
    assert browser.get("/api/v1/me").json()["name"] == "Sam Ortega"
    (deed,) = audit.find(parts.store, Asked(what="shared"), limit=9)
    assert (deed.by, deed.about) == ("manager", f"person/{sam.id}")
    assert browser.post(f"/api/v1/people/{sam.id}/sign-in", headers=HERE).status_code == 403
    assert outbox.waiting(parts.store) == []
    assert client.post("/api/v1/people/999/sign-in").status_code == 404
    people.save(parts.store, replace(sam, left_at=now()))
    assert client.post(f"/api/v1/people/{sam.id}/sign-in").status_code == 404


def test_the_start_up_link_is_written_down(parts, stranger, library):
    stranger.get("/search", params={"token": library.secret()}, headers={"User-Agent": FIREFOX})
    (deed,) = audit.find(parts.store, Asked(), limit=9)
    assert (deed.by, deed.what, deed.about, deed.detail) == (
        "manager", "signed in", "start-up link", "Firefox on Windows",
    )  # fmt: skip


def test_signing_in_as_oneself_takes_the_place_of_the_start_up_link(parts, sam, client, browser, library):
    browser.get("/search", params={"token": library.secret()})
    assert browser.get("/api/v1/me").json()["role"] == "admin"
    path = path_of(client.post(f"/api/v1/people/{sam.id}/sign-in").json()["link"])
    browser.post(path, headers=HERE)
    assert browser.get("/api/v1/me").json()["role"] == "rep"
    assert len(browser.cookies) == 1


class TestNothingCanBeSent:
    @pytest.fixture
    def settings(self, tmp_path) -> Settings:
        return Settings(data=tmp_path / "data")

    def test_the_page_says_who_helps(self, parts, sam, browser):
        for answer in (browser.get("/sign-in"), browser.get("/search"), asked(browser, sam.email)):
            assert "The person who installed Exemplar can hand you a link" in answer.text
            assert "Open the link that Exemplar printed" in answer.text
            assert 'name="email"' not in answer.text
        assert outbox.waiting(parts.store) == []

    def test_a_handed_link_leads_to_where_the_admin_is(self, sam, client):
        link = client.post(f"/api/v1/people/{sam.id}/sign-in").json()["link"]
        assert link.startswith(f"{BASE}/sign-in/")


def test_a_cookie_over_tls_is_sent_over_tls_only(tmp_path):
    from clips_api.app import create_app

    settings = Settings(data=tmp_path, public_url="https://coach.example")
    with TestClient(create_app(settings), base_url="https://coach.example", follow_redirects=False) as client:
        parts = client.app.state.parts
        sam = people.save(parts.store, SAM)
        with parts.store.write() as connection:
            made = sign_ins.add(
                connection, sam.id, lambda row: sign_in.token(parts, row), at=now(), lasts=sign_in.LASTS
            )
        answer = client.post(f"/sign-in/{sign_in.token(parts, made)}", headers=HERE)
        assert "Secure" in answer.headers["set-cookie"]
        assert Keys((tmp_path / "secret").read_text()).cookie_name in answer.headers["set-cookie"]
