"""Calls over HTTP: list, one, sound, captions, corrections, retry, uploads."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from tests.integration.clips_api.conftest import PRICE, set_aside, wait_for, write_call

FORM = {"rep": "Sam", "customer": " Corbel ", "started_at": "2026-11-12T14:05:00+01:00", "direction": "outbound"}


def uploads(library):
    return sorted(path.name for path in library.inbox.glob("uploads/*"))


def test_the_list_and_its_filters(calls, client):
    listed = client.get("/api/v1/calls").json()
    assert [call["rep"] for call in listed["items"]] == ["Priya", "Sam"]
    assert listed["total"] == 2
    assert listed["next"] is None
    assert client.get("/api/v1/calls", params={"rep": "Sam"}).json()["total"] == 1
    assert (
        client.get(
            "/api/v1/calls", params={"customer": "Corbel Tiles", "since": "2026-11-12", "until": "2026-11-12"}
        ).json()["total"]
        == 1
    )
    assert client.get("/api/v1/calls", params={"unknown": True}).json()["total"] == 0
    assert client.get("/api/v1/calls", params={"since": "x"}).status_code == 422


def test_the_list_has_pages(library, client):
    for seed in range(5):
        library.to_index.leave(write_call(library, PRICE[:2], seed=seed + 20).id)
    wait_for(lambda: client.get("/api/v1/calls").json()["total"] == 5)
    first = client.get("/api/v1/calls", params={"limit": 3}).json()
    second = client.get("/api/v1/calls", params={"limit": 3, "cursor": first["next"]}).json()
    assert len({call["id"] for call in first["items"] + second["items"]}) == 5
    assert second["next"] is None
    assert client.get("/api/v1/calls", params={"cursor": first["next"] + "x"}).status_code == 422


def test_one_call(calls, client):
    made = calls[0]
    call = client.get(f"/api/v1/calls/{made.id}").json()
    assert call["state"] == "done"
    assert call["recording"]["rep"] == "Sam"
    assert len(call["transcript"]["turns"]) == len(PRICE)
    assert call["analysis"]["moments"][0]["tag"] == "objection.price"
    assert client.get(f"/api/v1/calls/{made.id}/analysis").json() == call["analysis"]


@pytest.mark.parametrize("path", ["", "/audio", "/transcript.vtt", "/analysis"])
@pytest.mark.parametrize("name", ["0" * 16, "nonsense", "..%2f..%2fsecret", "Z" * 16])
def test_a_call_that_is_none_is_a_problem(client, path, name):
    answer = client.get(f"/api/v1/calls/{name}{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]


def test_a_call_on_its_way_has_no_analysis_yet(library, client):
    made = write_call(library, upto="taken")
    assert client.get(f"/api/v1/calls/{made.id}").json()["state"] == "waiting"
    assert client.get(f"/api/v1/calls/{made.id}/analysis").status_code == 404
    assert client.get(f"/api/v1/calls/{made.id}/transcript.vtt").status_code == 404
    assert client.get(f"/calls/{made.id}").status_code == 200


def test_its_sound_has_byte_ranges(calls, client):
    made = calls[0]
    address, whole = f"/api/v1/calls/{made.id}/audio", made.folder.sound.read_bytes()
    answer = client.get(address)
    assert (answer.content, answer.headers["content-type"]) == (whole, "audio/wav")
    part = client.get(address, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, whole[1000:2000])
    assert client.get(address, headers={"Range": f"bytes={len(whole) + 5}-"}).status_code == 416
    assert client.head(address).headers["accept-ranges"] == "bytes"
    (made.folder.path / "listen.m4a").write_bytes(b"a copy")
    assert client.get(address).headers["content-type"] == "audio/mp4"


def test_captions(calls, client):
    answer = client.get(f"/api/v1/calls/{calls[1].id}/transcript.vtt")
    assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
    assert answer.text.startswith("WEBVTT\n\n00:00:01.000 --> ")
    assert "<v Priya>" in answer.text
    assert "<v Ivy &amp; Sons &lt;Ltd&gt;>" in answer.text


def test_a_correction_shows_at_once_and_asks_for_work(calls, library, client):
    made = calls[0]
    answer = client.patch(
        f"/api/v1/calls/{made.id}", json={"rep": "Samuel", "customer": None, "started_at": "2026-11-01T10:00:00Z"}
    )
    assert (answer.status_code, answer.json()["rep"], answer.json()["customer"]) == (200, "Samuel", None)
    [correction] = made.folder.corrections()
    assert correction.set == {"rep": "Samuel", "customer": None, "started_at": "2026-11-01T10:00:00Z"}
    assert library.to_work.take() == [made.id]
    wait_for(lambda: client.get("/api/v1/clips", params={"rep": "Samuel"}).json()["total"])
    assert client.get("/api/v1/clips", params={"rep": "Sam"}).json()["total"] == 0


@pytest.mark.parametrize(
    "body", [{"id": "x"}, {"started_at": "soon"}, {"direction": "sideways"}, {"rep": "x" * 301}, [], "x"]
)
def test_a_correction_that_can_not_be_understood(calls, client, body):
    answer = client.patch(f"/api/v1/calls/{calls[0].id}", json=body)
    assert answer.status_code == 422
    assert calls[0].folder.corrections() == []


def test_many_calls_are_put_right_together_or_not_at_all(calls, client):
    ids = [call.id for call in calls]
    assert (
        client.post("/api/v1/calls/corrections", json={"ids": [*ids, "0" * 16], "set": {"rep": "Ana"}}).status_code
        == 404
    )
    assert all(not call.folder.corrections() for call in calls)
    assert client.post("/api/v1/calls/corrections", json={"ids": ids, "set": {"rep": "Ana"}}).status_code == 202
    wait_for(lambda: client.get("/api/v1/calls", params={"rep": "Ana"}).json()["total"] == 2)


def test_retry(calls, library, client):
    held = set_aside(library)
    assert client.post(f"/api/v1/calls/{held}/retry").status_code == 202
    assert library.call(held).reason() is None
    assert client.post(f"/api/v1/calls/{calls[0].id}/retry").json() == {"ids": [calls[0].id]}
    assert calls[0].folder.wants_hearing()
    assert sorted(library.to_work.take()) == sorted([held, calls[0].id])
    assert client.post(f"/api/v1/calls/{'0' * 16}/retry").status_code == 404


def test_an_upload_comes_with_who_was_on_the_call(library, client):
    answer = client.post(
        "/api/v1/calls", data=FORM, files=[("file", ("one.wav", b"sound 1")), ("file", ("two.mp3", b"sound 2"))]
    )
    assert answer.status_code == 202, answer.text
    one, two = answer.json()["items"]
    assert one == {"id": sha256(b"sound 1").hexdigest()[:16], "name": "one.wav", "bytes": 7, "known": False}
    assert two["name"] == "two.mp3"
    assert uploads(library) == ["one.wav", "one.wav.json", "two.mp3", "two.mp3.json"]
    note = json.loads((library.inbox / "uploads" / "two.mp3.json").read_text())
    assert note == {
        "rep": "Sam",
        "customer": "Corbel",
        "started_at": "2026-11-12T14:05:00+01:00",
        "direction": "outbound",
    }
    assert (library.inbox / "uploads" / "one.wav").read_bytes() == b"sound 1"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\calls\\big one.wav", "big one.wav"),
        ("....hidden.wav", "hidden.wav"),
        (".wav", "wav"),
        ("a\x07b.wav", "ab.wav"),
        ("naïve “quote”; rm -rf.wav", "naïve “quote”; rm -rf.wav"),
        ("call.wav.part", "call.wav.part.upload"),
        ("~$call.wav", "$call.wav"),
        ("…", "…"),
        ("e\u0301.wav", "é.wav"),
        ("x" * 400 + ".wav", "x" * 176 + ".wav"),
        ("Thumbs.db", "Thumbs.db.upload"),
        ("...", "recording"),
    ],
)
def test_names_are_made_harmless(library, client, given, kept):
    boundary = "b0und"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
        + given.replace("\\", "\\\\").encode()
        + b'"\r\n\r\n'
    )
    body = head + b"sound" + f"\r\n--{boundary}--\r\n".encode()
    answer = client.post(
        "/api/v1/calls", content=body, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["items"][0]["name"] == kept
    assert uploads(library) == [kept]


def test_a_name_that_is_taken_gets_a_number(library, client):
    for _ in range(3):
        client.post("/api/v1/calls", data={"rep": "Sam"}, files={"file": ("a.wav", b"x")})
    assert [name for name in uploads(library) if name.endswith(".wav")] == ["a (2).wav", "a (3).wav", "a.wav"]


def test_bytes_that_are_known_are_said_to_be(calls, client):
    data = calls[0].folder.sound.read_bytes()
    [item] = client.post("/api/v1/calls", files={"file": ("again.wav", data)}).json()["items"]
    assert (item["id"], item["known"]) == (calls[0].id, True)


@pytest.mark.parametrize(
    ("files", "data", "status"),
    [
        ({"file": ("big.wav", b"x" * 2_100_000)}, {}, 413),
        ({"file": ("note.json", b"{}")}, {}, 422),
        ({"file": ("a.wav", b"x")}, {"direction": "sideways"}, 422),
        ({"file": ("a.wav", b"x")}, {"started_at": "tomorrow"}, 422),
        ({"file": ("a.wav", b"x")}, {"rep": "x" * 5000}, 422),
        ({"nothing": (None, b"x")}, {}, 422),
    ],
)
def test_an_upload_that_can_not_be_taken_leaves_nothing(library, client, files, data, status):
    answer = client.post("/api/v1/calls", files=files, data=data)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert uploads(library) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Disposition: form-data; name=file; filename=a.wav\r\n\r\nhalf",
            "multipart/form-data; boundary=x",
        ),
        (b"rubbish", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
    ],
)
def test_a_torn_upload_leaves_nothing(library, client, body, kind):
    answer = client.post("/api/v1/calls", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 422
    assert uploads(library) == []


def test_a_stream_that_says_no_length_is_stopped_too(library, client):
    def body():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 100_000

    answer = client.post("/api/v1/calls", content=body(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    assert uploads(library) == []


def test_the_forms_without_scripts(calls, library, client):
    assert client.post("/upload", data={"rep": "Sam"}, files={"file": ("f.wav", b"y")}).headers["location"] == "/status"
    form = {"rep": "Sam", "customer": "Corbel & Co", "started_at": "", "direction": ""}
    assert client.post(f"/calls/{calls[0].id}", data=form).status_code == 303
    [correction] = calls[0].folder.corrections()
    assert correction.set == {"customer": "Corbel & Co", "started_at": None}
    both = client.post("/calls", data={"id": [call.id for call in calls], "rep": "Ana", "customer": ""})
    assert both.headers["location"] == "/calls?changed=2"
    assert calls[1].folder.corrections()[-1].set == {"rep": "Ana"}
    held = set_aside(library)
    assert client.post("/status/retry", data={"id": held}).headers["location"] == "/status"
    assert library.call(held)
