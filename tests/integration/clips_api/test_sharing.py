"""Links for people without an account: made, opened, ended; they give one muted clip and nothing else."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from hashlib import sha256

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from clips_api.masking import MARK
from clips_api.render import day
from clips_api.store import shares
from pipeline.library import now
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import BASE, wait_for, write_call
from tests.integration.clips_api.test_masking import SCRIPT, SECRETS, served_with


@pytest.fixture
def made(library):
    return write_call(library, SCRIPT)


@pytest.fixture
def name(made) -> str:
    """The clip in which a card number is said."""
    turn = made.folder.transcript().turns[1]
    return f"{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}"


def share(client, name, **wish):
    answer = client.post(f"/api/v1/clips/{name}/share", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(link) -> str:
    assert link["url"].startswith(f"{BASE}/c/")
    return link["url"].removeprefix(BASE)


def test_a_link_opens_the_clip_to_strangers_and_nothing_else(name, made, client, stranger):
    path = path_of(share(client, name))
    assert stranger.get(f"/clips/{name}").status_code == 401
    page = stranger.get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "way too expensive" in page.text
    assert MARK * 4 in page.text
    said = page.text + stranger.get(f"{path}/captions.vtt").text
    for leak in (
        made.id,
        *SECRETS,
        "Corbel",
        "Sam",
        "2026",
        "12 Nov",
        "jane",
        "receipt",
        "/calls",
        "/search",
        "token=",
    ):
        assert leak not in said.replace(f"until {shown_day(client, path)}", ""), leak
    sound = stranger.get(f"{path}/audio")
    assert sound.content == client.get(f"/api/v1/clips/{name}/audio").content
    assert sound.headers["content-disposition"] == 'inline; filename="clip.wav"'
    assert sound.headers["cache-control"] == "no-store"
    assert stranger.get(f"{path}/audio?unmasked=1").content == sound.content
    assert stranger.get(f"{path}/audio?format=opus").headers["content-type"] == "audio/ogg"
    assert stranger.get(f"{path}/audio", headers={"Range": "bytes=0-9"}).content == b"RIFF" + sound.content[4:10]


def shown_day(client, path):
    return day(shares.find(client.app.state.parts.store)[0].expires_at)


def test_a_link_is_muted_also_where_masking_is_off(made, name, settings, library):
    with served_with(Settings(data=settings.data, mask=False), library) as client:
        path = path_of(share(client, name))
        page = client.get(path)
        assert not [secret for secret in SECRETS if secret in page.text]
        assert client.get(f"{path}/audio").content != client.get(f"/api/v1/clips/{name}/audio").content


def test_looking_changes_nothing_and_playing_is_counted(name, client, stranger):
    link = share(client, name)
    path = path_of(link)
    for method in ("HEAD", "GET"):
        for part in ("", "/audio", "/captions.vtt"):
            answer = stranger.request(method, path + part)
            assert answer.status_code == 200
            assert bool(answer.content) is (method == "GET")
    [seen] = client.get("/api/v1/shares").json()["items"]
    assert (seen["played"], seen["played_at"], seen["state"]) == (0, None, "open")
    assert stranger.post(f"{path}/played").status_code == 204
    assert stranger.post(f"{path}/played").status_code == 204
    [seen] = client.get("/api/v1/shares", params={"clip_id": name}).json()["items"]
    assert seen["played"] == 2
    assert seen["played_at"]
    assert seen["by"] == "manager"
    assert "url" not in seen
    assert client.get("/api/v1/shares", params={"clip_id": "another"}).json()["total"] == 0


def test_whatever_is_wrong_with_a_link_the_page_is_the_same(name, made, app, client, stranger):
    expired, revoked, good, lost = (path_of(share(client, name)) for _ in range(4))
    store = app.state.parts.store
    found = {one.id: one for one in shares.find(store)}
    first, second, *_ = sorted(found)
    with store.write() as connection:
        connection.execute(text("UPDATE shares SET expires_at = made_at WHERE id = :id"), {"id": first})
    assert client.delete(f"/api/v1/shares/{second}").status_code == 204
    assert client.delete(f"/api/v1/shares/{second}").status_code == 204
    assert client.delete("/api/v1/shares/999").status_code == 404
    tampered = good[:-1] + ("A" if good[-1] != "A" else "B")
    pages = {}
    for path, status in ((expired, 410), (revoked, 410), (tampered, 404), ("/c/short", 404), (f"/c/{'é' * 43}", 404)):
        for part in ("", "/audio", "/captions.vtt"):
            answer = stranger.get(path + part, headers={"Accept": "application/json"})
            assert answer.status_code == status, path + part
            assert answer.headers["cache-control"] == "no-store"
            assert stranger.head(path + part).status_code == status
            pages[path + part] = answer.text
        assert stranger.post(f"{path}/played").status_code == status
    assert stranger.get(good).status_code == 200
    shutil.rmtree(made.folder.path)
    gone = stranger.get(lost)
    assert gone.status_code == 410
    assert len({*pages.values(), gone.text}) == 1
    assert "Ask for a new one" in gone.text
    assert [one["state"] for one in client.get("/api/v1/shares").json()["items"]] == [
        "open",
        "open",
        "revoked",
        "expired",
    ]


def test_a_token_is_kept_as_its_hash_only_and_in_no_log(name, client, stranger, library, caplog):
    caplog.set_level(0)
    link = share(client, name, days=90)
    token = link["url"].rpartition("/")[2]
    assert len(token) == 43
    stranger.get(f"/c/{token}")
    with client.app.state.parts.store.read() as connection:
        [row] = connection.execute(text("SELECT * FROM shares")).mappings().all()
    assert row["token_hash"] == sha256(token.encode()).hexdigest()
    assert token not in str(dict(row))
    assert not [
        record for record in caplog.records if record.name.startswith("clips_api") and token in record.getMessage()
    ]
    [kept] = shares.find(client.app.state.parts.store)
    assert timedelta(days=89, hours=23) < kept.expires_at - now() <= timedelta(days=90)


def test_the_base_of_a_link_is_the_public_address(made, name, settings, library):
    with served_with(Settings(data=settings.data, public_url="https://calls.example.com/"), library) as client:
        assert share(client, name)["url"].startswith("https://calls.example.com/c/")


@pytest.mark.parametrize("wish", [{"days": 0}, {"days": 91}, {"days": "x"}, {"weeks": 1}, {"days": 1.5}])
def test_odd_wishes_are_refused(name, client, wish):
    assert client.post(f"/api/v1/clips/{name}/share", json=wish).status_code == 422


def test_what_is_no_clip_is_not_shared(made, library, client):
    for wrong in ("nothing", f"{'0' * 16}-0-1000", f"{made.id}-0-99999999", f"{made.id}-turn3"):
        assert client.post(f"/api/v1/clips/{wrong}/share").status_code == 404, wrong
    assert client.get("/api/v1/shares").json()["total"] == 0
    assert client.post(f"/api/v1/clips/{made.id}-0-1000/share").status_code == 201  # no body: two weeks


def test_making_and_ending_a_link_needs_no_script(name, client, stranger):
    made = client.post(f"/clips/{name}/share", data={"days": "7"})
    assert made.status_code == 201
    [link] = shares.find(client.app.state.parts.store)
    path = "/c/" + made.text.partition("/c/")[2].partition('"')[0]
    assert stranger.get(path).status_code == 200
    assert client.post(f"/clips/{name}/share/{link.id}/end").status_code == 303
    assert stranger.get(path).status_code == 410
    assert client.post(f"/clips/{name}/share", data={"days": "700"}).status_code == 422
    assert stranger.post(f"/clips/{name}/share").status_code == 401
    assert client.get("/clips/nothing").status_code == 404


def test_share_and_listen_somewhere_else(name, made, page, chromium, served):
    page.goto(f"/clips/{name}")
    page.get_by_role("button", name="Make a link").click()
    box = page.locator(".share .made input")
    expect(box).to_have_value(re.compile(rf"^{served.address}/c/[\w-]{{43}}$"))
    expect(page.locator(".share .links li")).to_have_count(1)
    context = chromium.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    try:
        guest = context.new_page()
        guest.goto(box.input_value())
        expect(guest.locator(".said li").first).to_contain_text("way too expensive")
        guest.eval_on_selector("audio", "audio => audio.play()")
        wait_for(lambda: guest.eval_on_selector("audio", "audio => audio.currentTime") > 0.5)
        expect(guest.locator(".said li.heard")).to_have_count(1)
    finally:
        context.close()
    page.reload()
    expect(page.locator(".share .links li")).to_contain_text("played 1 time")
    page.get_by_role("button", name="End it").click()
    expect(page.locator(".share .links li")).to_have_count(0)
