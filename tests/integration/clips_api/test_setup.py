"""Setting up: offered once, five screens that can each be skipped, a file that keeps its comments, a link to try."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from clips_api import hello
from clips_api.app import create_app
from clips_api.keyring import Keys
from clips_api.setup import address
from clips_api.store import outbox, people
from clips_api.store.people import Person
from pipeline import files
from pipeline.errors import BadInput
from pipeline.settings import load
from tests.integration.clips_api.conftest import BASE, serving

SCREENS = ("address", "people", "recordings", "sending", "languages")
MAIL = {
    "way": "mail", "host": "mx.example.com", "from": "Exemplar <coach@example.com>", "tls": "starttls", "port": "587",
    "user": "exemplar", "password": "correct horse", "slack_token": "",
}  # fmt: skip
REACHED = 'public_url = "https://coach.example.com"\n'


@pytest.fixture
def owner(app, client, library):
    """A browser that opened the start-up link."""
    keys = Keys(library.secret())
    headers = {"Sec-Fetch-Site": "same-origin"}
    return TestClient(
        app, base_url=BASE, cookies={keys.cookie_name: keys.cookie}, headers=headers, follow_redirects=False
    )


def toml(library):
    file = library.root / "exemplar.toml"
    return file.read_text() if file.exists() else ""


# offered


@pytest.mark.parametrize("path", ["/", "/search"])
def test_it_is_offered_while_nobody_is_in_the_list(owner, calls, app, path):
    assert "Make Exemplar yours" in owner.get(path).text
    people.keep(app.state.parts.store, [Person("Sam")])
    assert "Make Exemplar yours" not in owner.get(path).text


def test_not_now_is_remembered(owner):
    answer = owner.post("/setup/later")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search")
    assert "Make Exemplar yours" not in owner.get("/search").text
    assert owner.get("/setup").status_code == 200


def test_only_admins_set_up(signed_in_as):
    manager = signed_in_as(Person("Dana", "dana@example.com", role="manager"))
    for path in ("/setup", *(f"/setup/{name}" for name in SCREENS), "/setup/opened"):
        assert manager.get(path).status_code == 403
    for path in ("address", "recordings", "sending", "languages", "restart", "phone", "later"):
        assert manager.post(f"/setup/{path}").status_code == 403


# the screens


def test_each_screen_can_be_skipped(owner, library):
    for name, after in zip(SCREENS, (*SCREENS[1:], ""), strict=True):
        shown = owner.get(f"/setup/{name}").text
        assert f'href="/setup{"/" if after else ""}{after}">Skip<' in shown
    assert toml(library) == ""


def test_saving_what_is_there_changes_nothing(owner, library):
    assert owner.post("/setup/address", data={"host": "127.0.0.1"}).headers["location"] == "/setup/people"
    assert owner.post("/setup/recordings", data={}).headers["location"] == "/setup/sending"
    assert owner.post("/setup/sending", data={"way": "copy"}).headers["location"] == "/setup/languages"
    assert owner.post("/setup/languages", data={"language": "auto", "mask": "1"}).headers["location"] == "/setup"
    assert load(library.root).model_dump() == load(library.root / "nowhere").model_dump() | {"data": library.root}


def test_what_is_set_stands_in_the_file_and_holds_from_the_next_start(owner, library):
    (library.root / "exemplar.toml").write_text('# ours\nmodel = "tiny.en"\n')
    owner.post("/setup/address", data={"public_url": "Coach.Example.com/", "trusted_proxies": "127.0.0.1 10.0.0.0/8"})
    owner.post("/setup/recordings", data={"keep": "dropbox/, teams/calls", "timezone": "europe/berlin"})
    owner.post("/setup/languages", data={"language": "de"})
    owner.post("/setup/sending", data=MAIL)
    assert toml(library).startswith('# ours\nmodel = "tiny.en"\n')
    found = load(library.root)
    assert (found.public_url, found.keep, found.timezone, found.language, found.mask) == (
        "https://coach.example.com", ["dropbox", "teams/calls"], "Europe/Berlin", "de", False
    )  # fmt: skip
    assert found.trusted_proxies == ["127.0.0.1", "10.0.0.0/8"]
    assert found.mail is not None
    assert found.mail.password is not None
    assert found.mail.password.get_secret_value() == "correct horse"
    shown = owner.get("/setup").text
    assert "hold from the next start. Stop Exemplar and start it again." in shown
    assert "The public address, trusted proxies" in shown
    assert "correct horse" not in shown + owner.get("/setup/sending").text


def test_a_password_that_is_left_empty_stays(owner, library):
    owner.post("/setup/sending", data=MAIL)
    owner.post("/setup/sending", data=MAIL | {"password": "", "host": "other.example.com"})
    mail = load(library.root).mail
    assert mail is not None
    assert mail.password is not None
    assert (mail.host, mail.password.get_secret_value()) == ("other.example.com", "correct horse")
    owner.post("/setup/sending", data={"way": "copy"})
    assert load(library.root).mail is None


@pytest.mark.parametrize(
    ("screen", "typed", "told"),
    [
        ("address", {"public_url": "https://example.com/coach"}, "a host of its own"),
        ("address", {"public_url": "ftp://example.com"}, "is no address"),
        ("address", {"public_url": "https://u:p@example.com"}, "is no address"),
        ("address", {"trusted_proxies": "my-proxy"}, "no address or network"),
        ("address", {"name": "Ada", "email": "ada"}, "no e-mail address"),
        ("recordings", {"timezone": "Berlin"}, "no time zone"),
        ("sending", MAIL | {"host": ""}, "mail needs a server"),
        ("sending", MAIL | {"port": "smtp"}, "a port is a number"),
        ("sending", MAIL | {"from": "nobody"}, "mail.from"),
        ("sending", MAIL | {"port": "99999"}, "mail.port"),
    ],
)
def test_what_makes_no_sense_is_told_and_not_written(owner, library, screen, typed, told):
    answer = owner.post(f"/setup/{screen}", data=typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert people.find(owner.app.state.parts.store) == []
    assert "mail" not in toml(library)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", None),
        ("coach.example.com", "https://coach.example.com"),
        ("http://Coach.example.com/", "http://coach.example.com"),
        ("192.168.1.5:8377", "http://192.168.1.5:8377"),
        ("https://[fd00::1]:8377", "https://[fd00::1]:8377"),
    ],
)
def test_addresses_as_they_are_typed(typed, kept):
    assert address(typed) == kept


@pytest.mark.parametrize("typed", ["https://", "a b", "https://x:y", "https://x?y=1", "https://x/#y"])
def test_what_is_no_address(typed):
    with pytest.raises(BadInput):
        address(typed)


def test_what_the_environment_holds_is_not_written(owner, library, monkeypatch):
    (library.root / "exemplar.toml").write_text('[mail]\nhost = "mx"\nfrom = "coach@example.com"\n')
    monkeypatch.setenv("EXEMPLAR_PUBLIC_URL", "https://env.example.com")
    monkeypatch.setenv("EXEMPLAR_MAIL_PASSWORD", "from outside")
    shown = owner.get("/setup/address").text
    assert "Held by <code>EXEMPLAR_PUBLIC_URL</code>" in shown
    owner.post("/setup/address", data={"public_url": "https://file.example.com"})
    owner.post("/setup/sending", data=MAIL)
    assert "file.example.com" not in toml(library)
    assert "correct horse" not in toml(library)
    assert 'host = "mx.example.com"' in toml(library)


# who sets it up


def test_whoever_sets_up_becomes_the_first_admin(owner, library):
    answer = owner.post("/setup/address", data={"name": " Ada  Quist ", "email": "Ada@Example.com"})
    assert answer.status_code == 303
    found = people.find(owner.app.state.parts.store)
    assert [(one.name, one.email, one.role) for one in found] == [("Ada Quist", "ada@example.com", "admin")]
    cookie = answer.headers["set-cookie"]
    assert Keys(library.secret()).cookie_name in cookie
    assert Keys(library.secret()).cookie not in cookie
    shown = owner.get("/setup/address").text
    assert "Your name" not in shown
    assert owner.get("/account").text.count("Ada Quist") > 0


def test_somebody_in_the_list_keeps_what_is_known_of_them(owner):
    records = owner.app.state.parts.store
    people.keep(records, [Person("Ada Quist", "ada@example.com", "North", ("Ada",), zone="Europe/Stockholm")])
    owner.post("/setup/address", data={"name": "Ada Quist", "email": "ada@example.com"})
    found = people.find(records)[0]
    assert (found.role, found.team, found.aliases, found.zone) == ("admin", "North", ("Ada",), "Europe/Stockholm")


# trying it


def test_the_test_link_needs_no_sign_in_and_tells_who_opened_it(stranger, owner):
    parts = stranger.app.state.parts
    assert owner.get("/setup/opened").json() == {}
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"}
    for wrong in ("x", "%C3%A9", hello.token(parts)[:-1]):
        assert stranger.get(f"/hello/{wrong}", headers=phone).status_code == 404
    assert owner.get("/setup/opened").json() == {}
    answer = stranger.get(f"/hello/{hello.token(parts)}", headers=phone)
    assert answer.status_code == 200
    assert "not encrypted" in answer.text
    assert owner.get("/setup/opened").json()["by"] == "Safari on iPhone"
    assert stranger.get("/setup/opened").status_code == 401


def reached(library, more=""):
    (library.root / "exemplar.toml").write_text(REACHED + more)
    return create_app(load(library.root))


def test_a_code_leads_to_the_public_address(library, owner):
    assert "<svg" not in owner.get("/setup/address").text.partition('class="qr"')[2]
    app = reached(library)
    with TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {library.secret()}"}) as client:
        shown = client.get("/setup/address").text
        assert "<svg" in shown.partition('class="qr"')[2]
        assert f"https://coach.example.com/hello/{hello.token(app.state.parts)}" in shown


def test_the_test_link_goes_out_by_mail_and_says_why_it_did_not(library, signed_in_as, app, client):
    signed_in_as(Person("Ada Quist", "ada@example.com", role="admin"))
    cookie = signed_in_as(Person("Ada Quist", "ada@example.com", role="admin")).cookies
    app = reached(library, '[mail]\nhost = "mx"\nfrom = "coach@example.com"\n')
    headers = {"Sec-Fetch-Site": "same-origin"}
    with TestClient(app, base_url=BASE, cookies=dict(cookie), headers=headers, follow_redirects=False) as ada:
        assert "A message with a link goes to ada@example.com" in ada.get("/setup/sending").text
        for _ in range(2):
            assert ada.post("/setup/phone").status_code == 303
        records = app.state.parts.store
        (row,) = outbox.waiting(records)
        assert (row.address, row.links, row.payload.keys() & {"token", "link"}) == ("ada@example.com", True, set())
        asked = {"who": "a test", "channels": ["mail"]}
        secret = {"Authorization": f"Bearer {library.secret()}"}
        (message,) = ada.post("/api/v1/outbox/lease", json=asked, headers=secret).json()["items"]
        link = message["parts"][0]["link"]
        assert link == f"https://coach.example.com/hello/{hello.token(app.state.parts)}"
        failed = {"sent": False, "who": "a test", "error": "mx: connection refused", "retry_s": 60}
        ada.post(f"/api/v1/outbox/{message['number']}", json=failed, headers=secret)
        assert "It did not go out: mx: connection refused" in ada.get("/setup/sending").text


def test_a_new_start_is_asked_for_only_of_who_can_give_one(owner, library):
    owner.post("/setup/languages", data={"language": "de", "mask": "1"})
    assert "Start again now" not in owner.get("/setup").text
    owner.post("/setup/restart")
    assert not library.restart_asked()
    with files.lock(library.run_lock):
        assert "Start again now" in owner.get("/setup").text
        answer = owner.post("/setup/restart", data={"screen": "languages"})
        assert answer.headers["location"] == "/setup/restarting?to=languages"
        assert library.restart_asked()
        assert not library.restart_asked()
        assert owner.post("/setup/restart", data={"screen": "//evil"}).headers["location"] == "/setup/restarting?to="
    waits = owner.get("/setup/restarting", params={"to": "languages"})
    assert waits.headers["refresh"].endswith("url=/setup/languages#try")
    assert owner.get("/setup/restarting", params={"to": "//evil"}).headers["refresh"].endswith("url=/setup")


def test_what_the_command_line_holds_does_not_wait_for_a_start(owner, library):
    library.announce({"given": "host"})
    owner.post("/setup/address", data={"host": "0.0.0.0"})
    assert "host" not in toml(library)
    assert "from the next start" not in owner.get("/setup").text


# in a browser


def test_all_five_screens_by_keys_alone(page: Page, library):
    page.goto("/setup")
    page.get_by_role("link", name="Begin").press("Enter")
    page.get_by_label("Your name").fill("Ada Quist")
    page.get_by_label("Your e-mail").fill("ada@example.com")
    page.get_by_label("Public address").fill("https://coach.example.com")
    page.get_by_label("Public address").press("Enter")
    expect(page.get_by_role("heading", name="Who is who")).to_be_visible()
    page.get_by_label("Paste a table").fill("name,team\nSam Ortega,North")
    page.get_by_role("button", name="See what changes").press("Enter")
    page.get_by_role("button", name="Add 1 person").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2 people are in the list")
    page.get_by_role("link", name="Go on").press("Enter")
    page.get_by_role("link", name="Skip", exact=True).press("Enter")
    expect(page.get_by_role("textbox", name="Mail server")).to_be_hidden()
    page.get_by_role("radio", name="E-mail").check()
    page.get_by_role("textbox", name="Mail server").fill("mx.example.com")
    page.get_by_role("textbox", name="From").fill("coach@example.com")
    page.get_by_role("textbox", name="From").press("Enter")
    expect(page.get_by_role("heading", name="Languages and consent")).to_be_visible()
    page.get_by_role("button", name="Save and finish").press("Enter")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="How people are told")).to_contain_text("mx.example.com")
    found = load(library.root)
    assert (found.public_url, found.mask) == ("https://coach.example.com", True)


def test_the_page_notices_that_the_phone_was_reached(chromium, library):
    app = reached(library)
    with serving(app, library) as served:
        context = chromium.new_context(base_url=served.address)
        page = context.new_page()
        page.goto(f"/setup/address?token={served.secret}")
        expect(page.locator("#opened")).to_have_text("Not opened yet.")
        with served.client() as phone:
            phone.headers.clear()
            phone.get(
                f"/hello/{hello.token(app.state.parts)}", headers={"User-Agent": "Mozilla/5.0 (Android) Firefox/130"}
            )
        expect(page.locator("#opened")).to_contain_text("Opened in Firefox on Android", timeout=10_000)
        context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_too_small_or_too_wide(chromium, served, width):
    context = chromium.new_context(viewport={"width": width, "height": 844}, base_url=served.address)
    page = context.new_page()
    page.goto(f"/setup?token={served.secret}")
    for path in ("/setup", *(f"/setup/{name}" for name in SCREENS), "/people", "/people/new", "/people/import"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width == 390:
            small = page.evaluate(
                "[...document.querySelectorAll('main :is(.button, select, input:not([type]), .choice, summary)')]"
                ".filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 44).map(it => it.outerHTML)"
            )
            assert small == [], path
    context.close()
