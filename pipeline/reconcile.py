"""Makes whatever output of a call is missing, or was made from other inputs than today's; the old one serves until.

Each stage is a plain function of a call folder, tested without Prefect. A stage holds the call's lock, so that two
workers never do the same work, and a killed one's work is free at once.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

from nlp.rules import CompiledPlaybook
from pipeline import analyse, audio, naming
from pipeline.errors import BadRecording, HearingStopped, RecogniserFailed
from pipeline.folder import CallFolder
from pipeline.library import Library, now
from pipeline.records import Reason, Recording, Sound, Transcript, Turn
from pipeline.settings import Settings

log = logging.getLogger(__name__)
READ_ENGINE = "read/1"
HEAR_ENGINE = "hear/1"

Stage = Literal["read", "hear", "analyse", "publish"]
STAGES: tuple[Stage, ...] = ("read", "hear", "analyse", "publish")


class Hears(Protocol):
    """What hearing needs: decoded lanes in, language, model and turns out (see ear.Ear)."""

    def hear(self, lanes: Sequence[Path], heard: Callable[[float], None]) -> tuple[str, str, tuple[Turn, ...]]: ...


Report = Callable[[CallFolder, Stage | Literal["waiting"], float | None], None]


class Reconciler:
    """The stages, bound to one data folder."""

    def __init__(
        self, library: Library, settings: Settings, ear: Hears, playbook: CompiledPlaybook, report: Report
    ) -> None:
        self._library = library
        self._settings = settings
        self._ear = ear
        self._playbook = playbook
        self._report = report

    def wants(self, call: CallFolder) -> tuple[Stage, ...]:
        """The stages whose output is missing or out of date, in order. A stage makes those after it wanted too."""
        if call.published() == self._mark(call) and not call.wants_hearing():
            return ()  # the same documents, made by the same engines: nothing to read
        first = next((stage for stage in STAGES if getattr(self, f"_{stage}_wanted")(call)), None)
        return STAGES[STAGES.index(first) :] if first else ()

    def run(self, stage: Stage, call: CallFolder) -> None:
        """Do one stage if it is wanted. A recording that can't become a call is set aside, and BadRecording raised."""
        try:
            with call.lock(wait=True):
                if not call.exists():  # set aside while waiting
                    return
                if getattr(self, f"_{stage}_wanted")(call):
                    self._report(call, "waiting" if stage == "hear" else stage, None)  # the one ear may be busy
                    getattr(self, f"_{stage}")(call)
        except BadRecording as error:
            self._set_aside(call, error)
            raise
        except FileNotFoundError:
            if call.exists():
                raise

    # read: who, when, how long

    def _described(self, call: CallFolder) -> dict[str, str]:
        papers = [*call.sightings(), *call.corrections()]
        digest = sha256(b"\0".join(paper.to_json() for paper in papers) + repr(self._settings.timezone).encode())
        return {"papers": digest.hexdigest(), "engine": READ_ENGINE}

    def _read_wanted(self, call: CallFolder) -> bool:
        recording = call.recording()
        return recording is None or recording.made_from != self._described(call)

    def _read(self, call: CallFolder) -> None:
        made_from, old = self._described(call), call.recording()
        if old and old.made_from.get("engine") == READ_ENGINE:
            sound, heard_problems = Sound(**old.model_dump(include=set(Sound.model_fields))), old.sound_problems
        else:
            decoded = self._decode(call)
            sound, heard_problems = decoded.sound, decoded.problems
        sightings = call.sightings()
        about, problems = naming.about(sightings, call.corrections(), self._settings.timezone)
        file = call.sound
        call.keep(
            Recording(
                **about.model_dump(),
                **sound.model_dump(),
                id=call.id,
                sha256=old.sha256 if old else call.digest(file.name) or "",
                files=(file.name,),
                filename=PurePosixPath(sightings[0].path).name if sightings else file.name,
                bytes=file.stat().st_size,
                arrived_at=sightings[0].at if sightings else now(),
                problems=(*heard_problems, *problems),
                sound_problems=heard_problems,
                made_from=made_from,
            )
        )

    def _decode(self, call: CallFolder) -> audio.Decoded:
        """Lanes in scratch (hearing takes them from there), waveform and listening copy in the call's folder."""
        room = self._library.scratch / call.id
        shutil.rmtree(room, ignore_errors=True)
        try:
            decoded = audio.decode(call.sound, room, max_hours=self._settings.max_hours)
            decoded.peaks.replace(call.path / "peaks.json")
            if decoded.listen:
                decoded.listen.replace(call.path / "listen.m4a")
        except BaseException:
            shutil.rmtree(room, ignore_errors=True)
            raise
        return decoded

    # hear: who said what

    def _hear_wanted(self, call: CallFolder) -> bool:
        return not (call.path / "transcript.json").exists() or call.wants_hearing()

    def _hear(self, call: CallFolder) -> None:
        recording = call.recording()
        if recording is None:
            return
        room = self._library.scratch / call.id
        lanes = sorted(room.glob("*.pcm")) or list(self._decode(call).lanes)
        try:
            language, model, turns = self._ear.hear(lanes, lambda share: self._report(call, "hear", share))
        except HearingStopped as error:
            failures = call.failures + 1
            call.failed(failures)
            if failures >= self._settings.attempts:
                raise RecogniserFailed(error.detail) from error
            raise
        finally:
            shutil.rmtree(room, ignore_errors=True)
        made_from = {"recording": recording.sha256, "engine": f"{HEAR_ENGINE} {model}"}
        call.keep(Transcript(recording_id=call.id, made_from=made_from, language=language, model=model, turns=turns))
        call.hear_again(wanted=False)
        if call.failures:
            call.failed(0)

    # analyse: tags, moments, steps

    def _analysed(self, call: CallFolder, recording: Recording) -> dict[str, str]:
        return {
            "transcript": call.digest("transcript.json") or "",
            "playbook": self._playbook.version,
            "type": recording.type or "",
            "engine": analyse.ENGINE,
        }

    def _analyse_wanted(self, call: CallFolder) -> bool:
        analysis, recording = call.analysis(), call.recording()
        return recording is not None and (analysis is None or analysis.made_from != self._analysed(call, recording))

    def _analyse(self, call: CallFolder) -> None:
        recording, transcript = call.recording(), call.transcript()
        if recording is None or transcript is None:
            return
        made_from = self._analysed(call, recording)
        call.keep(
            analyse.analyse(
                transcript,
                self._playbook,
                duration_s=recording.duration_s,
                type=recording.type,
                made_from=made_from,
            )
        )

    # publish: tell the index

    def _mark(self, call: CallFolder) -> str:
        """What a call that is up to date was published under: its documents, and all that they depend on besides."""
        return f"{call.stamp()} {READ_ENGINE} {analyse.ENGINE} {self._playbook.version} {self._settings.timezone}"

    def _publish_wanted(self, call: CallFolder) -> bool:
        return call.published() != self._mark(call)

    def _publish(self, call: CallFolder) -> None:
        mark = self._mark(call)
        self._library.to_index.leave(call.id)
        call.publish(mark)

    def _set_aside(self, call: CallFolder, error: BadRecording) -> None:
        try:
            with call.lock(wait=True):
                if not call.exists():
                    return
                sightings = call.sightings()
                name = PurePosixPath(sightings[0].path).name if sightings else call.id
                log.warning("%s was set aside: %s", name, error)
                reason = Reason(
                    id=call.id,
                    name=name,
                    why=error.sentence,
                    advice=error.advice,
                    error=type(error).__name__,
                    detail=error.detail,
                    at=now(),
                )
                self._library.set_aside(call, reason)
        except FileNotFoundError:
            return
        self._library.to_index.leave(call.id)
