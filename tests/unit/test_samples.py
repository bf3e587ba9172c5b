"""The sample calls are whole: scripts, audio, sidecars and truth agree, and together they show every case."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import av
import pytest
import yaml

SAMPLES = Path(__file__).resolve().parents[2] / "sample_audio"
NAMES = sorted(path.stem for path in (SAMPLES / "scripts").glob("*.yml"))
STEPS = (
    "greeting",
    "recording_disclosure",
    "agenda",
    "discovery",
    "objection_acknowledged",
    "next_step",
    "recap",
    "closing",
)
OBJECTIONS = ("price", "timing", "authority", "need", "competitor", "risk", "status_quo", "technical")
TAGS = {
    *(f"objection.{kind}" for kind in OBJECTIONS),
    *(f"handling.{part}" for part in ("acknowledge", "explore", "respond", "confirm")),
    *(f"step.{step}" for step in STEPS if step != "objection_acknowledged"),
    "reaction.positive",
    "reaction.negative",
    "signal.buying",
}
VERDICTS = {"done", "missed", "cannot_tell", "not_applicable"}
SIDECAR_KEYS = {"rep", "customer", "started_at", "direction", "source", "consent", "type"}
BUDGET = 12_000_000  # bytes of audio and truth together


def script_of(name: str) -> dict[str, Any]:
    """A script as it stands in its file."""
    document: dict[str, Any] = yaml.safe_load((SAMPLES / "scripts" / f"{name}.yml").read_text(encoding="utf-8"))
    return document


def truth_of(name: str) -> dict[str, Any]:
    """The truth document of the same call."""
    document: dict[str, Any] = json.loads((SAMPLES / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    return document


def audio_facts(path: Path) -> tuple[float, int, str]:
    """Seconds, channels and codec, from decoding the whole file."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(stream))
        return samples / stream.codec_context.sample_rate, stream.codec_context.channels, stream.codec_context.name


def is_conversation(document: dict[str, Any]) -> bool:
    """Whether steps apply to the call."""
    return bool(document["type"] == "conversation")


@pytest.mark.parametrize("name", NAMES)
def test_truth_says_what_the_script_says(name: str) -> None:
    script, truth = script_of(name), truth_of(name)
    assert script["id"] == name
    assert [truth["file"], truth["type"]] == [script["file"], script["type"]]
    assert [truth["rep"], truth["customer"]] == [script["rep"]["name"], script["customer"]["name"]]
    assert [truth["steps"], truth["handling"]] == [script["steps"], script["handling"]]
    said = [(turn["speaker"], turn["text"], turn["tags"]) for turn in truth["turns"]]
    assert said == [(turn["speaker"], turn["text"], turn["tags"]) for turn in script["turns"]]


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_known_and_fit(name: str) -> None:
    script = script_of(name)
    turns = script["turns"]
    assert {tag for turn in turns for tag in turn["tags"]} <= TAGS
    assert tuple(script["steps"]) == STEPS
    assert set(script["steps"].values()) <= VERDICTS
    customers = {index for index, turn in enumerate(turns) if any(tag.startswith("objection") for tag in turn["tags"])}
    assert [entry["objection_turn"] for entry in script["handling"]] == sorted(customers)
    assert all(turns[index]["speaker"] == "customer" for index in customers)
    reps_only = ("handling.", "step.")
    assert not any(tag.startswith(reps_only) for turn in turns if turn["speaker"] == "customer" for tag in turn["tags"])
    if not is_conversation(script):
        assert set(script["steps"].values()) == {"not_applicable"}


@pytest.mark.parametrize("name", NAMES)
def test_times_are_in_order_and_inside(name: str) -> None:
    truth = truth_of(name)
    starts = [turn["start"] for turn in truth["turns"]]
    assert starts == sorted(starts)
    for turn in truth["turns"]:
        assert 0 <= turn["start"] < turn["end"] <= truth["duration_s"] + 0.011
        assert " ".join(word["text"] for word in turn["words"]) == turn["text"]
        times = [time for word in turn["words"] for time in (word["start"], word["end"])]
        assert times == sorted(times)
        assert turn["start"] - 0.011 <= times[0]
        assert times[-1] <= turn["end"] + 0.011


@pytest.mark.parametrize("name", NAMES)
def test_audio_decodes_to_what_truth_says(name: str) -> None:
    truth = truth_of(name)
    seconds, channels, _ = audio_facts(SAMPLES / truth["file"])
    assert seconds == pytest.approx(truth["duration_s"], abs=0.3)  # a lossy codec fills its last frame
    assert channels == truth["channels"]
    if is_conversation(truth):
        assert 60 <= seconds <= 190


@pytest.mark.parametrize("name", NAMES)
def test_sidecar_stands_beside_the_audio(name: str) -> None:
    script = script_of(name)
    sidecar = (SAMPLES / script["file"]).with_suffix(".json")
    assert sidecar.exists() == (script["told_by"] == "sidecar")
    if sidecar.exists():
        told = json.loads(sidecar.read_text(encoding="utf-8"))
        assert told == script["sidecar"]
        assert set(told) <= SIDECAR_KEYS


def test_tree_is_complete_and_small() -> None:
    playable = [path for path in (SAMPLES / "calls").rglob("*") if path.is_file() and path.suffix != ".json"]
    assert len(NAMES) >= 12
    assert sorted(playable) == sorted(SAMPLES / truth_of(name)["file"] for name in NAMES)
    assert sorted(path.stem for path in (SAMPLES / "truth").glob("*.json")) == NAMES
    made = [path for folder in ("calls", "truth") for path in (SAMPLES / folder).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in made) <= BUDGET


def test_formats_and_metadata_of_every_kind() -> None:
    scripts = [script_of(name) for name in NAMES]
    assert {script["told_by"] for script in scripts} == {"sidecar", "name", "folder", "nothing"}
    assert {script["recording"]["format"] for script in scripts} == {
        "wav_pcm", "wav_mulaw", "mp3", "m4a", "mp4", "opus", "ogg",
    }  # fmt: skip
    assert {script["recording"]["layout"] for script in scripts} == {"two_channel", "mono"}
    assert {script["recording"]["line"] for script in scripts} == {"telephone", "wideband"}
    assert {script["type"] for script in scripts} == {"conversation", "voicemail", "support", "gatekeeper"}
    assert {script["rep"]["name"] for script in scripts} == {"Anna", "Sam", "Priya"}
    for script in scripts:
        assert script["rep"]["voice"] != script["customer"]["voice"]


def test_every_objection_is_handled_well_once_and_badly_once() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for name in NAMES:
        script = script_of(name)
        for entry in script["handling"]:
            kinds = [tag.removeprefix("objection.") for tag in script["turns"][entry["objection_turn"]]["tags"]]
            seen.update((kind, entry["quality"] == "good") for kind in kinds)
    missing = [(kind, good) for kind in OBJECTIONS for good in (True, False) if not seen[kind, good]]
    assert not missing


def test_every_step_is_done_somewhere_and_missed_elsewhere() -> None:
    conversations = [script_of(name) for name in NAMES if is_conversation(script_of(name))]
    for step in STEPS:
        assert {"done", "missed"} <= {script["steps"][step] for script in conversations}, step
    assert any(script["steps"]["closing"] == "cannot_tell" for script in conversations)


def test_too_expensive_is_heard_in_two_channels_and_handled_well() -> None:
    script = script_of("too_expensive")
    assert script["recording"]["layout"] == "two_channel"
    good = [entry["objection_turn"] for entry in script["handling"] if entry["quality"] == "good"]
    assert any(
        "too expensive" in script["turns"][index]["text"] and "objection.price" in script["turns"][index]["tags"]
        for index in good
    )
