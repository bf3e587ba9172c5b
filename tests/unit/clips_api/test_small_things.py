"""Cursors, captions, statements, what lies in the inbox, words on pages, the drawing of a waveform."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from clips_api.captions import vtt
from clips_api.cursors import Cursors
from clips_api.index.queries import schema, statements
from clips_api.problems import STATUS, status_of
from clips_api.render import clock, counted, day, label, left, marked
from clips_api.script import lines
from clips_api.waiting import Inbox
from clips_api.waveform import BARS, draw
from nlp.findings import Moment, Parts, Step, Tag
from pipeline import errors
from pipeline.errors import BadInput
from pipeline.records import Analysis, Recording, Transcript, Turn, Word


def test_a_cursor_comes_back_and_nothing_else_does():
    cursors = Cursors(b"key")
    made = cursors.make({"q": "x"}, [1.0, -1e18], "name")
    assert cursors.read({"q": "x"}, made) == ([1.0, -1e18], "name")
    assert cursors.read({"q": "x"}, None) == (None, None)
    for question, text in (
        ({"q": "y"}, made),
        ({"q": "x"}, made[:-1]),
        ({"q": "x"}, f"A{made[1:]}"),
        ({"q": "x"}, "%%%"),
        ({"q": "x"}, ""),
    ):
        with pytest.raises(BadInput):
            cursors.read(question, text)
    with pytest.raises(BadInput):
        Cursors(b"other").read({"q": "x"}, made)


def test_captions_are_short_named_and_harmless():
    words = tuple(Word(start=number, end=number + 0.9, text=f"w{number}") for number in range(12))
    transcript = Transcript(
        turns=(
            Turn(speaker="rep", start=0, end=12, text=" ".join(word.text for word in words), words=words),
            Turn(speaker="customer", start=3601.5, end=3603, text="<b> & -->\n\nx"),
            Turn(speaker="unknown", text="no times"),
        )
    )
    text = vtt(transcript)
    cues = text.strip().split("\n\n")
    assert cues[0] == "WEBVTT"
    assert len(cues) == 4
    assert cues[1].startswith("00:00:00.000 --> 00:00:06.900\n<v Rep>w0 w1")
    assert cues[3] == "01:00:01.500 --> 01:00:03.000\n<v Customer>&lt;b&gt; &amp; --&gt; x</v>"
    assert "no times" not in text


def test_every_statement_is_named_once_and_knows_its_parameters():
    found = statements()
    assert found["call"].parameters == {"recording_id"}
    assert found["to_judge"].bind({"tag": "x"})["limit"] is None
    with pytest.raises(KeyError):
        found["call"].bind({"name": 1})
    assert "CREATE TABLE clips" in schema()


def test_every_error_has_a_status():
    kinds = [errors.ExemplarError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        assert 400 <= status_of(kind.__new__(kind)) < 600
    assert status_of(errors.NoSound()) == STATUS[errors.BadRecording]


def test_what_lies_in_the_inbox(tmp_path):
    (tmp_path / "Sam").mkdir()
    for name in ("Sam/call.wav", "Sam/call.wav.json", "Sam/call.json", "Sam/lonely.vtt", "x.crdownload", ".x.wav"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "away").symlink_to(tmp_path)
    kinds = {entry.path: entry.kind for entry in Inbox(tmp_path).look()}
    assert kinds == {
        "Sam/call.wav": "waiting",
        "Sam/lonely.vtt": "alone",
        "x.crdownload": "ignored",
        ".x.wav": "ignored",
        "away": "link",
    }
    assert Inbox(tmp_path / "nothing").look() == []


def test_words_on_pages():
    assert [clock(seconds) for seconds in (0, 59.9, 258, 3723, None)] == ["0:00", "0:59", "4:18", "1:02:03", "unknown"]
    assert [label(tag) for tag in ("objection.status_quo", "signal.buying", "reaction.positive", "agenda", None)] == [
        "status quo",
        "buying signal",
        "positive reaction",
        "agenda",
        "",
    ]
    assert [left(seconds) for seconds in (3, 42, 75, 600)] == [
        "about 5 s left",
        "about 40 s left",
        "about 1 min left",
        "about 10 min left",
    ]
    assert [counted(number, "call") for number in (0, 1, 1200)] == ["0 calls", "1 call", "1,200 calls"]
    assert day(None) == "date unknown"
    assert day("2021-12-01T12:00:00+00:00") == "1 Dec 2021"
    assert marked("a <b> c", [(2, 5)]) == "a <mark>&lt;b&gt;</mark> c"


def analysis(**given):
    return Analysis.model_validate(
        {"playbook": {"name": "x", "version": "1"}, "type": {"value": "conversation", "why": ""}, **given}
    )


def test_a_turn_is_cut_at_tags_and_doubtful_words():
    words = tuple(
        Word(start=n / 2, end=n / 2 + 0.4, text=text, probability=0.2 if text == "way" else 0.9)
        for n, text in enumerate(["it", "is", "way", "over"])
    )
    turn = Turn(speaker="customer", start=0, end=2, text="it is way over", words=words)
    tag = Tag("objection.price", "r", 0, 3, 14, "is way over", "customer", 0.5, 2.0)
    moment = Moment("objection.price", (0,), 0.0, 2.0, None, Parts(), (), None, "")
    [line] = lines(
        Transcript(turns=(turn,)), analysis().model_copy(update={"tags": (tag,), "moments": (moment,)}), None
    )
    assert [(piece.text, bool(piece.tags), piece.unsure) for piece in line.stretches] == [
        ("it ", False, False), ("is ", True, False), ("way", True, True), (" over", True, False),
    ]  # fmt: skip
    assert line.times == "0 50 50 50"


def test_the_times_of_words_are_told_from_one_to_the_next_and_pauses_with_them():
    times = [(1.0, 1.3), (1.35, 1.6), (3.0, 3.2), (3.9, 4.4)]
    words = tuple(Word(start=a, end=b, text=f"w{n}") for n, (a, b) in enumerate(times))
    turn = Turn(speaker="rep", start=0.9, end=4.4, text="w0 w1 w2 w3", words=words)
    [line] = lines(Transcript(turns=(turn,)), None, None)
    assert line.times == "10 35:25 165:20 90"
    assert not line.doubted
    [line] = lines(Transcript(turns=(turn.model_copy(update={"text": "as written down"}),)), None, None)
    assert line.times == "", "words that don't make up the text have no place in it"


def test_each_thing_found_has_one_mark_in_order(tmp_path):
    turns = tuple(
        Turn(speaker="rep", start=start, end=start + 5.0, text="hello there friend") for start in (0.0, 10.0, 50.0)
    )

    def tag(name, number):
        return Tag(name, "r", number, 0, 5, "hello", "rep", turns[number].start, turns[number].start + 1)

    names = ("objection.price", "handling.explore", "step.greeting", "handling.explore", "handling.respond")
    tags = tuple(
        tag(name, turn) for name, turn in zip(names, (1, 2, 0, 2, 2), strict=True)
    )  # respond: not heard in the moment
    found = analysis().model_copy(
        update={
            "tags": tags,
            "moments": (Moment("objection.price", (1, 2), 10.0, 55.0, 5, Parts(explore="hello"), (), None, ""),),
            "steps": (Step("greeting", "done", 0, "", ""), Step("recap", "missed", None, None, "")),
        }
    )
    wave = draw(tmp_path / "none", lasting(100), Transcript(turns=turns), found)
    assert [(mark.kind, mark.name, mark.start, mark.end) for mark in wave.marks] == [
        ("step", "greeting", 0.0, 5.0),
        ("moment", "objection.price", 10.0, 55.0),
        ("tag", "handling.explore", 50.0, 51.0),
    ]
    assert [(mark.x, mark.width) for mark in wave.marks] == [(0, 0), (100, 450), (500, 0)]


def lasting(seconds):
    return Recording(
        id="0" * 16, sha256="0" * 64, files=("r.wav",), filename="r.wav", bytes=1, duration_s=seconds, channels=2,
        sample_rate=8000, codec="x", arrived_at=datetime.now(UTC),
    )  # fmt: skip


def test_the_waveform_names_the_lanes_by_who_is_loud(tmp_path):
    peaks = tmp_path / "peaks.json"
    peaks.write_text(json.dumps({"per_second": 1, "channels": [[0] * 5 + [90] * 5, [90] * 5 + [1] * 5]}))
    turns = (Turn(speaker="rep", start=0, end=4, text="a"), Turn(speaker="customer", start=5, end=9, text="b"))
    wave = draw(peaks, lasting(10), Transcript(turns=turns), None)
    assert [lane.speaker for lane in wave.lanes] == ["customer", "rep"]
    assert wave.lanes[0].path.count("M") == BARS
    for damage in ("", "{}", '{"per_second": "x", "channels": 1}', "[]"):
        peaks.write_text(damage)
        assert draw(peaks, lasting(10), None, None).lanes == ()


def test_one_channel_is_drawn_as_two_sides_where_they_are_known(tmp_path):
    peaks = tmp_path / "peaks.json"
    peaks.write_text(json.dumps({"per_second": 10, "channels": [[90] * 10 + [50] * 10]}))
    rep = Turn(speaker="rep", start=0.0, end=0.9, text="a")
    wave = draw(
        peaks, lasting(2), Transcript(turns=(rep, Turn(speaker="customer", start=1.0, end=1.9, text="b"))), None
    )
    assert [lane.speaker for lane in wave.lanes] == ["rep", "customer"]
    silent = f"M998.0 {wave.lanes[0].y + 20 - 0.6:.1f}"
    assert silent in wave.lanes[0].path
    wave = draw(peaks, lasting(2), Transcript(turns=(rep, Turn(speaker="unknown", start=1.0, end=1.9, text="b"))), None)
    assert [lane.speaker for lane in wave.lanes] == ["unknown"]


def test_several_lanes_are_drawn_each_with_its_side(tmp_path):
    peaks = tmp_path / "peaks.json"
    ours, theirs, quiet = [90] * 10 + [0] * 10, [0] * 10 + [80] * 10, [5] * 20
    peaks.write_text(json.dumps({"per_second": 10, "channels": [theirs, quiet, ours, theirs, ours]}))
    turns = (
        Turn(speaker="rep", start=0.0, end=0.9, text="a"),
        Turn(speaker="customer", start=1.0, end=2.0, text="b"),
    )
    wave = draw(peaks, lasting(2), Transcript(turns=turns), None)
    assert [lane.speaker for lane in wave.lanes] == ["customer", "unknown", "rep", "customer"]
