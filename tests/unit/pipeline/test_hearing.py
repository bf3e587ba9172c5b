"""One recording through a recogniser that says what it is told: what is doubted is heard again, then dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from pipeline import doubt, hearing
from pipeline.crew import hear
from pipeline.desk import Desk
from pipeline.hearing import Hearing
from pipeline.records import Heard, Lane
from pipeline.speech import RATE, Stretch
from pipeline.transcribe import Spoken, Take, compression

TWO = (Lane(what="channel 1"), Lane(what="channel 2"))
Says = Callable[[int, bool], str | Take]


def take(text: str, *, sure: float = 0.9, seconds: float = 1.0, log: float = -0.2, nobody: float = 0.0) -> Take:
    words = text.split()
    step = seconds / max(1, len(words))
    spoken = tuple(Spoken(word, 0.3 + n * step, 0.3 + (n + 0.9) * step, sure) for n, word in enumerate(words))
    return Take(spoken, log, nobody, compression(text))


class Fake:
    """Recognises a window by its loudness, which is its name; counts what it was asked."""

    def __init__(self, says: Says, likely: Sequence[dict[str, float]] = ()) -> None:
        self._says = says
        self._likely = likely
        self.heard: list[tuple[int, bool, float]] = []  # the window's name, whether with care, its length in seconds
        self.languages_asked = 0
        self.decoded_as: list[str] = []

    def encode(self, sounds: Sequence[np.ndarray]) -> Any:
        return [(round(float(np.abs(sound).max()) * 32768), len(sound) / RATE) for sound in sounds]

    def languages(self, encoded: Any) -> list[dict[str, float]]:
        self.languages_asked += 1
        return [self._likely[min(number, len(self._likely) - 1)] for number in range(len(encoded))]

    def decode(
        self, encoded: Any, languages: Sequence[str], *, hotwords: str = "", careful: bool = False
    ) -> list[Take]:
        self.decoded_as += languages
        made = []
        for name, seconds in encoded:
            self.heard.append((name, careful, seconds))
            said = self._says(name, careful)
            made.append(take(said) if isinstance(said, str) else said)
        return made


class Voices:
    """No voice encoder is needed where each lane is one voice."""

    def embed(self, windows: np.ndarray) -> np.ndarray:
        raise AssertionError("nobody is to be told apart")


def lane(*names: int, seconds: float = 2.0, every: float = 40.0) -> np.ndarray:
    """A stretch of sound every so many seconds, each as loud as its name."""
    made = np.zeros(int(every * RATE * len(names)) + RATE, np.int16)
    for number, name in enumerate(names):
        start = int(number * every * RATE)
        made[start : start + int(seconds * RATE)] = name
    return made


@pytest.fixture(autouse=True)
def _speech_is_what_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    def stretches(samples: np.ndarray) -> tuple[Stretch, ...]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], samples != 0, [0]]).astype(np.int8)))
        return tuple(
            Stretch(int(begin), int(begin), int(end), int(end), faint=bool(samples[begin] < 10))
            for begin, end in zip(edges[::2], edges[1::2], strict=True)
        )

    monkeypatch.setattr(hearing, "stretches", stretches)


def run(fake: Fake, lanes: Sequence[np.ndarray], about: Sequence[Lane] = TWO, language: str = "en") -> Heard:
    one = Hearing(lanes, about, language=language)
    one.prepare()
    desk = Desk(8)
    desk.add(0, one)
    while not one.done:
        batch = desk.batch()
        assert batch.tasks, "work is left, but none to hand out"
        hear(fake, batch.tasks, threading.Condition())  # type: ignore[arg-type]
        desk.back(batch)
    return one.heard("fake", Voices())  # type: ignore[arg-type]


def texts(heard: Heard) -> dict[int | None, str]:
    return {voice.lane: " ".join(word.text for word in voice.words) for voice in heard.voices}


def test_each_lane_is_a_voice_and_words_are_in_order() -> None:
    fake = Fake(lambda name, _: f"word{name}.")
    heard = run(fake, [lane(100, 101, seconds=16), lane(200, 201, seconds=16)])
    assert texts(heard) == {0: "word100. word101.", 1: "word200. word201."}
    assert (heard.model, heard.language, heard.dropped) == ("fake", "en", ())
    assert all(voice.sure for voice in heard.voices)


def test_a_suspect_is_heard_again_with_care_and_believed_then() -> None:
    fake = Fake(lambda name, careful: "I see." if careful else "go on go on go on go on go on")
    heard = run(fake, [lane(100), lane()])
    assert texts(heard) == {0: "I see."}
    assert heard.dropped == ()
    assert [careful for _, careful, _ in fake.heard] == [False, True]


def test_what_is_doubted_twice_is_dropped_with_the_reason() -> None:
    heard = run(Fake(lambda name, careful: "no no no no no no"), [lane(100), lane()])
    assert heard.voices == ()
    (dropped,) = heard.dropped
    assert (dropped.text, dropped.why) == ("no no no no no no", doubt.LOOP)
    assert 0 <= dropped.start < dropped.end <= 2.5


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        ("One two three four five six.", "One two three four five six."),  # more was said than was heard at first
        ("One.", "One two."),
        ("One 2 3 4 5.", "One two."),  # figures are no more words
        ("no no no no no no", "One two."),
    ],
)
def test_where_a_sentence_was_passed_over_the_fuller_hearing_counts(again: str, kept: str) -> None:
    fake = Fake(lambda name, careful: again if careful else "One two.")
    heard = run(fake, [lane(100, seconds=6), lane()])
    assert texts(heard) == {0: kept}
    assert heard.dropped == ()
    assert [careful for _, careful, _ in fake.heard] == [False, True]


def test_a_suspect_window_is_heard_again_in_short_ones() -> None:
    fake = Fake(lambda name, careful: "Fine." if careful else "no no no no no no")
    run(fake, [lane(100, 100, 100, 100, seconds=6, every=6.5), lane()])
    assert fake.heard[0][2] > 24
    assert {careful for _, careful, _ in fake.heard[1:]} == {True}
    assert all(seconds <= hearing.CAREFUL_S for _, careful, seconds in fake.heard if careful)
    assert sum(seconds for _, careful, seconds in fake.heard if careful) == pytest.approx(25.2, abs=0.6)


def test_speech_that_got_no_word_is_heard_again_once() -> None:
    fake = Fake(lambda name, careful: "Hello?" if careful else "")
    assert texts(run(fake, [lane(100), lane()])) == {0: "Hello?"}
    silent = Fake(lambda name, careful: "")
    assert run(silent, [lane(100), lane()]).voices == ()
    assert [careful for _, careful, _ in silent.heard] == [False, True]


def test_a_stretch_skipped_among_others_is_heard_alone() -> None:
    fake = Fake(lambda name, careful: "again" if careful else take("one two", seconds=1.5))
    heard = run(fake, [lane(100, 101, seconds=2.0, every=4.0), lane()])
    assert texts(heard) == {0: "one two again"}
    assert heard.voices[0].words[-1].start == pytest.approx(4.0, abs=0.1)
    assert [(careful, round(seconds)) for _, careful, seconds in fake.heard] == [(False, 4), (True, 2)]


@pytest.mark.parametrize(("sure", "kept"), [(0.4, False), (0.6, True)])
def test_faint_speech_must_be_plain(sure: float, kept: bool) -> None:
    heard = run(Fake(lambda name, careful: take("Okay.", sure=sure)), [lane(5), lane()])
    assert bool(heard.voices) == kept
    assert [one.why for one in heard.dropped] == ([] if kept else [doubt.HARDLY_HEARD])


def test_what_came_only_with_care_must_be_plain_too() -> None:
    heard = run(Fake(lambda name, careful: take("Mm.", sure=0.4) if careful else ""), [lane(100), lane()])
    assert heard.voices == ()
    assert [one.why for one in heard.dropped] == [doubt.HARDLY_HEARD]


def test_the_language_is_settled_once_by_the_first_windows() -> None:
    fake = Fake(lambda name, _: f"wort{name}.", likely=[{"de": 0.9, "en": 0.1}, {"de": 0.5, "en": 0.4}])
    heard = run(fake, [lane(*range(100, 112), seconds=16), lane(200)], language="auto")
    assert (heard.language, heard.language_probability) == ("de", pytest.approx(0.55, abs=0.01))
    assert fake.languages_asked == 1
    assert set(fake.decoded_as) == {"de"}


def test_an_unsure_language_is_taken_for_english() -> None:
    fake = Fake(lambda name, _: "well", likely=[{"cy": 0.3, "en": 0.2}])
    heard = run(fake, [lane(100), lane()], language="auto")
    assert (heard.language, heard.language_probability) == ("en", 0.2)


def test_a_language_that_is_set_is_not_detected() -> None:
    fake = Fake(lambda name, _: "hallo")
    assert run(fake, [lane(100), lane()], language="de").language == "de"
    assert fake.languages_asked == 0


def test_where_nobody_speaks_there_is_no_language() -> None:
    heard = run(Fake(lambda *_: "you"), [lane(), lane()], language="auto")
    assert (heard.language, heard.voices, heard.dropped) == (None, (), ())


def test_a_silent_lane_is_not_heard_and_the_other_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"word100.": 0, "word101.": None, "word102.": 1, "word103.": 0}
    monkeypatch.setattr(
        hearing.voices, "tell_apart", lambda samples, words, encoder: tuple(numbers[word.text] for word in words)
    )
    fake = Fake(lambda name, _: f"word{name}.")
    about = (Lane(what="channel 1"), Lane(what="channel 2", silent=True))
    heard = run(fake, [lane(100, 101, 102, 103, seconds=16), lane(200)], about)
    assert 200 not in [name for name, *_ in fake.heard]
    said = [(voice.lane, voice.sure, [word.text for word in voice.words]) for voice in heard.voices]
    assert said == [(0, True, ["word100.", "word103."]), (0, True, ["word102."]), (0, False, ["word101."])]


def test_a_voice_alone_on_a_named_track_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing.voices, "tell_apart", lambda samples, words, encoder: (0,) * len(words))
    (voice,) = run(Fake(lambda *_: "hi"), [lane(100)], (Lane(what="Anna.m4a", name="Anna"),)).voices
    assert voice.name == "Anna"


def test_the_share_grows_to_the_whole() -> None:
    one = Hearing([lane(100, 101), lane(200)], TWO, language="en")
    one.prepare()
    shares = [one.share]
    fake = Fake(lambda name, careful: "" if name == 100 else "fine")
    desk = Desk(1)
    desk.add(0, one)
    while not one.done:
        hear(fake, desk.batch().tasks, threading.Condition())  # type: ignore[arg-type]
        shares.append(one.share)
    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert Hearing([lane()], TWO[:1]).share == 1.0
