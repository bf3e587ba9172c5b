"""A pack is a zip that plays by itself: sound, captions, notes and a page, all muted."""

from __future__ import annotations

import wave
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from playwright.sync_api import expect

from clips_api.masking import MARK
from clips_api.packs import PackItem, pack
from tests.integration.clips_api.conftest import write_call
from tests.integration.clips_api.test_masking import SCRIPT, SECRETS


@pytest.fixture
def made(library):
    return write_call(library, SCRIPT)


@pytest.fixture
def items(made, calls) -> list[dict[str, str]]:
    turns = made.folder.transcript().turns
    first, second = (f"{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}" for turn in turns[1:3])
    return [
        {
            "clip_id": first,
            "title": "Price, <b>& jane.doe@example.com",
            "note": "Note how calm. Card: 4111 1111 1111 1111",
        },
        {"clip_id": second},
        {"clip_id": f"{calls[0].id}-1000-4000", "title": "../../naïve: ÄÖ"},
    ]


def unzipped(answer) -> ZipFile:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    zipped = ZipFile(BytesIO(answer.content))
    assert zipped.testzip() is None
    return zipped


def test_a_pack_holds_sound_captions_notes_and_a_page(client, items):
    answer = client.post("/api/v1/packs", json={"title": "Best of price", "items": items, "format": "wav"})
    assert answer.headers["content-disposition"] == 'attachment; filename="best-of-price.zip"'
    zipped = unzipped(answer)
    assert zipped.namelist() == [
        "01-price-b.wav", "01-price-b.vtt", "01-price-b.txt", "02.wav", "02.vtt", "03-na-ve.wav", "03-na-ve.vtt", "index.html",
    ]  # fmt: skip
    assert all(entry.external_attr >> 16 == 0o644 for entry in zipped.infolist())
    assert zipped.read("01-price-b.wav") == client.get(f"/api/v1/clips/{items[0]['clip_id']}/audio").content
    told = "".join(zipped.read(name).decode() for name in zipped.namelist() if not name.endswith(".wav"))
    for leak in (*SECRETS, "jane", "Corbel", items[0]["clip_id"], "http:", "https:", "/static/", "<b>&"):
        assert leak not in told, leak
    page = zipped.read("index.html").decode()
    assert 'src="01-price-b.wav"' in page
    assert "Note how calm." in page
    assert "way too expensive" in page
    assert MARK * 4 in page
    assert "calm" in zipped.read("01-price-b.txt").decode()


def test_the_same_pack_is_the_same_bytes_and_opus_is_smaller(client, items):
    small, again = (client.post("/api/v1/packs", json={"items": items}) for _ in range(2))
    assert small.content == again.content
    assert "02.opus" in unzipped(small).namelist()
    assert len(small.content) * 2 < len(client.post("/api/v1/packs", json={"items": items, "format": "wav"}).content)


def test_a_pack_of_one_clip_by_its_address(client, items):
    zipped = unzipped(client.get(f"/api/v1/clips/{items[0]['clip_id']}/pack?format=wav"))
    assert zipped.namelist() == ["01.wav", "01.vtt", "index.html"]
    with wave.open(BytesIO(zipped.read("01.wav"))) as file:
        assert np.frombuffer(file.readframes(file.getnframes()), "<i2").any()


def test_a_pack_comes_piece_by_piece_and_only_when_all_its_clips_are_there(client, app, items):
    parts = app.state.parts
    chunks = list(pack(parts, [PackItem(**item) for item in items]))
    assert len(chunks) == len(items) + 1
    wrong = [*items, {"clip_id": f"{'0' * 16}-0-1000"}]
    answer = client.post("/api/v1/packs", json={"items": wrong})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_recording_that_is_damaged_costs_its_own_sound_only(client, items, made):
    made.folder.sound.write_bytes(b"RIFF" + bytes(400))
    zipped = unzipped(client.post("/api/v1/packs", json={"items": items}))
    assert [name for name in zipped.namelist() if name.endswith(".opus")] == ["03-na-ve.opus"]
    assert "The recording is damaged here" in zipped.read("index.html").decode()


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": [{"clip_id": "0" * 16 + "-0-1000"}] * 51},
        {"items": [{"clip_id": "0" * 16 + "-0-1000"}], "format": "mp3"},
        {"items": [{"clip_id": "0" * 16 + "-0-1000", "who": "me"}]},
        {"items": [{"clip_id": "x" * 100}]},
        {"items": [{}]},
        {},
    ],
)
def test_what_is_no_pack_is_refused_in_words(client, body):
    answer = client.post("/api/v1/packs", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_pack_plays_from_disk(client, items, chromium, tmp_path):
    unzipped(client.post("/api/v1/packs", json={"items": items})).extractall(tmp_path / "pack")
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 800})
    try:
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.goto(f"file://{tmp_path / 'pack' / 'index.html'}")
        expect(page.locator("figure")).to_have_count(3)
        page.locator("figure").nth(1).locator(".said li").last.click()
        expect(page.locator("figure").nth(1).locator(".heard")).to_have_count(1)
        page.wait_for_function("document.querySelectorAll('audio')[1].currentTime > 0.4")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not faults
    finally:
        context.close()
