"""A cut is the same sound as that stretch of the whole, decoded from its start."""

from __future__ import annotations

import av
import numpy as np
import pytest

from clips_api.cutting import LONGEST, cut, source
from clips_api.samples import PLAIN, plain
from clips_api.spans import Span
from pipeline.errors import BadInput, ExemplarError, Unreadable
from pipeline.folder import CallFolder
from pipeline.reading import decode
from tests.sounds import save

SECONDS = 24.0
PARTS = b"""{"source": "Zoom", "path": "meeting", "folder": "meeting", "number": "1387120943", "sole": true, "files": [
{"file": "recording.1.m4a", "path": "meeting/audioAnna11387120943.m4a", "sha256": "1"},
{"file": "recording.2.m4a", "path": "meeting/audioBob21387120943.m4a", "sha256": "2"}]}"""
KINDS = {  # ending: codec, rate, channels, most milliseconds off
    "wav": ("pcm_s16le", 8000, 2, 0.2),
    "flac": ("flac", 44100, 1, 0.2),
    "mp3": ("libmp3lame", 44100, 2, 5.0),
    "m4a": ("aac", 16000, 2, 5.0),
    "opus": ("libopus", 48000, 1, 5.0),
    "mkv": ("libopus", 48000, 2, 5.0),
    "ulaw.wav": ("pcm_mulaw", 8000, 2, 0.2),
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """The same kind of sound in every format."""
    folder = tmp_path_factory.mktemp("sounds")
    made = {}
    for ending, (codec, rate, channels, _) in KINDS.items():
        path = folder / f"sound.{ending}"
        noise = np.random.default_rng(5).normal(0, 1, (round(SECONDS * rate), channels))
        smooth = np.apply_along_axis(lambda lane: np.convolve(lane, np.ones(8) / 8, "same"), 0, noise)
        samples = (smooth / np.abs(smooth).max() * 20000).astype(np.int16)
        with av.open(str(path), "w") as out:
            stream = out.add_stream(codec, rate=rate, layout="stereo" if channels == 2 else "mono")
            for first in range(0, len(samples), 4096):
                frame = av.AudioFrame.from_ndarray(
                    samples[first : first + 4096].reshape(1, -1), format="s16", layout=stream.layout.name
                )
                frame.sample_rate, frame.pts = rate, first
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        made[ending] = path
    return made


def whole(path):
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout=stream.layout, rate=stream.rate)
        pieces = [piece.to_ndarray() for frame in container.decode(stream) for piece in resampler.resample(frame)]
        return np.concatenate([piece.reshape(-1, stream.layout.nb_channels) for piece in pieces]), stream.rate


def heard(sound):
    return sound.samples, sound.rate


def offset(piece, among, expected, rate):
    """By how many milliseconds the best match of a piece is away from where it should be."""
    reach = rate // 5
    first = max(0, expected - reach)
    window = among[first : expected + len(piece) + reach, 0].astype(float)
    correlation = np.correlate(window, piece[:, 0].astype(float), "valid")
    best = int(np.argmax(correlation))
    likeness = correlation[best] / (
        np.linalg.norm(window[best : best + len(piece)]) * np.linalg.norm(piece[:, 0].astype(float))
    )
    assert likeness > 0.95
    return abs(first + best - expected) / rate * 1000


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize(("start", "end"), [(0.0, 1.5), (7.31, 8.9), (20.004, 23.5)])
def test_a_cut_is_that_stretch(sounds, ending, start, end):
    samples, rate = whole(sounds[ending])
    piece, piece_rate = heard(cut(sounds[ending], Span("0" * 16, start, end)))
    _, given_rate, channels, most = KINDS[ending]
    assert (piece_rate, piece.shape[1]) == (rate, channels)
    assert rate == given_rate
    assert len(piece) == pytest.approx((end - start) * rate, abs=rate * 0.03)
    assert offset(piece[:rate], samples, round(start * rate), rate) <= most


@pytest.mark.parametrize("ending", ["mp3", "aac"])
def test_far_into_a_file_whose_packets_are_counted(tmp_path, ending):
    rate, path = 16_000, tmp_path / f"long.{ending}"
    noise = np.random.default_rng(6).normal(0, 4000, (1, 100 * rate))
    save(path, np.apply_along_axis(lambda lane: np.convolve(lane, np.ones(8) / 2, "same"), 1, noise),
         codec={"mp3": "libmp3lame", "aac": "aac"}[ending], kilobits=64)  # fmt: skip
    samples, _ = whole(path)
    for start in (59.7, 75.003, 98.2):
        piece, _ = heard(cut(path, Span("0" * 16, start, start + 1.2)))
        assert offset(piece[:rate], samples, round(start * rate), rate) <= 0.2


@pytest.mark.parametrize("ending", KINDS)
def test_samples_are_what_the_resampler_gives(sounds, ending):
    """Also where the sound is louder than full, as lossy codecs make it."""
    with av.open(str(sounds[ending])) as container:
        layout = container.streams.audio[0].layout
        frames = list(container.decode(container.streams.audio[0]))
    assert {frame.format.name for frame in frames} <= PLAIN.keys()
    if frames[0].format.name.startswith("flt"):
        frames[3] = louder(frames[3])
    rate = frames[0].sample_rate
    expected = [
        piece.to_ndarray().reshape(-1, layout.nb_channels)
        for frame in frames
        for piece in av.AudioResampler(format="s16", layout=layout, rate=rate).resample(frame)
    ]
    np.testing.assert_array_equal(plain(frames, layout), np.concatenate(expected))


def louder(frame):
    made = av.AudioFrame.from_ndarray(frame.to_ndarray() * 5, format=frame.format.name, layout=frame.layout.name)
    made.sample_rate = frame.sample_rate
    return made


def test_the_end_of_a_recording_ends_its_cut(sounds):
    piece, rate = heard(cut(sounds["wav"], Span("0" * 16, SECONDS - 1, SECONDS + 5)))
    assert len(piece) == rate


def test_what_can_not_be_cut(sounds, tmp_path):
    with pytest.raises(BadInput):
        cut(sounds["wav"], Span("0" * 16, 0, LONGEST + 1))
    with pytest.raises(Unreadable):
        cut(sounds["wav"], Span("0" * 16, 100, 101))
    listed = tmp_path / "list.wav"
    listed.write_text(f"ffconcat version 1.0\nfile {sounds['wav']}\n")
    with pytest.raises(ExemplarError):
        cut(listed, Span("0" * 16, 0, 1))
    with pytest.raises(ExemplarError):
        cut(tmp_path / "nothing.wav", Span("0" * 16, 0, 1))


def taking_turns(seconds=6):
    """Two voices as noise, one in the odd seconds and one in the even ones."""
    noise = np.random.default_rng(7).normal(0, 3000, (2, seconds * 16_000))
    odd = np.repeat(np.arange(seconds) % 2, 16_000)
    return noise * np.stack([1 - odd, odd])


def levels(call, start, end):
    """How loud each channel of a cut is."""
    piece, _ = heard(cut(source(call), Span("0" * 16, start, end)))
    return np.abs(piece.astype(float)).mean(axis=0)


@pytest.mark.parametrize("kind", ["files", "tracks", "second track only"])
def test_everybody_is_in_a_cut(tmp_path, kind):
    first, second = taking_turns()
    folder = tmp_path / "call"
    if kind == "files":
        save(folder / "recording.1.m4a", first[None], codec="aac", kilobits=64)
        save(folder / "recording.2.m4a", second[None], codec="aac", kilobits=64)
        (folder / "parts.json").write_bytes(PARTS)
    elif kind == "tracks":
        save(folder / "recording.mkv", first[None], second[None], codec="aac", kilobits=64)
    else:
        save(folder / "recording.mkv", np.zeros_like(first)[None], second[None], codec="aac", kilobits=64)
    call = CallFolder(folder)
    decode(call, tmp_path / "room", max_hours=1)
    assert source(call) == call.listening
    assert levels(call, 1.2, 1.8).max() > 500
    if kind != "second track only":
        assert levels(call, 0.2, 0.8).argmax() != levels(call, 1.2, 1.8).argmax()


def test_one_track_is_cut_from_the_recording_itself(tmp_path):
    save(tmp_path / "call" / "recording.mkv", taking_turns()[:1], codec="aac", kilobits=64)
    call = CallFolder(tmp_path / "call")
    decode(call, tmp_path / "room", max_hours=1)
    assert call.listening.name == "listen.m4a"
    assert source(call) == call.sound
    call.sound.write_bytes(b"RIFF" + bytes(400))
    with pytest.raises(Unreadable):
        source(call)
