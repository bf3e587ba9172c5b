"""Search over HTTP, one clip, its sound."""

from __future__ import annotations

import wave
from io import BytesIO

import numpy as np
import pytest

from tests.integration.clips_api.conftest import PRICE, TIMING, Said, wait_for, write_call


def ids(client, **asked):
    answer = client.get("/api/v1/clips", params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    return [clip["id"] for clip in answer.json()["items"]]


def quotes(client, **asked):
    return [clip["quote"] for clip in client.get("/api/v1/clips", params={"limit": 200, **asked}).json()["items"]]


def test_every_word_of_every_turn_is_found(calls, client):
    for said in (*PRICE, *TIMING):
        for word in said.text.split():
            assert client.get("/api/v1/clips", params={"q": word}).json()["total"] >= 1, word
        assert any(
            said.text in (clip["quote"], clip["reply"])
            for clip in client.get("/api/v1/clips", params={"q": f'"{said.text}"'}).json()["items"]
        )


def test_a_moment_is_one_clip_with_its_reply(calls, client):
    made = calls[0]
    [clip] = client.get("/api/v1/clips", params={"q": "budgeted"}).json()["items"]
    assert clip["kind"] == "moment"
    assert clip["tag"] == "objection.price"
    assert clip["quote"] == PRICE[3].text
    assert clip["reply"] == PRICE[4].text
    assert clip["context"] == PRICE[2].text
    assert clip["score"] == 8
    assert clip["parts"] == {
        "acknowledge": "That's fair.",
        "explore": "What did you have",
        "respond": None,
        "confirm": None,
    }
    assert clip["rep"] == "Sam"
    assert clip["started_at"].startswith("2026-11-12T14:05")
    assert clip["id"] == f"{made.id}-{round(clip['start'] * 1000)}-{round(clip['end'] * 1000)}"
    [[start, end]] = clip["marks"]["quote"]
    assert clip["quote"][start:end] == "budgeted"


@pytest.mark.parametrize(
    "q",
    [
        "ITS way over",
        "it’s WAY over",
        "“way over what”",
        '"over what we budgeted"',
        "budgeted over",
        "way, over!",
        "cafe\u0301",
        "ＣＡＦÉ",
    ],
)
def test_case_punctuation_apostrophes_and_look_alikes_make_no_difference(calls, client, q):
    assert ids(client, q=q)


@pytest.mark.parametrize("q", ['"what over"', "budget next", "zzz", "🎯", "%", "'; DROP TABLE clips; --", '"', "((("])
def test_what_is_not_there_is_not_found(calls, client, q):
    assert ids(client, q=q) == []


def test_no_phrase_is_found_across_quote_and_reply(calls, client):
    assert ids(client, q='"this year that\'s fair"') == []
    assert ids(client, q="year fair")  # both words are in the moment


def test_phrases_come_first_then_better_handled(calls, client):
    assert quotes(client, q="too expensive")[0] == TIMING[3].text
    scores = [clip["score"] for clip in client.get("/api/v1/clips", params={"tag": "objection.price"}).json()["items"]]
    assert scores == [8, 2]


def test_filters(calls, client):
    assert len(ids(client, tag="objection.price")) == 2
    assert len(ids(client, tag="objection.price", rep="Sam")) == 1
    assert ids(client, tag="objection.price", rep="Nobody") == []
    assert len(ids(client, tag="objection.price", since="2026-11-13")) == 1
    assert len(ids(client, tag="objection.price", until="2026-11-12")) == 1
    assert len(ids(client, tag="objection.price", min_score=5)) == 1
    assert ids(client, q="fair", speaker="rep")
    assert ids(client, q="fair", speaker="customer") == []
    assert ids(client, q="budgeted", speaker="customer")
    assert ids(client, q="budgeted fair", speaker="rep") == []


def test_orders(calls, client):
    newest = client.get("/api/v1/clips", params={"sort": "newest", "limit": 200}).json()["items"]
    dates = [clip["started_at"] for clip in newest]
    assert dates == sorted(dates, reverse=True)
    best = client.get("/api/v1/clips", params={"sort": "best"}).json()["items"]
    assert best[0]["score"] == 8


@pytest.mark.parametrize("sort", ["relevance", "newest", "best"])
def test_pages_join_to_the_whole(calls, client, sort):
    whole = ids(client, sort=sort)
    walked, cursor = [], None
    while True:
        page = client.get(
            "/api/v1/clips", params={"sort": sort, "limit": 3, **({"cursor": cursor} if cursor else {})}
        ).json()
        walked += [clip["id"] for clip in page["items"]]
        assert page["total"] == len(whole)
        cursor = page["next"]
        if cursor is None:
            break
    assert walked == whole
    assert len(set(whole)) == len(whole)


def test_a_cursor_is_good_for_its_question_alone(calls, client):
    cursor = client.get("/api/v1/clips", params={"limit": 2}).json()["next"]
    for bad in (f"{cursor}x", cursor[:-2], "AAAA", "not base64 !", "é"):
        assert client.get("/api/v1/clips", params={"limit": 2, "cursor": bad}).status_code == 422
    assert (
        client.get("/api/v1/clips", params={"limit": 2, "cursor": cursor, "tag": "objection.price"}).status_code == 422
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 1000},
        {"since": "yesterday"},
        {"sort": "worst"},
        {"min_score": "x"},
        {"speaker": "dog"},
        {"q": "a" * 10_001},
    ],
)
def test_what_can_not_be_understood_is_a_problem(client, asked):
    answer = client.get("/api/v1/clips", params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_two_tags_of_one_span_are_one_result(library, client):
    made = write_call(
        library,
        (
            Said("rep", "Hello there."),
            Said("customer", "Too dear and we have one.", ("objection.price", "objection.status_quo")),
            Said("rep", "I see."),
        ),
        seed=9,
    )
    library.to_index.leave(made.id)
    wait_for(lambda: ids(client, q="dear"))
    [clip] = client.get("/api/v1/clips", params={"q": "dear"}).json()["items"]
    assert clip["tags"] == ["objection.price", "objection.status_quo"]
    for tag in clip["tags"]:
        [same] = client.get("/api/v1/clips", params={"q": "dear", "tag": tag}).json()["items"]
        assert (same["id"], same["tag"]) == (clip["id"], tag)


def test_any_span_resolves(calls, client):
    made = calls[0]
    turns = made.folder.transcript().turns
    start, end = turns[3].words[4].start, turns[3].words[7].end
    name = f"{made.id}-{round(start * 1000)}-{round(end * 1000)}"
    clip = client.get(f"/api/v1/clips/{name}").json()
    assert clip["quote"] == "but it's way over"
    assert clip["kind"] == "span"
    assert clip["speaker"] == "customer"
    silent = client.get(f"/api/v1/clips/{made.id}-0-500").json()
    assert silent["quote"] == ""


def test_spans_that_are_none(calls, client):
    made = calls[0]
    for name in (
        f"{made.id}-500-500",
        f"{made.id}-9-1",
        f"{made.id}-0-99999999",
        f"{made.id}-x-y",
        "nothing",
        f"{'0' * 16}-0-1000",
        f"{made.id}-0-1000-2",
    ):
        assert client.get(f"/api/v1/clips/{name}").status_code == 404, name
        assert client.get(f"/api/v1/clips/{name}/audio").status_code == 404, name


def sound_of(answer):
    with wave.open(BytesIO(answer.content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(
            -1, file.getnchannels()
        ), file.getframerate()


def test_a_clips_sound_is_exactly_that_span(calls, client):
    made = calls[0]
    for start, end in ((0, 700), (1234, 5678), (9001, 12_000)):
        answer = client.get(f"/api/v1/clips/{made.id}-{start}-{end}/audio")
        assert answer.headers["content-type"] == "audio/wav"
        samples, rate = sound_of(answer)
        assert (rate, samples.shape[1]) == (made.rate, 2)
        np.testing.assert_array_equal(samples, made.sound[start * 8 : end * 8])


def test_a_clips_sound_has_byte_ranges(calls, client):
    address = f"/api/v1/clips/{calls[0].id}-1000-2000/audio"
    whole = client.get(address).content
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert client.get(address, headers={"Range": "bytes=-50"}).content == whole[-50:]
    assert client.get(address, headers={"Range": "bytes=100-"}).content == whole[100:]
    assert client.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert client.get(address, headers={"Range": "bytes=9-2"}).status_code == 416
    assert client.get(address, headers={"Range": "lines=1-2"}).status_code == 200
    assert client.head(address).headers["content-length"] == str(len(whole))


def test_a_clip_too_long_is_refused(library, client):
    made = write_call(library, seed=3, rate=200)
    made.folder.keep(made.folder.recording().model_copy(update={"duration_s": 2000.0}))
    assert client.get(f"/api/v1/clips/{made.id}-0-1900000/audio").status_code == 422


def test_damaged_sound_is_a_problem(calls, client):
    calls[0].folder.sound.write_bytes(b"RIFF" + b"\0" * 400)
    answer = client.get(f"/api/v1/clips/{calls[0].id}-1000-2000/audio")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_transcript_without_times_does_no_harm(library, client):
    made = write_call(library, seed=4, timed=False)
    library.to_index.leave(made.id)
    wait_for(lambda: ids(client, q="tile shops"))
    [clip] = client.get("/api/v1/clips", params={"q": "tile shops"}).json()["items"]
    assert clip["start"] is None
    assert client.get(f"/api/v1/clips/{clip['id']}").json()["quote"] == clip["quote"]
    assert client.get(f"/api/v1/clips/{clip['id']}/audio").status_code == 404
    assert client.get(f"/calls/{made.id}").status_code == 200
    assert client.get("/search").status_code == 200
