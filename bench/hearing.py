"""Speech to words: accuracy, speed and memory of the warm listening child, against the library called in a loop.

The recordings are human calls with a reference that are not part of the project; without them this part is skipped.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import psutil
from faster_whisper.audio import decode_audio
from numpy.typing import NDArray
from whisper_normalizer.english import EnglishTextNormalizer  # type: ignore[import-untyped]

from bench import noises, peer
from bench.results import write
from pipeline import audio, models, settings, spelling
from pipeline.ear import Ear
from pipeline.flows.watch import HANDS
from pipeline.records import Heard, Job, Lane
from tests.places import SHARED

RATE = 16_000
ROLES = {"agent": 0, "caller": 1}
ROWS = (  # of the accuracy table: our figure, the key in the scorer's answer, target for base two-channel
    ("role WER", "role_wer"),
    ("onset error, median (s)", "onset_median_s"),
    ("onset error, 95th percentile (s)", "onset_p95_s"),
    ("reference segments not heard", "unheard_share"),
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call of two lanes (float32, 16 kHz) and what is said on each by the reference."""

    lanes: NDArray[np.float32]
    reference: tuple[str, str]


def run() -> None:
    """Measure and write the section."""
    calls_dir = SHARED / "calls" / "harper_valley"
    scorer = SHARED.parent / "tools" / "score_calls.py"
    if not calls_dir.is_dir() or not scorer.is_file():
        print("The measured calls are not here, so the part `hearing` is skipped.")
        return
    model, note = models.find("base")
    assert note is None, note
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        ear = Ear(settings.load(room / "data", model="base"))
        ear.warm()
        try:
            rows = [*_noise(ear, room), *_speed(ear, model, calls(calls_dir), room), *_memory(ear, room, calls_dir)]
        finally:
            ear.close()
        rows = [*_accuracy(calls_dir, scorer, room), *rows]
    write("hearing", "Hearing", rows)


# accuracy, by the scorer


def _accuracy(calls_dir: Path, scorer: Path, room: Path) -> Iterable[tuple[str, str, str]]:
    exemplar = f"{Path(sys.executable).parent / 'exemplar'} transcribe {{file}}"
    bare = f"{sys.executable} {scorer.parent / 'bare_whisper.py'} {{file}}"

    def score(command: str, model: str, *more: str) -> dict[str, Any]:
        path, _ = models.find(model)
        environment = {"WHISPER_MODEL": path, "EXEMPLAR_MODEL": model, "EXEMPLAR_DATA": str(room / "none")}
        run = subprocess.run(
            [sys.executable, str(scorer), str(calls_dir), "--cmd", command, "--json", *more],
            capture_output=True,
            text=True,
            check=True,
            env={**dict(_environment()), **environment},
        )
        found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
        print(command.split(maxsplit=1)[0], model, *more, found, flush=True)
        return found

    targets = {"role_wer": "0.080", "onset_median_s": "0.10", "onset_p95_s": "0.35", "unheard_share": "0.03"}
    ours, theirs = score(exemplar, "base"), score(bare, "base")
    for title, key in ROWS:
        yield (
            f"{title}, two channels, base; the bare library: {theirs[key]:.3f}",
            f"{ours[key]:.3f}",
            f"{targets[key]} or less",
        )
    tiny, bare_tiny = score(exemplar, "tiny.en"), score(bare, "tiny.en")
    yield (
        f"role WER, two channels, tiny.en; the bare library: {bare_tiny['role_wer']:.3f}",
        f"{tiny['role_wer']:.3f}",
        "0.095 or less",
    )
    mono = score(exemplar, "base", "--mono")
    yield (
        f"role WER, mixed to mono, base (words of unknown speakers: {mono['unknown_share']:.1%})",
        f"{mono['role_wer']:.3f}",
        f"{ours['role_wer'] + 0.03:.3f} or less (two channels + 0.03)",
    )


def _environment() -> Iterable[tuple[str, str]]:
    return os.environ.items()


# what makes no words


def _noise(ear: Ear, room: Path) -> Iterable[tuple[str, str, str]]:
    said, slowest = [], 0.0
    for name, sound in noises.minutes().items():
        lane = room / "noise.pcm"
        sound.tofile(lane)
        began = time.perf_counter()
        heard = ear.hear(Job(lanes=(lane,), about=(Lane(what="one channel"),)), lambda _: None)
        slowest = max(slowest, (time.perf_counter() - began) / noises.SECONDS)
        said.append(f"{name} {sum(len(voice.words) for voice in heard.voices)}")
    yield f"words in a minute each of: {', '.join(said)}", _sum(said), "0"
    yield "… the slowest of them, seconds a second", f"{slowest:.3f}", "under 0.1"


def _sum(said: Sequence[str]) -> str:
    return str(sum(int(one.rsplit(" ", 1)[1]) for one in said))


# speed


def _speed(ear: Ear, model: str, found: list[Spoken], room: Path) -> Iterable[tuple[str, str, str]]:
    long, minutes = joined(found, 20 * 60), [joined(found[number % len(found) :] + found, 60) for number in range(20)]
    minutes = [Spoken(call.lanes * (0.5 + number / 40), call.reference) for number, call in enumerate(minutes)]
    for title, calls_, target in (
        ("one two-channel call of 20 minutes", [long], "0.50"),
        ("20 queued two-channel calls of a minute", minutes, "0.55"),
    ):
        files = [save(room / f"call-{number}.wav", call.lanes) for number, call in enumerate(calls_)]
        seconds = sum(call.lanes.shape[1] for call in calls_) / RATE
        began = time.perf_counter()
        with ThreadPoolExecutor(HANDS) as hands:
            heard = list(hands.map(lambda file: _hear(ear, file), files))
        ours = time.perf_counter() - began
        theirs = peer.heard(model, files)
        loop = sum(one["seconds"] for one in theirs)
        wrong = wer([(call.reference, texts(one)) for call, one in zip(calls_, heard, strict=True)])
        peer_wrong = wer([(call.reference, one["texts"]) for call, one in zip(calls_, theirs, strict=True)])
        yield f"{title}: seconds a second, decoding and filters included", f"{ours / seconds:.4f}", ""
        yield "… the library in a sequential loop", f"{loop / seconds:.4f}", ""
        yield "… **ratio**", f"**{ours / loop:.2f}**", f"{target} or less"
        yield "… role WER of ours, of the loop", f"{wrong:.3f}, {peer_wrong:.3f}", "no worse"


def _hear(ear: Ear, file: Path) -> Heard:
    with tempfile.TemporaryDirectory() as room:
        decoded = audio.decode(file, Path(room))
        return ear.hear(Job(lanes=decoded.lanes, about=decoded.sound.lanes), lambda _: None)


# memory


def _memory(ear: Ear, room: Path, calls_dir: Path) -> Iterable[tuple[str, str, str]]:
    hour = joined(calls(calls_dir), 3600)
    _hear(ear, save(room / "hour.wav", hour.lanes))
    [child] = [one for one in psutil.Process().children() if "pipeline.listener" in " ".join(one.cmdline())]
    status = Path(f"/proc/{child.pid}/status").read_text()
    highest = int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]
    yield "peak memory of the listening child, 1 h two-channel call", f"{highest / 1e6:.2f} GB", "1.2 GB or less"


# sound and references


def calls(folder: Path) -> list[Spoken]:
    """The measured calls, with what the reference says on each lane."""
    found = []
    for path in sorted(folder.glob("*.json")):
        segments = json.loads(path.read_text())["segments"]
        reference = ["", ""]
        for segment in segments:
            reference[ROLES[segment["role"]]] += " " + segment["text"]
        lanes = np.stack(decode_audio(str(path.with_suffix(".wav")), split_stereo=True))
        found.append(Spoken(lanes, (reference[0], reference[1])))
    return found


def joined(found: Sequence[Spoken], seconds: int) -> Spoken:
    """Whole calls one after the other until they last that long; the last one's rest is silence."""
    lanes: list[NDArray[np.float32]] = []
    left, right = [], []
    length = 0
    while True:
        call = found[len(lanes) % len(found)]
        if length + call.lanes.shape[1] > seconds * RATE and lanes:
            break
        lanes.append(call.lanes)
        length += call.lanes.shape[1]
        left.append(call.reference[0])
        right.append(call.reference[1])
    sound = np.concatenate(lanes, axis=1)[:, : seconds * RATE]
    sound = np.pad(sound, ((0, 0), (0, seconds * RATE - sound.shape[1])))
    return Spoken(sound, (" ".join(left), " ".join(right)))


def save(path: Path, lanes: NDArray[np.float32]) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(lanes.shape[0])
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(lanes.T, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def texts(heard: Heard) -> list[str]:
    """The text of each lane, spelt as transcripts are."""
    found = ["", ""]
    for voice in heard.voices:
        found[voice.lane or 0] = " ".join(word.text for word in spelling.unify(voice.words))
    return found


def wer(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> float:
    """Word errors over words, each lane against its own reference, after Whisper's normaliser."""
    plain = EnglishTextNormalizer()
    wrong = words = 0
    for reference, said in pairs:
        for one, other in zip(reference, said, strict=True):
            clean = [plain(re.sub(r"[\[<(][^\]>)]*[\]>)]", " ", text)) for text in (one, other)]
            found = jiwer.process_words(clean[0], clean[1] or " ")
            wrong += found.substitutions + found.deletions + found.insertions
            words += len(clean[0].split())
    return wrong / words
