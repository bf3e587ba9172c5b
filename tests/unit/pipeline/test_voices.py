"""The voices of a mono recording are told apart, word by word; real calls, words and times from their references."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import decode_audio

from pipeline import voices
from pipeline.records import Word
from pipeline.voiceprint import VoiceEncoder, mel
from tests.places import ROOT, SAMPLES

RATE = 16_000
ENCODER = ROOT / "pipeline" / "voice_encoder"
Said = list[tuple[Word, str]]  # each word and who said it


@pytest.fixture(scope="module")
def encoder() -> VoiceEncoder:
    return VoiceEncoder(threads=2)


def sample(name: str) -> tuple[np.ndarray, Said]:
    """A sample call mixed to mono, and its words."""
    truth = json.loads((SAMPLES / "truth" / f"{name}.json").read_text())
    said = [(Word(**word), turn["speaker"]) for turn in truth["turns"] for word in turn["words"]]
    return decode_audio(str(SAMPLES / truth["file"])), sorted(said, key=lambda pair: pair[0].start)


def harper(call: Path) -> tuple[np.ndarray, Said]:
    """A human call mixed to mono; the words of each reference segment spread over its time."""
    said = []
    for segment in json.loads(call.read_text())["segments"]:
        texts = re.sub(r"[\[<(][^\]>)]*[\]>)]", " ", segment["text"]).split()
        pace = (segment["end"] - segment["start"]) / max(len(texts), 1)
        for at, text in enumerate(texts):
            start = segment["start"] + at * pace
            end = "." if at == len(texts) - 1 else ""
            said.append((Word(start=start, end=start + pace, text=text + end), segment["role"]))
    return decode_audio(str(call.with_suffix(".wav"))), sorted(said, key=lambda pair: pair[0].start)


def alone(sound: np.ndarray, said: Said, speaker: str) -> tuple[np.ndarray, Said]:
    """Only the stretches of one speaker, one after the other."""
    pieces: list[np.ndarray] = []
    kept: Said = []
    length = 0.0
    runs = [list(run) for who, run in itertools.groupby(said, key=lambda pair: pair[1]) if who == speaker]
    for run in runs:
        start, end = run[0][0].start, run[-1][0].end
        pieces.append(sound[int(start * RATE) : int(end * RATE)])
        kept += [
            (w.model_copy(update={"start": w.start - start + length, "end": w.end - start + length}), speaker)
            for w, _ in run
        ]
        pieces.append(np.zeros(RATE // 4, np.float32))
        length += (len(pieces[-2]) + len(pieces[-1])) / RATE
    return np.concatenate(pieces), kept


def after(first: tuple[np.ndarray, Said], second: tuple[np.ndarray, Said]) -> tuple[np.ndarray, Said]:
    """Two recordings, one after the other."""
    later = len(first[0]) / RATE
    moved = [(w.model_copy(update={"start": w.start + later, "end": w.end + later}), who) for w, who in second[1]]
    return np.concatenate([first[0], second[0]]), first[1] + moved


def words(said: Said) -> list[Word]:
    return [word for word, _ in said]


def told_apart(sound: np.ndarray, said: Sequence[Word], encoder: VoiceEncoder) -> tuple[int | None, ...]:
    return voices.tell_apart((sound * 32767).astype(np.int16), said, encoder)


def right(said: Said, told: Sequence[int | None]) -> tuple[float, float]:
    """The share of the told words that are right, each voice standing for one speaker, and the share not told."""
    assert len(told) == len(said)
    pairs = Counter((voice, who) for voice, (_, who) in zip(told, said, strict=True) if voice is not None)
    people = sorted({who for _, who in said})
    numbers = sorted({voice for voice, _ in pairs})
    best = 0
    for order in itertools.permutations([*people, *[""] * len(numbers)], len(numbers)):
        best = max(best, sum(pairs[pair] for pair in zip(numbers, order, strict=True)))
    return best / max(sum(pairs.values()), 1), 1 - sum(pairs.values()) / len(said)


@pytest.mark.parametrize("name", ["lawn_and_trailer", "parts_on_napkins", "quick_discount"])
def test_two_voices_of_a_sample_call_are_told_apart(name: str, encoder: VoiceEncoder) -> None:
    sound, said = sample(name)
    told = told_apart(sound, words(said), encoder)
    assert set(told) <= {0, 1, None}
    assert next(voice for voice in told if voice is not None) == 0
    good, untold = right(said, told)
    assert good >= 0.98
    assert untold <= 0.02


def test_two_human_voices_of_a_telephone_call_are_told_apart(shared: Path, encoder: VoiceEncoder) -> None:
    calls = sorted((shared / "calls" / "harper_valley").glob("*.json"))
    shares = []
    for call in calls:
        sound, said = harper(call)
        told = told_apart(sound, words(said), encoder)
        assert len(set(told) - {None}) == 2, call.name
        shares.append(right(said, told))
    good, untold = np.mean(shares, axis=0)
    assert good >= 0.95  # times within a segment are only spread evenly here
    assert untold <= 0.05


@pytest.mark.parametrize("speaker", ["rep", "customer"])
def test_one_voice_stays_one(speaker: str, encoder: VoiceEncoder) -> None:
    sound, said = alone(*sample("parts_on_napkins"), speaker)
    told = told_apart(sound, words(said), encoder)
    assert set(told) <= {0, None}
    assert told.count(None) <= 0.05 * len(told)


def test_a_call_handed_on_to_a_third_voice(shared: Path, encoder: VoiceEncoder) -> None:
    folder = shared / "calls" / "harper_valley"
    first = harper(folder / "010eaccb7a23436f.json")
    other = harper(folder / "01cefd6f5c044a6f.json")
    sound, said = after(first, alone(*other, "caller"))
    told = told_apart(sound, words(said[: len(first[1])] + [(w, "third") for w, _ in said[len(first[1]) :]]), encoder)
    assert set(told) - {None} == {0, 1, 2}
    assert Counter(told[len(first[1]) :]).most_common(1)[0][0] == 2


def test_three_voices_break_nothing(encoder: VoiceEncoder) -> None:
    first, second = sample("front_desk"), alone(*sample("gate_codes"), "rep")
    sound, said = after(first, (second[0], [(word, "third") for word, _ in second[1]]))
    told = told_apart(sound, words(said), encoder)
    assert len(told) == len(said)
    assert len(set(told) - {None}) >= 2
    assert right(said[: len(first[1])], told[: len(first[1])])[0] >= 0.95


def test_without_punctuation_pauses_and_voices_still_part_people(encoder: VoiceEncoder) -> None:
    sound, said = sample("parts_on_napkins")
    said = [(word.model_copy(update={"text": word.text.strip(".,?!")}), who) for word, who in said]
    assert right(said, told_apart(sound, words(said), encoder))[0] >= 0.95


def test_no_words_no_voices(encoder: VoiceEncoder) -> None:
    assert told_apart(np.zeros(RATE, np.float32), [], encoder) == ()
    assert told_apart(np.zeros(0, np.float32), [], encoder) == ()


@pytest.mark.parametrize(
    "spans",
    [
        [(0.0, 0.05)],
        [(0.2, 0.2), (0.5, 0.52)],
        [(0.9, 1.4), (1.5, 2.0)],  # beyond the end of the sound
        [(5.0, 5.2)],
        [(0.0, 0.4), (0.3, 0.6), (0.1, 0.2)],  # overlapping, out of order
    ],
)
def test_words_shorter_than_a_window_or_out_of_place(spans: list[tuple[float, float]], encoder: VoiceEncoder) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    said = [Word(start=start, end=end, text="yes") for start, end in spans]
    for sound in (noise, np.zeros_like(noise)):
        told = told_apart(sound, said, encoder)
        assert len(told) == len(said)
        assert set(told) <= {0, None}


def test_a_word_too_short_for_a_voice_is_nobodys(encoder: VoiceEncoder) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    assert told_apart(noise[:800], [Word(start=0, end=0.05, text="uh")], encoder) == (None,)


def test_a_stretch_between_two_voices_is_doubtful() -> None:
    centres = np.eye(2, 256, dtype=np.float32)
    likeness = np.array([[0.9, 0.2], [0.9, 0.2], [0.75, 0.65], [0.3, 0.9], [0.4, 0.3]])
    phrases = [voices.Phrase(at, at + 1, 1.0, centres[:1], np.zeros(1)) for at in range(5)]
    told = voices._without_doubtful(np.array([0, 0, 0, 1, 0]), likeness, phrases, centres)
    assert told == [0, 0, None, 1, None]


def blob(at: int, count: int, spread: float, seed: int) -> np.ndarray:
    points = np.eye(256, dtype=np.float32)[[at] * count] + np.abs(
        np.random.default_rng(seed).normal(0, spread, (count, 256))
    )
    return voices._unit(points)


def test_as_many_voices_as_are_plainly_there() -> None:
    a, b, c = (blob(at, 12, 0.02, at) for at in range(3))
    for groups in ([a], [a, b], [a, b, c]):
        points = np.concatenate(groups)
        assert len(voices.voices(points, np.full(len(points), 2.0))) == len(groups)


def test_one_strange_cough_is_no_voice_and_hides_none() -> None:
    a, b, cough = blob(0, 12, 0.02, 0), blob(1, 12, 0.02, 1), blob(7, 1, 0.0, 7)
    seconds = np.array([2.0] * 12 + [0.4])
    assert len(voices.voices(np.concatenate([a, cough]), seconds)) == 1
    assert len(voices.voices(np.concatenate([a, b, cough]), np.array([2.0] * 24 + [0.4]))) == 2


def test_the_encoder_is_the_file_that_its_readme_names_with_its_licence(encoder: VoiceEncoder) -> None:
    found = hashlib.sha256((ENCODER / "ge2e.onnx").read_bytes()).hexdigest()
    assert f"`{found}`" in (ENCODER / "README.md").read_text()
    assert "Copyright 2019 Resemble.AI" in (ENCODER / "LICENSE").read_text()


def test_voices_are_unit_vectors_and_the_same_whatever_they_come_with(encoder: VoiceEncoder) -> None:
    windows = np.random.default_rng(2).gamma(1, 0.01, (70, 100, 40)).astype(np.float32)
    points = encoder.embed(windows)
    assert points.shape == (70, 256)
    assert np.allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    assert np.allclose(points[3:5], encoder.embed(windows[3:5]), atol=1e-5)
    assert encoder.embed(windows[:0]).shape == (0, 256)


@pytest.mark.parametrize(("hz", "band"), [(200, 2), (1000, 13), (4000, 31)])
def test_a_tone_falls_into_its_mel_band(hz: int, band: int) -> None:
    frames = mel(np.sin(2 * np.pi * hz * np.arange(RATE) / RATE).astype(np.float32))
    assert frames.shape == (101, 40)
    assert frames[50].argmax() == band  # by the scale's formula
