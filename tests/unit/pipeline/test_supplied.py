"""Transcripts that lie beside a recording: who said what, as Zoom, Teams and others write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import supplied
from pipeline.errors import BadInput

ZOOM = """WEBVTT

1
00:00:16.200 --> 00:00:19.000
Anna Smith: Hello: is it half past 10:30?

2
00:00:19.000 --> 00:00:21.000
Mark Hill: Yes &amp; no.

3
00:00:21.000 --> 00:00:23.000
Go on then.

4
00:00:30.000 --> 00:00:31.000
anna smith: Thanks.
"""
TEAMS = """WEBVTT

8a-0/12-0
00:00:01.000 --> 00:00:03.000
<v Anna Smith>Hello there,
<i>Mark</i>.</v>

8a-0/12-1
00:00:03.000 --> 00:00:05.000
<v.loud Mark Hill>Hi.</v> <v Anna Smith>So.</v>
"""
PLAIN = """WEBVTT - made elsewhere

NOTE nobody is named

00:01.000 --> 00:03.000 align:start
Note: hello there

00:03.000 --> 00:04.000
bye
"""


def said(text: str) -> list[tuple[str | None, bool, str]]:
    voices = supplied.read(text.encode()).voices
    return [(voice.name, voice.sure, " ".join(word.text for word in voice.words)) for voice in voices]


def test_zoom_writes_names_before_what_is_said() -> None:
    assert said(ZOOM) == [
        ("Anna Smith", True, "Hello: is it half past 10:30? Thanks."),
        ("Mark Hill", True, "Yes & no. Go on then."),
    ]


def test_teams_writes_names_as_voice_tags() -> None:
    assert said(TEAMS) == [("Anna Smith", True, "Hello there, Mark. So."), ("Mark Hill", True, "Hi.")]


def test_without_names_it_is_one_voice_that_may_be_several_people() -> None:
    assert said(PLAIN) == [(None, False, "Note: hello there bye")]


def test_words_share_their_passage_by_their_characters() -> None:
    heard = supplied.read(b"\xef\xbb\xbfWEBVTT\r\n\r\n00:10.000 --> 00:12.000\r\naaaa bb cc\r\n")
    words = heard.voices[0].words
    assert [(word.start, word.end) for word in words] == [(10.0, 10.909), (10.909, 11.455), (11.455, 12.0)]
    assert {word.probability for word in words} == {None}
    assert heard.model == "supplied"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "it is not a WebVTT file"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nhello\n", "it is not a WebVTT file"),
        (b"WEBVTT\n\n", "it holds no words"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna></v>\n", "it holds no words"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nheß\n".encode("latin-1"), "it is not UTF-8 text"),
        (ZOOM.replace("00:00:19.000 -->", "00:00:99.000 -->").encode(), "1 of its passages can't be read"),
        (ZOOM.replace("00:00:31.000", "00:00:29.000").encode(), "1 of its passages can't be read"),
        (ZOOM.replace("00:00:31.000", "00:02:31.000").encode(), "it goes on after the recording has ended"),
    ],
)
def test_a_broken_transcript_says_what_is_wrong(data: bytes, problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        supplied.read(data, 60.0)
    assert caught.value.detail == problem


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        heard = supplied.read(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n".encode(errors="ignore"))
    except BadInput:
        return
    for voice in heard.voices:
        assert voice.words
        assert all(1.0 <= word.start <= word.end for word in voice.words if len(heard.voices) == 1)
