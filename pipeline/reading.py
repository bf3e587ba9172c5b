"""Reads a call: its sound, of one file or one for each participant, and who was on it, when, as far as that is told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from pipeline import audio, naming, sidecar
from pipeline.errors import BadRecording
from pipeline.folder import CallFolder
from pipeline.library import now
from pipeline.records import Recording, Sound


def decode(call: CallFolder, room: Path, *, max_hours: float) -> audio.Decoded:
    """Lanes in `room`, which is made anew; waveform and listening copy in the call's folder. Raises BadRecording."""
    shutil.rmtree(room, ignore_errors=True)
    try:
        decoded = _decoded(call, room, max_hours)
        decoded.peaks.replace(call.path / "peaks.json")
        if decoded.listen:
            decoded.listen.replace(call.path / "listen.m4a")
        else:
            (call.path / "listen.m4a").unlink(missing_ok=True)
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        raise
    return decoded


def describe(
    call: CallFolder, sound: Sound, sound_problems: tuple[str, ...], old: Recording | None, timezone: str | None
) -> tuple[Recording, bool]:
    """The call's description, and whether a transcript that can be used lies beside it. `old`: the one before."""
    sightings, parts, files = call.sightings(), call.parts(), call.sounds
    about, problems = naming.about(sightings, call.corrections(), timezone, parts)
    beside = call.beside(".vtt")
    unused = sidecar.transcript_problem(beside, sound.duration_s) if beside is not None else None
    digest = parts.sha256 if parts else old.sha256 if old else call.digest(files[0].name)
    recording = Recording(
        **about.model_dump(),
        **sound.model_dump(),
        id=call.id,
        sha256=digest or "",
        files=tuple(file.name for file in files),
        filename=call.name if sightings else files[0].name,
        bytes=sum(file.stat().st_size for file in files),
        arrived_at=sightings[0].at if sightings else now(),
        problems=(*sound_problems, *(parts.problems if parts else ()), *problems, *filter(None, [unused])),
        sound_problems=sound_problems,
    )
    return recording, beside is not None and unused is None


def _decoded(call: CallFolder, room: Path, max_hours: float) -> audio.Decoded:
    parts, sounds = call.parts(), call.sounds
    if parts is None:
        return audio.decode(call.sound, room, max_hours=max_hours)
    try:
        decoded = audio.decode(sounds if len(sounds) > 1 else sounds[0], room, max_hours=max_hours)
    except BadRecording:
        for part in parts.files:
            try:
                audio.decode(call.path / part.file, room / part.file, max_hours=max_hours)
            except BadRecording as own:
                raise type(own)(f"{part.name}: {own.detail}" if own.detail else part.name) from own
        raise
    return replace(decoded, sound=decoded.sound.model_copy(update={"lanes": parts.named(decoded.sound.lanes)}))
