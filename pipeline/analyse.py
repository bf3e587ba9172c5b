"""A transcript's analysis document: the text goes to nlp, the findings come back with what they were made from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import nlp
from pipeline.records import Analysis, Transcript

ENGINE = "analyse/1"


def load_playbook(folder: Path | None) -> nlp.CompiledPlaybook:
    """The playbook in a folder, or the default one. Raises nlp.PlaybookError, naming file and line."""
    return nlp.load(folder) if folder else nlp.load_default()


def analyse(
    transcript: Transcript,
    playbook: nlp.CompiledPlaybook,
    *,
    duration_s: float | None = None,
    type: str | None = None,  # noqa: A002  the document's own word
    made_from: dict[str, str] | None = None,
) -> Analysis:
    """Analyse one transcript. `duration_s` is the recording's length, `type` a type of call that a person has set."""
    turns = [
        nlp.Turn(
            speaker=turn.speaker,
            text=turn.text,
            start=turn.start,
            end=turn.end,
            words=tuple(nlp.Word(word.start, word.end, word.text, word.probability) for word in turn.words),
            flags=turn.flags,
        )
        for turn in transcript.turns
    ]
    findings = nlp.analyse(turns, playbook, duration=duration_s, type=type)
    return Analysis.model_validate(
        {"recording_id": transcript.recording_id, "made_from": made_from or {}, **asdict(findings)}
    )
