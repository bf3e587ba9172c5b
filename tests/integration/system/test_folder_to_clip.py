"""From a file in a folder to a clip that plays: real processes, real speech recognition, real HTTP."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import decode_audio

from tests.places import SAMPLES
from tests.running import Running


def command(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments, "--data", str(running.library.root)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_words_said_in_a_dropped_call_find_a_clip_that_is_that_span(running: Running, truth: dict[str, dict]) -> None:
    call = truth["too_expensive"]
    source = SAMPLES / call["file"]
    key = running.drop(source)
    running.searchable(key)

    found = running.http.get("/api/v1/clips", params={"q": '"too expensive"'}).json()
    clip = next(item for item in found["items"] if item["recording_id"] == key)
    said = next(turn for turn in call["turns"] if "too expensive" in turn["text"].lower())
    assert clip["tag"] == "objection.price"
    assert clip["speaker"] == "customer"
    assert abs(clip["start"] - said["start"]) < 1.5
    assert clip["reply"]

    answer = running.http.get(f"/api/v1/clips/{clip['id']}/audio", params={"fade": 0})
    assert answer.status_code == 200
    with wave.open(io.BytesIO(answer.content)) as cut:
        rate, channels = cut.getframerate(), cut.getnchannels()
        samples = np.frombuffer(cut.readframes(cut.getnframes()), "<i2").reshape(-1, channels)
    assert channels == call["channels"]
    assert -0.01 <= len(samples) / rate - (clip["end"] - clip["start"]) < 3  # with air, and words whole

    whole = np.stack(decode_audio(str(source), sampling_rate=rate, split_stereo=True))
    near = max(0, int((clip["start"] - 1.7) * rate))
    mixed = samples[: 4 * rate].sum(axis=1).astype(np.float32)
    first = near + int(np.argmax(np.correlate(whole[:, near : near + 6 * rate].sum(axis=0), mixed, "valid")))
    for lane, original in zip(samples.T.astype(np.float32), whole, strict=True):
        span = original[first : first + len(lane)]
        if np.abs(span).max() < 0.01:
            continue
        assert np.corrcoef(lane[: len(span)], span)[0, 1] > 0.95


SOME = ("call_mulaw_8k_stereo.wav", "call_opus_48k_stereo.webm", "call_wma_44k.wma")


def test_formats_and_broken_files_are_accounted_for(running: Running, shared: Path) -> None:
    accounted(running, [*(shared / "formats" / name for name in SOME), *(shared / "broken").iterdir()])


@pytest.mark.soak
def test_everything_in_formats_and_broken_is_accounted_for(running: Running, shared: Path) -> None:
    accounted(running, [*(shared / "formats").iterdir(), *(shared / "broken").iterdir()])


def accounted(running: Running, files: list[Path]) -> None:
    keys = {file.name: running.drop(file, f"drop/{file.name}") for file in files}

    def settled() -> bool:
        states = {name: running.call(key) for name, key in keys.items()}
        return all(call["searchable"] or call["state"] == "quarantined" for call in states.values())

    running.wait(settled, 280, "the drop")
    refused = {name for name, key in keys.items() if running.call(key)["state"] == "quarantined"}
    assert refused == {"text_renamed.mp3", "truncated_no_moov.m4a", "zero_bytes.wav"}
    for name in refused:
        call = running.call(keys[name])
        assert call["why"].endswith(".")
        assert call["advice"].endswith(".")

    seen = {sighting["path"] for key in keys.values() for sighting in running.call(key)["sightings"]}
    assert {f"drop/{file.name}" for file in files} <= seen, "every file that lay in the inbox is a call or a sighting"
    assert not [path for path in (running.library.inbox / "drop").rglob("*") if path.is_file()]
    assert running.child("pipeline.worker").is_running()
    for name in ("digital_silence_60s_8k_stereo.wav", "white_noise_20s.wav"):
        assert running.call(keys[name])["transcript"]["turns"] == [], name
    for name in SOME:
        turns = running.call(keys[name])["transcript"]["turns"]
        assert {turn["speaker"] for turn in turns} == {"rep", "customer"}, name
        assert "harper" in " ".join(turn["text"] for turn in turns).lower(), name


def test_ingest_waits_and_tells_how_it_went(running: Running, snippet: Callable[[int], Path], tmp_path: Path) -> None:
    good, bad = snippet(1), tmp_path / "letter.wav"
    bad.write_text("Dear Sir or Madam")
    done = command(running, "ingest", str(good), "--wait")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "searchable as" in done.stdout
    assert good.exists(), "the original stays"
    failed = command(running, "ingest", str(bad), "--wait")
    assert failed.returncode == 1
    assert "This is not a sound or video file" in failed.stderr


def test_search_on_the_command_line_gives_what_the_api_gives(running: Running, snippet: Callable[[int], Path]) -> None:
    key = running.drop(snippet(2))
    words = running.searchable(key)["transcript"]["turns"][0]["text"].split()[:2]
    found = command(running, "search", " ".join(words), "--json")
    assert key in {item["recording_id"] for item in json.loads(found.stdout)["items"]}
    assert "found" in command(running, "search", "antidisestablishmentarianism").stdout


def test_a_correction_reaches_the_search(running: Running, snippet: Callable[[int], Path]) -> None:
    key = running.drop(snippet(3), "Sam/third.wav")
    running.searchable(key)
    assert running.call(key)["recording"]["rep"] == "Sam"
    assert running.http.patch(f"/api/v1/calls/{key}", json={"rep": "Priya"}).status_code == 200

    def corrected() -> bool:
        found = running.http.get("/api/v1/clips", params={"rep": "Priya"}).json()
        return key in {item["recording_id"] for item in found["items"]}

    running.wait(corrected, 10, "the corrected rep")


def test_a_new_transcript_is_made_when_asked(running: Running, snippet: Callable[[int], Path]) -> None:
    key = running.drop(snippet(4))
    running.searchable(key)
    document = running.library.call(key).path / "heard.json"
    before = document.stat().st_mtime_ns
    assert running.http.post(f"/api/v1/calls/{key}/retry").status_code == 202
    running.wait(lambda: document.stat().st_mtime_ns != before, 30, "the new transcript")


def test_a_finished_call_is_searchable_within_two_seconds(running: Running, snippet: Callable[[int], Path]) -> None:
    import time

    key = running.drop(snippet(5))
    folder = running.library.root / "calls" / key[:2] / key
    running.wait((folder / "analysis.json").exists, 60, "the analysis")
    began = time.monotonic()
    running.searchable(key, 10)
    assert time.monotonic() - began < 2.0
