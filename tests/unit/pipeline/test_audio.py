"""Every kind of file is read, or refused for the right reason; no file reaches another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from faster_whisper.audio import decode_audio

from pipeline import audio, formats
from pipeline.errors import BadRecording, CutShort, EmptyFile, NoSound, NotARecording, TooHeavy, TooLong

MakeTone = Callable[..., Path]
REFUSED = {"text_renamed.mp3": NotARecording, "truncated_no_moov.m4a": CutShort, "zero_bytes.wav": EmptyFile}


def test_channels_stay_apart_and_keep_their_length(make_tone: MakeTone, tmp_path: Path) -> None:
    decoded = audio.decode(make_tone(channels=2, seconds=1.0), tmp_path / "out")
    assert len(decoded.lanes) == 2
    assert decoded.sound.duration_s == pytest.approx(1.0, abs=0.01)
    left, right = (audio.samples(lane) for lane in decoded.lanes)
    pitch = [float(np.argmax(np.abs(np.fft.rfft(lane[:8000]))) * 2) for lane in (left, right)]
    assert pitch == [440.0, 880.0]
    assert decoded.listen is None
    assert decoded.problems == ()


def test_the_waveform_is_that_of_the_sound(make_tone: MakeTone, tmp_path: Path) -> None:
    decoded = audio.decode(make_tone(channels=2, seconds=2.0), tmp_path / "out")
    peaks = json.loads(decoded.peaks.read_text())
    assert len(peaks["channels"]) == 2
    assert len(peaks["channels"][0]) == pytest.approx(2.0 * peaks["per_second"], abs=1)
    assert max(peaks["channels"][0]) == 100


def test_every_format_is_read(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "formats").iterdir())
    assert len(files) >= 19
    for file in files:
        decoded = audio.decode(file, tmp_path / file.name)
        assert 50 < decoded.sound.duration_s < 52, file.name
        assert decoded.problems == (), file.name
        plays = (decoded.sound.container, decoded.sound.codec) in formats.BROWSERS_PLAY
        assert (decoded.listen is None) == plays, file.name
        if decoded.listen:
            with av.open(str(decoded.listen)) as copy:
                heard = sum(frame.samples for frame in copy.decode(audio=0)) / copy.streams.audio[0].rate
            assert heard == pytest.approx(decoded.sound.duration_s, abs=0.3), file.name
            assert abs(delay(audio.samples(decoded.lanes[0]), decode_audio(str(decoded.listen)))) < 0.02, file.name


def delay(one: np.ndarray, other: np.ndarray) -> float:
    """By how many seconds one recording of the same sound lags behind the other."""
    length = min(len(one), len(other))
    match = np.fft.irfft(np.fft.rfft(one[:length], 2 * length) * np.conj(np.fft.rfft(other[:length], 2 * length)))
    best = int(np.argmax(match))
    return (best if best < length else best - 2 * length) / audio.RATE


def test_every_broken_file_is_read_or_says_why_not(shared: Path, tmp_path: Path) -> None:
    for file in sorted((shared / "broken").iterdir()):
        if file.name in REFUSED:
            with pytest.raises(REFUSED[file.name]):
                audio.decode(file, tmp_path / file.name)
        else:
            decoded = audio.decode(file, tmp_path / file.name)
            assert decoded.sound.duration_s > 10, file.name
            if "truncated" in file.name:
                assert decoded.problems == ("The recording stops early: 17 of 51 seconds are there.",)
            if "bitflipped" in file.name:
                assert "damaged" in decoded.problems[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.wav", "ffconcat version 1.0\nfile {other}\n"),
        ("list.mp3", "ffconcat version 1.0\nfile {other}\n"),
        ("playlist.wav", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{other}\n#EXT-X-ENDLIST\n"),
        ("playlist.mp4", "#EXTM3U\n#EXTINF:10,\nfile://{other}\n#EXT-X-ENDLIST\n"),
        ("page.wav", "<!doctype html><title>Sign in</title>"),
        ("list.ul.txt", "concat:{other}"),
    ],
)
def test_a_file_never_opens_another(make_tone: MakeTone, tmp_path: Path, name: str, content: str) -> None:
    other = make_tone("other.wav", seconds=3.0)
    lure = tmp_path / name
    lure.write_text(content.format(other=other))
    with pytest.raises(NotARecording):
        audio.decode(lure, tmp_path / "out")


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    with av.open(str(silent), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(NoSound):
        audio.decode(silent, tmp_path / "out")


def test_too_long_and_too_slow_are_refused(make_tone: MakeTone, tmp_path: Path) -> None:
    file = make_tone(seconds=20.0)
    with pytest.raises(TooLong):
        audio.decode(file, tmp_path / "a", max_hours=10 / 3600)
    with pytest.raises(TooHeavy):
        audio.decode(file, tmp_path / "b", wall_s=0.01)


def test_every_refusal_tells_what_to_do() -> None:
    for kind in BadRecording.__subclasses__():
        error = kind("detail")
        assert error.permanent
        assert error.sentence.endswith(".")
        assert error.advice.endswith(".")
