"""Search over HTTP, one clip, its sound."""

from __future__ import annotations

import wave
from io import BytesIO

import numpy as np
import pytest

from clips_api.render import label
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


def test_a_part_of_a_reply_is_shown_only_where_there_is_a_concern(client, app, library):
    asked = Said("rep", "How did that come to light last spring?", ("handling.explore", "step.discovery"))
    made = write_call(library, (asked, Said("customer", "The auditor told us."), *PRICE), seed=5)
    app.state.parts.indexer.rescan()
    [clip] = client.get("/api/v1/clips", params={"q": "come to light"}).json()["items"]
    assert clip["tag"] == "step.discovery"
    script = client.get(f"/calls/{made.id}").text.partition('id="script"')[2].partition("</section>")[0]
    turns = script.split('<div class="turn ')[1:]
    explored = [label("handling.explore") in turn for turn in turns]
    assert explored == [False, False, *("handling.explore" in said.tags for said in PRICE)]


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


def test_phrases_are_found_across_turns(calls, client):
    moment = ids(client, q='"over what we budgeted"')
    assert ids(client, q='"this year that\'s fair"') == moment, "from the objection into the reply"
    assert ids(client, q='"which shops about twelve"') == moment, "from the reply into what comes after"
    found = client.get("/api/v1/clips", params={"q": '"now still a good time yes go ahead"'}).json()["items"]
    assert [clip["quote"] for clip in found] == [PRICE[0].text]
    start, end = found[0]["marks"]["quote"][0]
    assert found[0]["quote"][start:end] == "now still a good time"
    assert ids(client, q='"this year for fair"') == []
    assert ids(client, q='"go ahead"') == [clip for clip in ids(client) if clip in ids(client, q="ahead")]


def test_words_match_their_forms(calls, client):
    assert ids(client, q="budgets") == ids(client, q="budgeted")
    assert ids(client, q='"budgets"') == []
    assert ids(client, q="budg*") == ids(client, q="budgeted")
    assert quotes(client, q="expensive -swamped -anyway") == []
    assert set(quotes(client, q="swamped OR greeting OR twelve")) == {TIMING[1].text, PRICE[5].text}
    assert len(ids(client, q="-expensive")) == len(ids(client)) - 1


def test_near_misses_are_found_and_marked_as_such(calls, client):
    clip = client.get("/api/v1/clips", params={"q": "expansive"}).json()["items"][0]
    assert clip["quote"] == TIMING[3].text
    assert clip["marks"]["quote"] == []
    assert [clip["quote"][start:end] for start, end in clip["marks"]["near_quote"]] == ["expensive", "expensive"]
    assert ids(client, q="proposl") == ids(client, q="proposal")
    assert ids(client, q="xx") == []


def test_names_are_found_as_they_are_misheard(calls, client):
    names = {"names": [{"name": "Budgie", "heard_as": ["budgeted for"]}]}
    assert client.put("/api/v1/vocabulary", json=names).status_code == 200
    clip = client.get("/api/v1/clips", params={"q": "budgie"}).json()["items"][0]
    assert [clip["quote"][start:end] for start, end in clip["marks"]["near_quote"]] == ["budgeted for"]


def test_a_rank_is_its_arithmetic(calls, client):
    for clip in client.get("/api/v1/clips", params={"q": "too expensive"}).json()["items"]:
        rank = clip["rank"]
        assert rank["total"] == pytest.approx(rank["words"] * rank["handled"] * rank["recent"])
        assert rank["handled"] == pytest.approx(
            {"moment": 1.5 + 0.3 * (clip["score"] or 0), "tag": 1.1}.get(clip["kind"], 1)
        )
    plain = client.get("/api/v1/clips", params={"tag": "objection.price"}).json()["items"]
    assert [clip["rank"]["words"] for clip in plain] == [1, 1]
    totals = [clip["rank"]["total"] for clip in plain]
    assert totals == sorted(totals, reverse=True)


def test_counts(calls, client):
    def counts(**asked):
        return client.get("/api/v1/clips/counts", params=asked).json()

    everything = counts()
    assert everything["tag"]["objection.price"] == len(ids(client, tag="objection.price")) == 2
    for rep, clips in everything["rep"].items():
        assert clips == len(ids(client, rep=rep))
    for side, clips in everything["speaker"].items():
        assert clips == len(ids(client, speaker=side))
    for part, clips in everything["part"].items():
        assert clips == len(ids(client, part=part))
    assert sum(everything["reviewed"].values()) == len(ids(client))
    assert counts(tag="objection.price")["tag"] == everything["tag"], "what was chosen doesn't narrow its own choices"
    assert sum(counts(tag="objection.price")["rep"].values()) == 2
    assert counts(q="expensive", speaker="customer")["speaker"] == {"customer": 1}
    assert counts(q="? !") == {}


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
    assert ids(client, q='"budgeted" fair', speaker="rep") == []
    assert ids(client, q='"that\'s fair"', speaker="rep") == ids(client, q="fair")
    assert ids(client, q="fairly", speaker="rep") == ids(client, q="fair")
    assert ids(client, part=["acknowledge"], q="fair") == [
        clip["id"]
        for clip in client.get("/api/v1/clips", params={"q": "fair"}).json()["items"]
        if clip["parts"]["acknowledge"]
    ]
    assert ids(client, min_length=10_000) == []
    assert set(ids(client, max_length=10_000)) == set(ids(client))
    assert ids(client, source="nowhere") == ids(client, missed="closing_time") == ids(client, team="none") == []


def test_reviewed_is_what_somebody_judged(calls, client):
    clip = client.get("/api/v1/clips", params={"tag": "objection.price", "reviewed": "no"}).json()["items"][0]
    place = {"recording_id": clip["recording_id"], "kind": "tag", "tag": clip["tag"], "sentence": clip["sentence"]}
    assert client.post("/api/v1/judgements", json=place | {"right": True}).status_code < 300
    wait_for(lambda: ids(client, reviewed="yes") == [clip["id"]])
    assert clip["id"] not in ids(client, reviewed="no")


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


def test_a_clips_sound_is_that_span_with_its_words_whole(calls, client):
    made = calls[0]
    words = [word for turn in made.folder.transcript().turns for word in turn.words]
    for start, end in ((0, 700), (1234, 5678), (9001, 12_000)):
        answer = client.get(f"/api/v1/clips/{made.id}-{start}-{end}/audio", params={"air": 0, "fade": 0})
        assert answer.headers["content-type"] == "audio/wav"
        samples, rate = sound_of(answer)
        assert (rate, samples.shape[1]) == (made.rate, 2)
        first = min([start, *(word.start * 1000 for word in words if word.start * 1000 < start < word.end * 1000)])
        last = max([end, *(word.end * 1000 for word in words if word.start * 1000 < end < word.end * 1000)])
        np.testing.assert_array_equal(samples, made.sound[round(first * 8) : round(last * 8)])


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
