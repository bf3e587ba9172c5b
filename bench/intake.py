"""From file in place to searchable, many files at once, start-up, memory: a whole Exemplar against the bare loop.

The five-minute call is made of the two-channel sample calls, one after the other, at 16 kHz; the peer hears the same
file with the same model, warm in both. The short recordings are turns of the sample calls.
"""

from __future__ import annotations

import json
import tempfile
import time
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
from faster_whisper.audio import decode_audio

from bench import peer
from bench.results import write
from pipeline import models
from pipeline.client import recording_id
from tests.running import Running, exemplar

RATE = 16_000
SAMPLES = Path(__file__).parent.parent / "sample_audio"
SHORT = 200


def run() -> None:
    """Measure and write the section."""
    model, note = models.find("base")
    assert note is None, note
    with tempfile.TemporaryDirectory() as room:
        long_call, again, shorts = sources(Path(room))
        rows: list[tuple[str, str, str]] = []
        alone = peer.heard(model, [again, long_call])[1]["seconds"]
        first = time.monotonic()
        with exemplar(Path(room) / "data", EXEMPLAR_MODEL="base"):
            made_ready = time.monotonic() - first
        began = time.monotonic()
        with exemplar(Path(room) / "data", EXEMPLAR_MODEL="base") as running:
            ready = time.monotonic() - began
            time.sleep(3)
            idle = memory(running)
            ours = searchable(running, long_call)
            print(f"five minutes: {ours:.1f} s, bare loop {alone:.1f} s; ready {ready:.1f} s", flush=True)
            busy, spent = many(running, shorts)
        loop = sum(one["seconds"] for one in peer.heard(model, shorts))
        rows += [
            ("5-minute two-channel call, in place to searchable", f"{ours:.1f} s", ""),
            ("the bare loop over the same file, load excluded", f"{alone:.1f} s", ""),
            ("**ratio**", f"**{ours / alone:.2f}**", "1.2 or less"),
            (
                f"{SHORT} short recordings at once ({seconds(shorts):.0f} s of sound): all indexed, none twice",
                "yes",
                "yes",
            ),
            ("… in place to all searchable", f"{spent:.0f} s, {SHORT / spent:.1f} recordings a second", ""),
            ("… the bare loop over the same files", f"{loop:.0f} s; ratio {spent / loop:.2f}", "reported"),
            ("`exemplar up` ready, first time with an empty data folder", f"{made_ready:.1f} s", ""),
            ("`exemplar up` ready, after the first time", f"{ready:.1f} s", "15 s or less"),
            ("memory of all processes, idle", f"{idle:.0f} MB", "reported"),
            ("memory of all processes, busy (highest seen)", f"{busy:.0f} MB", "reported"),
        ]
    write("intake", "Intake", rows)


def sources(room: Path) -> tuple[Path, Path, list[Path]]:
    """The five-minute call, another one of the same length, and the short recordings."""
    truths = [json.loads(path.read_text()) for path in sorted((SAMPLES / "truth").glob("*.json"))]
    stereo = [
        np.stack(decode_audio(str(SAMPLES / truth["file"]), split_stereo=True))
        for truth in truths
        if truth["channels"] == 2
    ]
    joined = np.concatenate(stereo, axis=1)
    length = 300 * RATE
    pair = []
    for number, start in enumerate((0, joined.shape[1] - length)):
        path = room / f"five-minutes-{number}.wav"
        save(path, joined[:, start : start + length])
        pair.append(path)
    shorts: list[Path] = []
    for truth in truths:
        sound = decode_audio(str(SAMPLES / truth["file"]))
        for turn in truth["turns"]:
            if turn["end"] - turn["start"] > 1.0 and len(shorts) < SHORT:
                path = room / f"short-{len(shorts):03}.wav"
                save(path, sound[None, int(turn["start"] * RATE) : int((turn["end"] + 0.3) * RATE)])
                shorts.append(path)
    assert len(shorts) == SHORT, len(shorts)
    return pair[0], pair[1], shorts


def save(path: Path, lanes: np.ndarray) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(lanes.shape[0])
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((lanes.T * 32767).astype("<i2").tobytes())


def searchable(running: Running, source: Path) -> float:
    key = recording_id(source)
    began = time.monotonic()
    running.drop(source)
    running.searchable(key, 600)
    return time.monotonic() - began


def many(running: Running, files: list[Path]) -> tuple[float, float]:
    """Highest memory seen in MB, and seconds until all are searchable, each exactly once."""
    keys = {recording_id(file) for file in files}
    assert len(keys) == len(files)
    highest = 0.0
    began = time.monotonic()
    for file in files:
        running.drop(file)
    while True:
        highest = max(highest, memory(running))
        done = running.http.get("/api/v1/status", params={"limit": 1}).json()["done"]["total"]
        if done >= len(files) + 1:
            break
        time.sleep(0.5)
    spent = time.monotonic() - began
    for key in keys:
        assert running.call(key)["searchable"], key
    total = running.http.get("/api/v1/calls", params={"limit": 1}).json()["total"]
    assert total == len(files) + 1, total
    return highest, spent


def memory(running: Running) -> float:
    """Megabytes of all processes, shared pages counted once where the system tells (PSS), else resident size."""
    total = 0
    for process in running.everyone():
        with suppress(psutil.NoSuchProcess):  # a decoding child that is done
            try:
                total += process.memory_full_info().pss
            except (AttributeError, psutil.AccessDenied):
                total += process.memory_info().rss
    return total / 1e6


def seconds(files: list[Path]) -> float:
    return sum((file.stat().st_size - 44) / 2 / RATE for file in files)
