"""A transcript's analysis document: the text goes to nlp, the findings come back with what they were made from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from nlp import languages
from nlp.analyse import analyse as find
from nlp.analyse import load_default
from nlp.findings import CallType, Turn, Word
from nlp.playbook import load
from nlp.rules import CompiledPlaybook
from pipeline.records import Analysis, Transcript

ENGINE = "analyse/2"
NOT_ANALYSED = "not_analysed"  # the type of a call whose language the playbook doesn't cover


def load_playbook(folder: Path | None) -> CompiledPlaybook:
    """The playbook in a folder, or the default one. Raises PlaybookError, naming file and line."""
    return load(folder) if folder else load_default()


def analyse(
    transcript: Transcript,
    playbook: CompiledPlaybook,
    *,
    duration_s: float | None = None,
    type: str | None = None,  # noqa: A002  the document's own word
    made_from: dict[str, str] | None = None,
) -> Analysis:
    """Analyse one transcript. `duration_s` is the recording's length, `type` a type of call that a person has set.

    A transcript in a language that the playbook doesn't cover gets an analysis without findings, which says so.
    """
    if transcript.language is not None and transcript.language not in playbook.languages:
        covered = " and ".join(map(languages.name, playbook.languages))
        return Analysis(
            recording_id=transcript.recording_id,
            made_from=made_from or {},
            playbook={"name": playbook.name, "version": playbook.version},
            type=CallType(
                NOT_ANALYSED, f"This call is in {languages.name(transcript.language)}; the playbook covers {covered}."
            ),
        )
    turns = [
        Turn(
            speaker=turn.speaker,
            text=turn.text,
            start=turn.start,
            end=turn.end,
            words=tuple(Word(word.start, word.end, word.text, word.probability) for word in turn.words),
            flags=turn.flags,
        )
        for turn in transcript.turns
    ]
    findings = find(turns, playbook, duration=duration_s, type=type)
    return Analysis.model_validate(
        {"recording_id": transcript.recording_id, "made_from": made_from or {}, **asdict(findings)}
    )
