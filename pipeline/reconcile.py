"""Makes whatever output of a call is missing, or was made from other inputs than today's; the old one serves until.

Each stage is a plain function of a call folder, tested without Prefect. A stage holds the call's lock, so that two
workers never do the same work, and a killed one's work is free at once.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Literal, Protocol

from pipeline import audio, channels, reading, speakers, supplied, vocabulary
from pipeline.analyse import Analyser, recall, remember
from pipeline.errors import BadInput, BadRecording, Cancelled, HearingStopped, RecogniserFailed
from pipeline.folder import CallFolder
from pipeline.library import Library, now
from pipeline.records import Correction, Document, Heard, Job, Reason, Recording, Sound
from pipeline.settings import Settings

log = logging.getLogger(__name__)
READ_ENGINE = "read/2"
HEAR_ENGINE = "hear/2"

Stage = Literal["read", "hear", "speakers", "analyse", "publish"]
STAGES: tuple[Stage, ...] = ("read", "hear", "speakers", "analyse", "publish")


class Hears(Protocol):
    """What hearing needs: decoded lanes in, what was heard out (see ear.Ear)."""

    def hear(self, job: Job, heard: Callable[[float], None]) -> Heard: ...


Report = Callable[[CallFolder, Stage | Literal["waiting"], float | None], None]


class Reconciler:
    """The stages, bound to one data folder."""

    def __init__(self, library: Library, settings: Settings, ear: Hears, analyser: Analyser, report: Report) -> None:
        self._library = library
        self._settings = settings
        self._ear = ear
        self._analyser = analyser
        self._report = report

    def use(self, analyser: Analyser) -> None:
        """Read calls by this playbook from now on; those read by another one are wanted again."""
        self._analyser = analyser

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

    def cancel(self, call: CallFolder) -> None:
        """Give up on a call that waits to be heard: it is set aside, or keeps the transcript that it has."""
        if call.heard() is None:
            self._set_aside(call, Cancelled())
        else:
            call.hear_again(wanted=False)

    # read: who, when, how long

    def _described(self, call: CallFolder) -> dict[str, str]:
        papers = _digest([*call.sightings(), *call.corrections()], repr(self._settings.timezone))
        beside = call.beside(".vtt")
        transcript = sha256(beside).hexdigest() if beside is not None else ""
        return {"papers": papers, "transcript": transcript, "engine": READ_ENGINE}

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
        came_late = old is not None and old.made_from.get("transcript", "") != made_from["transcript"]
        recording, usable = reading.describe(call, sound, heard_problems, old, self._settings.timezone)
        if came_late and usable and call.heard() is not None:
            call.hear_again()
        call.keep(recording.model_copy(update={"made_from": made_from}))

    def _decode(self, call: CallFolder) -> audio.Decoded:
        """Lanes in scratch (hearing takes them from there), waveform and listening copy in the call's folder."""
        return reading.decode(call, self._library.scratch / call.id, max_hours=self._settings.max_hours)

    # hear: what each voice said

    def _hear_wanted(self, call: CallFolder) -> bool:
        return not (call.path / "heard.json").exists() or call.wants_hearing()

    def _hear(self, call: CallFolder) -> None:
        recording = call.recording()
        if recording is None:
            return
        heard = self._supplied(call, recording) or self._listened(call, recording)
        if heard is None:
            return
        made_from = {
            "recording": recording.sha256,
            "vocabulary": self._vocabulary().version,
            "engine": f"{HEAR_ENGINE} {heard.model}",
        }
        call.keep(heard.model_copy(update={"recording_id": call.id, "made_from": made_from}))
        call.hear_again(wanted=False)
        if call.failures:
            call.failed(0)

    def _supplied(self, call: CallFolder, recording: Recording) -> Heard | None:
        """What a transcript beside the recording says; None where there is none, or none that reading found usable."""
        beside = call.beside(".vtt")
        try:
            return supplied.read(beside, recording.duration_s) if beside is not None else None
        except BadInput:
            return None  # the read stage has noted what is wrong with it

    def _listened(self, call: CallFolder, recording: Recording) -> Heard | None:
        """What the recogniser heard; None where a second hearing was cancelled, and the first one stays."""
        room = self._library.scratch / call.id
        lanes = sorted(room.glob("*.pcm")) or list(self._decode(call).lanes)
        job = Job(
            key=call.id,
            lanes=tuple(lanes),
            about=recording.lanes,
            language=self._settings.language,
            hotwords=self._vocabulary().hotwords() or "",  # the same for all, so that calls share batches
            alone=bool(call.failures),
        )
        try:
            return self._ear.hear(job, lambda share: self._report(call, "hear", share))
        except HearingStopped as error:
            failures = call.failures + 1
            call.failed(failures)
            if failures >= self._settings.attempts:
                raise RecogniserFailed(error.detail) from error
            raise
        except Cancelled:
            if call.heard() is None:
                raise
            call.hear_again(wanted=False)
            return None
        finally:
            shutil.rmtree(room, ignore_errors=True)

    # speakers: which voice is whose

    def _vocabulary(self) -> vocabulary.Vocabulary:
        return vocabulary.load(self._library.vocabulary)

    def _attributed(self, call: CallFolder, recording: Recording, corrections: Sequence[Correction]) -> dict[str, str]:
        said = recording.model_copy(update={"made_from": {}})  # the same recording under another name says the same
        return {
            "heard": call.digest("heard.json") or "",
            "recording": _digest([said, *corrections]),
            "channels": str(self._library.learnt().get(channels.key(recording))),
            "vocabulary": self._vocabulary().version,
            "engine": speakers.ENGINE,
        }

    def _speakers_wanted(self, call: CallFolder) -> bool:
        recording, transcript = call.recording(), call.transcript()
        return recording is not None and (
            transcript is None or transcript.made_from != self._attributed(call, recording, call.corrections())
        )

    def _speakers(self, call: CallFolder) -> None:
        recording, heard = call.recording(), call.heard()
        if recording is None or heard is None:
            return
        corrections = call.corrections()
        call.keep(
            speakers.attribute(
                heard,
                recording,
                corrections,
                learnt=self._library.learnt(),
                vocabulary=self._vocabulary(),
                made_from=self._attributed(call, recording, corrections),
            )
        )

    # analyse: tags, moments, steps

    def _analysed(self, call: CallFolder, recording: Recording, analyser: Analyser) -> dict[str, str]:
        return {
            "transcript": call.digest("transcript.json") or "",
            "type": recording.type or "",
            **analyser.made_from(),
        }

    def _analyse_wanted(self, call: CallFolder) -> bool:
        analysis, recording = call.analysis(), call.recording()
        if recording is None:
            return False
        return analysis is None or analysis.made_from != self._analysed(call, recording, self._analyser)

    def _analyse(self, call: CallFolder) -> None:
        recording, transcript = call.recording(), call.transcript()
        if recording is None or transcript is None:
            return
        analyser = self._analyser  # another playbook may be published meanwhile
        made_from = self._analysed(call, recording, analyser)
        judged = recall(call)
        found = analyser.analyse(
            transcript, duration_s=recording.duration_s, type=recording.type, made_from=made_from, judged=judged
        )
        remember(call, judged)
        call.keep(found)

    # publish: tell the index

    def _mark(self, call: CallFolder) -> str:
        """What a call that is up to date was published under: its documents, and all that they depend on besides."""
        engines = f"{READ_ENGINE} {speakers.ENGINE} {sorted(self._analyser.made_from().items())}"
        known = f"{self._vocabulary().version} {sorted(self._library.learnt().items())}"
        return f"{call.stamp()} {engines} {known} {self._settings.timezone}"

    def _publish_wanted(self, call: CallFolder) -> bool:
        return call.published() != self._mark(call)

    def _publish(self, call: CallFolder) -> None:
        mark = self._mark(call)
        self._library.to_index.leave(call.id)
        if not any(getattr(self, f"_{stage}_wanted")(call) for stage in STAGES[:-1]):
            call.publish(mark)  # what came meanwhile is worked in before

    def _set_aside(self, call: CallFolder, error: BadRecording) -> None:
        try:
            with call.lock(wait=True):
                if not call.exists():
                    return
                name = call.name
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


def _digest(papers: Iterable[Document], beside: str = "") -> str:
    """Changes whenever one of the documents does, or what is said beside them."""
    return sha256(b"\0".join(paper.to_json() for paper in papers) + beside.encode()).hexdigest()
