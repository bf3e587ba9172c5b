"""One file, from sound to transcript, in this process and without a data folder."""

from __future__ import annotations

import queue
import tempfile
from pathlib import Path
from typing import Any

from pipeline import audio, naming, speakers
from pipeline.crew import Crew
from pipeline.errors import HearingStopped
from pipeline.files import digest
from pipeline.hearing import Hearing
from pipeline.library import now
from pipeline.records import Heard, Recording, Sighting, Transcript
from pipeline.settings import Settings
from pipeline.speech import LaneFile
from pipeline.transcribe import Recogniser
from pipeline.vocabulary import load as load_vocabulary
from pipeline.voiceprint import VoiceEncoder


def transcribe(file: Path, conf: Settings) -> tuple[Transcript, str | None]:
    """Who said what in one file, and a sentence where another speech model had to do. Raises BadRecording, NoModel."""
    words = load_vocabulary(conf.data / "vocabulary.yml")
    with tempfile.TemporaryDirectory() as room:
        decoded = audio.decode(file, Path(room), max_hours=conf.max_hours)
        recogniser = Recogniser(conf.model, device=conf.device, compute_type=conf.compute_type, threads=conf.threads)
        hearing = Hearing(
            [LaneFile(lane) for lane in decoded.lanes],
            decoded.sound.lanes,
            language=conf.language,
            hotwords=words.hotwords() or "",
        )
        heard = hear_one(recogniser, hearing, conf.batch)
    sha256, stat = digest(file), file.stat()
    sighting = Sighting(path=file.name, at=now(), bytes=stat.st_size, mtime_ns=stat.st_mtime_ns)
    about, problems = naming.about([sighting], [], conf.timezone)
    recording = Recording(
        **about.model_dump(),
        **decoded.sound.model_dump(),
        id=sha256[:16],
        sha256=sha256,
        files=(file.name,),
        filename=file.name,
        bytes=stat.st_size,
        arrived_at=sighting.at,
        problems=(*decoded.problems, *problems),
    )
    heard = heard.model_copy(update={"recording_id": recording.id})
    made_from = {"recording": sha256}
    return speakers.attribute(heard, recording, vocabulary=words, made_from=made_from), recogniser.note


def hear_one(recogniser: Recogniser, hearing: Hearing, batch: int) -> Heard:
    """Hear one recording to its end, alone. Raises HearingStopped."""
    hearing.prepare()
    answers: queue.Queue[dict[str, Any]] = queue.Queue()
    crew = Crew(recogniser, VoiceEncoder(), batch, answers.put)
    crew.add(0, hearing, alone=False, first=False)
    crew.start()
    try:
        while "done" not in (answer := answers.get()):
            if "failed" in answer:
                raise HearingStopped(answer["failed"])
    finally:
        crew.stop()
    return Heard.model_validate(answer["done"])
