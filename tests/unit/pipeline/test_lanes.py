"""What is heard twice is heard once, what is apart stays apart, and what is silent says so."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline import audio, participants
from pipeline.errors import TooHeavy
from tests import sounds
from tests.places import SAMPLES
from tests.sounds import save

TWICE = {
    "the same": lambda sound: sound,
    "softer": lambda sound: 0.5 * sound,
    "upside down": lambda sound: -sound,
    "7 samples later": lambda sound: np.roll(sound, 7),
    "25 ms later, upside down, softer": lambda sound: -0.8 * np.roll(sound, 400),
    "with noise": lambda sound: sound + np.random.default_rng(1).normal(size=sound.shape) * 60,
}
CODECS = {"mp3": ("libmp3lame", 32), "ogg": ("libopus", 24), "m4a": ("aac", 48), "flac": ("flac", 0)}


def calls(shared: Path) -> list[Path]:
    return sorted((shared / "calls" / "harper_valley").glob("*.wav"))


def load(path: Path) -> np.ndarray:
    """Half a minute of a recording, in which both sides speak."""
    return sounds.load(path)[:, 5 * 16_000 : 35 * 16_000]


def lanes(decoded: audio.Decoded) -> list[tuple[str, bool]]:
    assert len(decoded.lanes) == len(decoded.sound.lanes)
    sizes = {lane.stat().st_size for lane in decoded.lanes}
    assert sizes == {round(decoded.sound.duration_s * audio.RATE) * 2}
    assert len(json.loads(decoded.peaks.read_text())["channels"]) == len(decoded.lanes)
    return [(lane.what, lane.silent) for lane in decoded.sound.lanes]


def level(path: Path) -> float:
    return float(np.abs(audio.samples(path)).mean())


TWO = [("channel 1", False), ("channel 2", False)]
BOTH = [("both channels", False)]


@pytest.mark.parametrize("bleed_db", [None, -30, -20, -6])
def test_two_sides_stay_two(shared: Path, tmp_path: Path, bleed_db: float | None) -> None:
    for number, call in enumerate(calls(shared)):
        rep, customer = load(call)
        share = 10 ** (bleed_db / 20) if bleed_db else 0.0
        kind = list(CODECS)[number % len(CODECS)]
        codec, kilobits = CODECS[kind]
        mixed = np.stack([rep + share * customer, customer + share * np.roll(rep, 90)])
        file = save(tmp_path / f"{call.stem}.{kind}", mixed, codec=codec, kilobits=kilobits)
        assert lanes(audio.decode(file, tmp_path / call.stem)) == TWO, (call.name, kind)


def test_a_rare_word_of_the_other_side_is_enough_to_stay_two(shared: Path, tmp_path: Path) -> None:
    """One side talks for five minutes and comes through on the other channel, where somebody says three sentences."""
    speech = np.concatenate([sounds.load(call)[0] for call in calls(shared)])[: 300 * 16_000]
    other = np.zeros_like(speech)
    customer = load(calls(shared)[0])[1]
    loudest = int(np.argmax(np.abs(customer).reshape(-1, 16_000).sum(axis=1))) * 16_000
    for second in (70, 150, 230):
        other[second * 16_000 :][: 4 * 16_000] += customer[max(0, loudest - 24_000) :][: 4 * 16_000]
    file = save(tmp_path / "rare.wav", np.stack([speech, other + 0.1 * speech]))
    assert lanes(audio.decode(file, tmp_path / "rare")) == TWO


@pytest.mark.parametrize("how", TWICE)
def test_one_sound_on_both_channels_is_one_lane(shared: Path, tmp_path: Path, how: str) -> None:
    for number, call in enumerate([*calls(shared)[:2], *sorted(SAMPLES.glob("calls/*.wav"))[:1]]):
        mono = load(call).mean(axis=0)
        kind = list(CODECS)[number % len(CODECS)]
        codec, kilobits = CODECS[kind]
        file = save(tmp_path / f"{number}.{kind}", np.stack([mono, TWICE[how](mono)]), codec=codec, kilobits=kilobits)
        decoded = audio.decode(file, tmp_path / str(number))
        assert lanes(decoded) == BOTH, (call.name, kind)
        assert decoded.sound.channels == 2
        assert level(decoded.lanes[0]) == pytest.approx(float(np.abs(mono).mean()) / 32768, rel=0.15)


def test_a_silent_channel_stays_and_says_so(shared: Path, tmp_path: Path) -> None:
    one_sided = audio.decode(shared / "broken" / "call_agent_channel_only_other_silent.wav", tmp_path / "one")
    assert lanes(one_sided) == [("channel 1", False), ("channel 2", True)]
    nothing = audio.decode(shared / "broken" / "digital_silence_60s_8k_stereo.wav", tmp_path / "nothing")
    assert lanes(nothing) == [("both channels", True)]
    sound = load(calls(shared)[0])[0]
    for kind, (codec, kilobits) in CODECS.items():
        for name, other in {
            "hiss": np.random.default_rng(2).normal(size=sound.shape) * 12,
            "bleeding": 0.02 * sound,
        }.items():
            file = save(tmp_path / f"{name}.{kind}", np.stack([other, sound]), codec=codec, kilobits=kilobits)
            decoded = audio.decode(file, tmp_path / f"{name}-{kind}")
            assert lanes(decoded) in ([("channel 1", True), ("channel 2", False)], BOTH), (name, kind)


def test_a_mono_recording_is_one_lane(shared: Path, tmp_path: Path) -> None:
    for name in ("call_8k_mono.mp3", "call_raw_mulaw_8k_mono.ul"):
        assert lanes(audio.decode(shared / "formats" / name, tmp_path / name)) == [("one channel", False)]


def test_each_channel_of_a_conference_is_a_lane(shared: Path, tmp_path: Path) -> None:
    first, second = (load(call) for call in calls(shared)[:2])
    length = min(first.shape[1], second.shape[1])
    people = [first[0, :length], first[1, :length], second[0, :length]]
    silence = np.zeros(length)
    file = save(tmp_path / "conference.wav", np.stack([*people, silence]), layout="4.0")
    decoded = audio.decode(file, tmp_path / "a")
    assert lanes(decoded) == [("channel 1", False), ("channel 2", False), ("channel 3", False), ("channel 4", True)]
    assert decoded.listen  # browsers would make of four channels what they like
    again = save(
        tmp_path / "again.flac", np.stack([people[0], people[1], people[0], people[1]]), layout="4.0", codec="flac"
    )
    assert lanes(audio.decode(again, tmp_path / "b")) == TWO
    same = save(tmp_path / "same.wav", np.stack([people[0]] * 6), layout="5.1")
    assert lanes(audio.decode(same, tmp_path / "c")) == [("all channels", False)]
    many = np.stack([people[number % 3] for number in range(16)], axis=1) / 32768
    soundfile.write(tmp_path / "many.wav", many, 16_000)
    assert lanes(audio.decode(tmp_path / "many.wav", tmp_path / "d")) == [("all channels", False)]


def test_a_film_with_sound_in_the_middle_is_one_lane(shared: Path, tmp_path: Path) -> None:
    sound = load(calls(shared)[0]).mean(axis=0)
    film = np.zeros((6, len(sound)))
    film[2] = sound
    file = save(tmp_path / "film.mp4", film, codec="aac", layout="5.1", kilobits=128)
    decoded = audio.decode(file, tmp_path / "out")
    assert lanes(decoded) == [("all channels", False)]
    assert level(decoded.lanes[0]) > 0.2 * float(np.abs(sound).mean()) / 32768


def test_each_stream_with_sound_is_a_lane_and_their_mix_is_none(shared: Path, tmp_path: Path) -> None:
    rep, customer = load(calls(shared)[0])
    mix, silence = rep + customer, np.zeros_like(rep)
    stereo = [np.stack([sound, sound]) for sound in (mix, rep, customer, silence, customer)]
    file = save(
        tmp_path / "obs.mkv", *stereo, codec="aac", kilobits=128, titles=["Mix", "Anna Smith", "Desktop", "", ""]
    )
    decoded = audio.decode(file, tmp_path / "a")
    assert lanes(decoded) == [("track 2", False), ("track 3", False)]
    assert [lane.name for lane in decoded.sound.lanes] == ["Anna Smith", None]
    assert decoded.listen
    with av.open(str(decoded.listen)) as copy:
        assert copy.streams.audio[0].codec_context.channels == 2
    heard = sounds.load(decoded.listen)
    for lane, side in zip(decoded.lanes, heard, strict=True):
        mine = audio.samples(lane)
        length = min(len(mine), len(side))
        assert np.corrcoef(mine[:length], side[:length])[0, 1] > 0.9
    twins = save(tmp_path / "twins.mp4", stereo[0], stereo[0], codec="aac", kilobits=96)
    alone = audio.decode(twins, tmp_path / "b")
    assert lanes(alone) == [("track 1", False)]
    assert alone.listen is None


def test_a_stream_that_begins_later_is_heard_later(shared: Path, tmp_path: Path) -> None:
    """Each stream's clock says where it begins; both must stay in step."""
    rep, customer = load(calls(shared)[0])[:, : 20 * 16_000]
    file = tmp_path / "late.mkv"
    with av.open(str(file), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=16_000, layout="mono") for _ in range(2)]
        for stream, sound, at in zip(streams, (rep, customer), (0, 48_000), strict=True):
            frame = av.AudioFrame.from_ndarray(sound[None].astype(np.int16), format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16_000, at, Fraction(1, 16_000)
            container.mux(stream.encode(frame))
    decoded = audio.decode(file, tmp_path / "out")
    assert decoded.sound.duration_s == pytest.approx(23.0, abs=0.1)
    second = audio.samples(decoded.lanes[1])
    assert not second[:47_000].any()
    assert np.corrcoef(second[48_000:], customer[: len(second) - 48_000])[0, 1] > 0.99


def test_a_file_a_participant_is_a_lane_a_participant(shared: Path, tmp_path: Path) -> None:
    rep, customer = load(calls(shared)[0])
    folder = tmp_path / "in"
    files = [
        save(folder / "audioAnnaSmith11387120943.m4a", rep[None], codec="aac"),
        save(folder / "audioPhone21387120943.m4a", customer[None, : 20 * 16_000], codec="aac"),
        save(folder / "audioSam31387120943.m4a", np.zeros((1, 16_000)), codec="aac"),
    ]
    decoded = audio.decode(files, tmp_path / "out")
    assert lanes(decoded) == [(files[0].name, False), (files[1].name, False), (files[2].name, True)]
    assert [lane.name for lane in decoded.sound.lanes] == ["Anna Smith", "Phone", "Sam"]
    assert decoded.sound.duration_s == pytest.approx(len(rep) / 16_000, abs=0.2)
    assert decoded.listen
    with av.open(str(decoded.listen)) as copy:
        assert copy.streams.audio[0].codec_context.channels == 2


def test_more_participants_than_lanes_share_the_last_one(shared: Path, tmp_path: Path) -> None:
    sounds = [side[: 20 * 16_000] for call in calls(shared) for side in load(call)][:10]
    files = [save(tmp_path / "in" / f"{number}.wav", sound[None]) for number, sound in enumerate(sounds)]
    decoded = audio.decode(files, tmp_path / "out")
    assert len(lanes(decoded)) == 8
    assert decoded.sound.lanes[-1].what == "the other 3"
    assert [path.name for path in sorted((tmp_path / "out").glob("*"))] == [
        *(f"{number}.pcm" for number in range(8)),
        "listen.m4a",
        "peaks.json",
    ]
    with pytest.raises(TooHeavy):
        audio.decode(files * 10, tmp_path / "more")


def test_the_known_ways_to_name_participants() -> None:
    for entry in participants.known()["files"]:
        assert len(entry["examples"]) > 1
        for name, person in entry["examples"].items():
            assert participants.from_file(name) == person, name
    for title, person in participants.known()["titles"].items():
        assert participants.from_title(title) == person, title
