"""Where is my call: every file that ever lay in the inbox is somewhere."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from pipeline.library import now
from pipeline.records import Doing, Progress, Sighting
from tests.integration.clips_api.conftest import PRICE, set_aside, wait_for, write_call


def names(client, group):
    return {item["name"] for item in client.get(f"/api/v1/status/{group}").json()["items"]}


@pytest.fixture
def crowd(library, calls):
    """Something in every group."""
    (library.inbox / "Sam").mkdir()
    (library.inbox / "Sam" / "late.wav").write_bytes(b"x")
    (library.inbox / "Sam" / "late.json").write_text("{}")
    (library.inbox / "lonely.json").write_text("{}")
    (library.inbox / "half.wav.part").write_bytes(b"x")
    (library.inbox / ".hidden.wav").write_bytes(b"x")
    (library.inbox / "alias.wav").symlink_to("/etc/passwd")
    (library.inbox / "folder").symlink_to("/etc")
    os.mkfifo(library.inbox / "pipe.wav")
    busy = write_call(library, PRICE[:3], seed=7, upto="taken", name="busy.wav")
    write_call(library, PRICE[:3], seed=8, upto="taken", name="queued.wav")
    set_aside(library)
    calls[0].folder.sight(Sighting(path="copy of one.wav", at=now(), bytes=1, mtime_ns=9))
    library.report(
        Progress(
            pid=1,
            at=now(),
            waiting=1,
            doing=(Doing(id=busy.id, name="busy.wav", stage="hear", percent=40.0, left_s=75.0, since=now()),),
        )
    )
    return calls


def test_every_file_is_in_one_group(crowd, client):
    assert names(client, "needs_you") == {"minutes.wav", "alias.wav", "folder", "pipe.wav"}
    assert names(client, "waiting") == {"late.wav", "lonely.json", "half.wav.part", ".hidden.wav", "queued.wav"}
    assert names(client, "hearing") == {"busy.wav"}
    assert names(client, "done") == {"call 1.wav", "call 2.wav"}


def test_what_each_says(crowd, client):
    status = client.get("/api/v1/status").json()
    assert (status["running"], status["busy"], status["indexing"]) == (True, True, False)
    needs = {item["name"]: item for item in status["needs_you"]["items"]}
    assert needs["minutes.wav"]["retry"]
    assert needs["minutes.wav"]["why"].startswith("This is not a sound")
    assert "links are never followed" in needs["alias.wav"]["why"]
    waiting = {item["name"]: item for item in status["waiting"]["items"]}
    assert waiting["half.wav.part"]["why"] == "Ignored until it gets its final name."
    assert not waiting["half.wav.part"]["waits"]
    assert waiting["late.wav"]["waits"]
    [hearing] = status["hearing"]["items"]
    assert (hearing["percent"], hearing["left_s"]) == (40.0, 75.0)
    [one] = [item for item in status["done"]["items"] if item["id"] == crowd[0].id]
    assert one["names"] == ["call 1.wav", "copy of one.wav"]


@pytest.mark.parametrize("group", ["needs_you", "waiting", "done"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_groups_have_pages(crowd, client, group, limit):
    whole = [item["key"] for item in client.get(f"/api/v1/status/{group}", params={"limit": 100}).json()["items"]]
    walked, cursor = [], None
    while True:
        found = client.get(
            f"/api/v1/status/{group}", params={"limit": limit, **({"cursor": cursor} if cursor else {})}
        ).json()
        assert found["total"] == len(whole)
        walked += [item["key"] for item in found["items"]]
        cursor = found["next"]
        if cursor is None:
            break
    assert walked == whole
    assert client.get(f"/status/{group}").status_code == 200


def test_a_group_that_is_none(client):
    assert client.get("/api/v1/status/elsewhere").status_code == 422
    assert client.get("/api/v1/status/done", params={"cursor": "x"}).status_code == 422


def test_a_worker_that_is_silent_is_said_to_be(library, client):
    assert not client.get("/api/v1/status").json()["running"]
    library.report(Progress(pid=1, at=now() - timedelta(seconds=11)))
    assert not client.get("/api/v1/status").json()["running"]
    assert "isn’t working" in client.get("/status").text
    library.report(Progress(pid=1, at=now(), trouble="The disk is full."))
    assert client.get("/api/v1/status").json()["trouble"] == "The disk is full."
    assert "The disk is full." in client.get("/status").text


def test_the_live_part_says_when_nothing_changed(crowd, client):
    first = client.get("/status", params={"part": "live"})
    assert (first.status_code, first.headers["x-busy"]) == (200, "1")
    assert "<html" not in first.text
    same = client.get("/status", params={"part": "live"}, headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.text) == (304, "")


def test_files_kept_in_place_are_not_waiting_once_they_are_taken_in(tmp_path, library, client, app):
    parts = app.state.parts
    object.__setattr__(parts, "settings", parts.settings.model_copy(update={"keep": ["synced"]}))
    (library.inbox / "synced").mkdir()
    for name in ("old.wav", "new.wav"):
        (library.inbox / "synced" / name).write_bytes(b"x")
    made = write_call(library, PRICE[:2], seed=12, name="old.wav")
    made.folder.sight(Sighting(path="synced/old.wav", at=now(), bytes=1, mtime_ns=1, kept=True))
    library.to_index.leave(made.id)
    wait_for(lambda: names(client, "waiting") == {"new.wav"})


def test_an_empty_folder_says_what_to_do(client, library):
    for path in ("/search", "/calls", "/status"):
        html = client.get(path).text
        assert "Drop a" in html
        assert str(library.inbox) in html
