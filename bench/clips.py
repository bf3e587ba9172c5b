"""Clips cut while somebody waits: from asking to the first byte, over HTTP, against PyAV decoding the same span alone.

Random spans of 5 to 20 s that begin in random words of the sample calls, and of one call of an hour (MP3, whose packets
have to be counted). The transcripts are the samples' truth, so nothing has to be heard.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
from faster_whisper.audio import decode_audio

from bench.results import write
from pipeline.folder import CallFolder
from pipeline.library import Library, now
from pipeline.records import Recording, Sighting, Transcript

SAMPLES = Path(__file__).parent.parent / "sample_audio"
RATE = 16_000
HOUR = 3600.0  # seconds
CLIPS = 120
READY_S = 30.0
Span = tuple[Path, str, float, float]  # the recording, its call, from and to in seconds


def run() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory() as room:
        library = Library(Path(room) / "data")
        library.prepare()
        truths = [json.loads(path.read_text()) for path in sorted((SAMPLES / "truth").glob("*.json"))]
        short = [kept(library, SAMPLES / truth["file"], truth) for truth in truths]
        hour = kept(library, *an_hour(Path(room), truths))
        chance = random.Random(5)
        spans = {"the sample calls": dealt(chance, short), "a call of an hour": dealt(chance, [hour])}
        rows: list[tuple[str, str, str]] = []
        with served(library) as client:
            first = asked(client, dealt(random.Random(6), [hour])[:1], "wav")[0]
            for name, some in spans.items():
                ours, peer = asked(client, some, "wav"), [decoded(span) for span in some]
                opus, again = asked(client, some[-40:], "opus"), asked(client, some[-16:], "opus")
                rows += [
                    (f"clips of {name}, cut and first byte sent, WAV: p95", f"{p95(ours):.0f} ms", "50 ms"),
                    ("… median", f"{p50(ours):.0f} ms", ""),
                    ("… PyAV decoding the same span alone: p95, median", f"{p95(peer):.0f}, {p50(peer):.0f} ms", ""),
                    ("… **ratio of the medians**", f"**{p50(ours) / p50(peer):.2f}**", "reported"),
                    ("… Opus: p95, median", f"{p95(opus):.0f}, {p50(opus):.0f} ms", "reported"),
                    ("… Opus that was just asked for: median", f"{p50(again):.0f} ms", "reported"),
                ]
            rows.append(("the first clip of the call of an hour after a start", f"{first:.0f} ms", "reported"))
    write("clips", "Clips", rows)


def kept(library: Library, sound: Path, truth: dict[str, Any]) -> tuple[CallFolder, Transcript]:
    """A call's folder as the worker writes it, with the truth as its transcript."""
    data = sound.read_bytes()
    key = sha256(data).hexdigest()
    room = CallFolder(library.incoming_folder())
    (room.path / f"recording{sound.suffix}").write_bytes(data)
    room.sight(Sighting(path=sound.name, at=now(), bytes=len(data), mtime_ns=1))
    call = library.arrive(room.path, key[:16])
    transcript = Transcript.model_validate({"recording_id": call.id, "language": "en", "turns": truth["turns"]})
    call.keep(transcript)
    call.keep(
        Recording(
            id=call.id, sha256=key, files=(call.sound.name,), filename=sound.name, bytes=len(data),
            duration_s=truth["duration_s"], channels=truth["channels"], sample_rate=RATE, codec="", arrived_at=now(),
        )
    )  # fmt: skip
    return call, transcript


def an_hour(room: Path, truths: Sequence[dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
    """The two-channel samples one after the other until the hour is full."""
    path, at, turns = room / "hour.mp3", 0.0, []
    stereo = [truth for truth in truths if truth["channels"] == 2]
    sounds = [np.stack(decode_audio(str(SAMPLES / one["file"]), split_stereo=True)) for one in stereo]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libmp3lame", rate=RATE, layout="stereo")
        while at < HOUR:
            for truth, sound in zip(stereo, sounds, strict=True):
                for turn in truth["turns"]:
                    words = [word | {"start": word["start"] + at, "end": word["end"] + at} for word in turn["words"]]
                    turns.append(turn | {"start": turn["start"] + at, "end": turn["end"] + at, "words": words})
                samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16).T
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="stereo"
                )
                frame.sample_rate = RATE
                out.mux(stream.encode(frame))
                at += sound.shape[1] / RATE
        out.mux(stream.encode(None))
    return path, {"turns": turns, "duration_s": round(at, 3), "channels": 2}


def dealt(chance: random.Random, calls: Sequence[tuple[CallFolder, Transcript]]) -> list[Span]:
    """Random spans of these calls."""
    some = []
    while len(some) < CLIPS:
        call, transcript = chance.choice(calls)
        word = chance.choice([word for turn in transcript.turns for word in turn.words])
        end = min(word.start + chance.uniform(5, 20), transcript.turns[-1].end or 0.0)
        if end > word.start + 1:
            some.append((call.sound, call.id, word.start, end))
    return some


@contextmanager
def served(library: Library) -> Iterator[httpx.Client]:
    """The API over this folder in a process of its own, once everything is indexed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "clips_api", "--data", str(library.root), "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    headers = {"Authorization": f"Bearer {library.secret()}"}
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)
    try:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                if not client.get("/api/v1/status").json()["indexing"]:
                    break
            time.sleep(0.2)
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(20)


def asked(client: httpx.Client, spans: Sequence[Span], form: str) -> list[float]:
    """Milliseconds to the first byte of each clip."""
    took = []
    for _, call, start, end in spans:
        address = f"/api/v1/clips/{call}-{round(start * 1000)}-{round(end * 1000)}/audio?format={form}"
        began = time.perf_counter()
        with client.stream("GET", address) as answer:
            chunks = answer.iter_raw()
            next(chunks)
            took.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
            for _ in chunks:
                pass
    return took


def decoded(span: Span) -> float:
    """Milliseconds of the peer: open, seek, decode to the end of the span, wherever the seek lands."""
    sound, _, start, end = span
    began = time.perf_counter()
    with av.open(str(sound), metadata_errors="replace") as container:
        container.seek(int(start * av.time_base))
        for frame in container.decode(audio=0):
            frame.to_ndarray()
            if frame.time is not None and frame.time >= end:
                break
    return (time.perf_counter() - began) * 1000


def p95(took: Sequence[float]) -> float:
    return float(np.percentile(took, 95))


def p50(took: Sequence[float]) -> float:
    return float(np.percentile(took, 50))
