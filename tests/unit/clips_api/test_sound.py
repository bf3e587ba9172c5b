"""Silence where something may not be heard, fades without clicks, and files that say what they are."""

from __future__ import annotations

import math
import wave
from io import BytesIO

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.captions import within
from clips_api.encoding import opus, wav
from clips_api.sound import RAMP, Sound
from clips_api.spans import Span
from clips_api.spoken import ROOM, Spoken
from pipeline.records import Dropped, Transcript, Turn, Word

RATE = 8000


def hum(seconds: float, channels: int = 2, rate: int = RATE) -> Sound:
    """Loud at every sample."""
    return Sound(np.full((round(seconds * rate), channels), 10_000, np.int16), rate)


def said(*words: tuple[float, float, str], speaker: str = "customer") -> Turn:
    text = " ".join(text for _, _, text in words)
    made = tuple(Word(start=start, end=end, text=text) for start, end, text in words)
    return Turn(speaker=speaker, start=words[0][0], end=words[-1][1], text=text, words=made)


def test_a_stretch_is_silent_on_every_channel_and_the_sound_beside_it_stays():
    muted = hum(2).muted([(0.5, 0.75)]).samples
    edge = round(RAMP * RATE)
    assert not muted[4000:6000].any()
    assert (muted[: 4000 - edge] == 10_000).all()
    assert (muted[6000 + edge :] == 10_000).all()
    assert np.abs(np.diff(muted[:, 0].astype(int))).max() < 10_000 / edge * 1.5  # no click


@given(st.integers(1, 15_999), st.floats(0, 2.2), st.floats(0, 1), st.booleans())
def test_blocks_muted_one_by_one_are_the_whole_muted(cut, start, length, forever):
    whole, stretch = hum(2), [(start, math.inf if forever else start + length)]
    low, high = Sound(whole.samples[:cut], RATE), Sound(whole.samples[cut:], RATE)
    parts = [low.muted(stretch).samples, high.muted(stretch, first=cut).samples]
    np.testing.assert_array_equal(np.concatenate(parts), whole.muted(stretch).samples)
    assert (whole.samples == 10_000).all()


@given(st.floats(0, 3))
def test_a_fade_rises_and_falls_whatever_its_length(seconds):
    faded = hum(1).faded(seconds).samples[:, 0].astype(int)
    half = len(faded) // 2
    assert (np.diff(faded[:half]) >= 0).all()
    assert (np.diff(faded[half:]) <= 0).all()
    assert faded.max() >= 9_990
    assert (faded[0] == 0) == (seconds * RATE > 0.5)


def test_a_wav_is_one():
    with wave.open(BytesIO(wav(hum(0.5)))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes()) == (RATE, 2, 2, 4000)
        assert set(np.frombuffer(file.readframes(4000), "<i2")) == {10_000}


@pytest.mark.parametrize(
    ("rate", "channels", "heard_as"), [(8000, 2, 2), (44_100, 1, 1), (11_025, 3, 1), (48_000, 2, 2)]
)
def test_opus_is_as_long_and_sounds_the_same_every_time(rate, channels, heard_as):
    time = np.arange(3 * rate) / rate
    tone = (np.sin(2 * np.pi * 440 * time) * 9000).astype(np.int16)
    sound = Sound(np.repeat(tone[:, None], channels, axis=1), rate)
    data = opus(sound)
    assert data == opus(sound)
    with av.open(BytesIO(data)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.layout.nb_channels) in {("opus", heard_as), ("libopus", heard_as)}
        apart = av.AudioResampler(format="fltp")
        heard = np.concatenate(
            [one.to_ndarray()[0] for frame in container.decode(stream) for one in apart.resample(frame)]
        )
        assert len(heard) / stream.rate == pytest.approx(3, abs=0.03)
    assert np.abs(np.fft.rfft(heard)).argmax() / 3 == pytest.approx(440, abs=2)


WORDS = Transcript(
    turns=(
        said((1.0, 1.3, "one"), (1.33, 1.6, "two"), (2.4, 2.8, "three")),
        said((2.7, 3.1, "mhm"), (5.0, 9.0, "loooong"), speaker="rep"),
    )
)


@pytest.mark.parametrize(
    ("span", "air", "cut"),
    [
        ((1.0, 1.3), 0.15, (0.85, 1.33)),  # not into the next word
        ((1.33, 1.6), 0.15, (1.3, 1.75)),
        ((1.1, 1.5), 0.0, (1.0, 1.6)),  # words are whole
        ((1.319, 1.34), 0.0, (1.319, 1.34)),  # the edge of a word is no sharper than that
        ((2.5, 2.6), 0.1, (2.3, 3.2)),  # two speak at once: the end goes over both words
        ((2.0, 2.2), 0.15, (1.85, 2.35)),  # in a pause
        ((7.0, 7.5), 0.15, (7.0, 9.15)),  # nothing moves further than 1.5 s
        ((0.05, 9.95), 5.0, (0.0, 10.0)),
    ],
)
def test_a_cut_is_between_words_with_a_little_air(span, air, cut):
    moved = Spoken.of(WORDS).around(Span("0" * 16, *span), air, 10.0)
    assert (moved.start, moved.end) == pytest.approx(cut)


@given(st.floats(0, 10), st.floats(0.01, 10), st.floats(0, 5))
def test_a_cut_never_loses_any_of_its_span(start, length, air):
    span = Span("0" * 16, start, min(start + length, 10.0))
    moved = Spoken.of(WORDS).around(span, air, 10.0)
    assert moved.start <= span.start
    assert moved.end >= span.end
    assert moved.start >= 0
    assert moved.end <= 10


CARD = said(
    (1.0, 1.3, "card"), (1.4, 1.8, "4111"), (1.9, 2.3, "1111"), (2.4, 2.8, "1111"), (2.9, 3.3, "1111"), (3.5, 3.9, "ok")
)


def test_personal_data_is_secret_from_its_first_word_to_its_last():
    [(start, end)] = Spoken.of(Transcript(turns=(CARD,))).secret
    assert (start, end) == pytest.approx((1.4 - ROOM, 3.3 + ROOM))


def test_what_words_do_not_place_is_secret_for_the_whole_turn():
    without = CARD.model_copy(update={"words": ()})
    assert Spoken.of(Transcript(turns=(without,))).secret == (pytest.approx((1.0 - ROOM, 3.9 + ROOM)),)
    other = CARD.model_copy(update={"text": CARD.text.replace("ok", "okay then")})
    assert Spoken.of(Transcript(turns=(other,))).secret == (pytest.approx((1.0 - ROOM, 3.9 + ROOM)),)
    lost = CARD.model_copy(update={"words": (), "start": None, "end": None})
    around = (said((0.1, 0.5, "hello")), lost, said((7.0, 7.5, "bye")))
    assert Spoken.of(Transcript(turns=around)).secret == (pytest.approx((0.5 - ROOM, 7.0 + ROOM)),)
    assert Spoken.of(Transcript(turns=(lost,))).secret == ((0.0, math.inf),)


def test_words_that_were_dropped_are_secret_too():
    dropped = Dropped(start=4.0, end=5.0, text="call 202-555-0142, my phone number", why="doubted")
    assert Spoken.of(Transcript(turns=(), dropped=(dropped,))).secret == (pytest.approx((4.0 - ROOM, 5.0 + ROOM)),)


def test_captions_of_a_clip_count_from_its_start_and_stay_inside():
    cues = list(within(WORDS, Span("0" * 16, 1.2, 2.9)))
    assert [(cue.who, cue.text) for cue in cues] == [("Customer", "two three")]
    assert (cues[0].start, cues[0].end) == pytest.approx((0.13, 1.6))
    both = list(within(WORDS, Span("0" * 16, 0.9, 3.0)))
    assert [cue.text for cue in both] == ["one two three", "mhm"]
    assert both[1].end == pytest.approx(2.1)
