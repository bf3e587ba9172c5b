"""A transcript's analysis document: the text goes to nlp, the findings come back with what they were made from."""

from __future__ import annotations

import logging
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from zipfile import BadZipFile

from nlp import languages
from nlp.analyse import analyse as find
from nlp.analyse import load_default
from nlp.encoder import packaged as encoder
from nlp.findings import CallType, Turn, Word
from nlp.playbook import load
from nlp.rules import CompiledPlaybook
from nlp.suggester.known import Example, fingerprint, judged
from nlp.suggester.model import Model, train
from nlp.suggester.opinion import Judged, packaged_calls, packaged_replies
from nlp.suggestions import Suggester, sentences
from nlp.suggestions import packaged as packaged_model
from pipeline import files
from pipeline.errors import BadInput
from pipeline.folder import CallFolder
from pipeline.records import Analysis, Likeness, Transcript

log = logging.getLogger(__name__)
ENGINE = "analyse/16"
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
    suggester: Suggester | None = None,
    judged: Judged | None = None,
) -> Analysis:
    """Analyse one transcript. `duration_s` is the recording's length, `type` a type of call that a person has set.

    `judged` is what the sentence encoder is known to say of it, and learns what it is asked besides.

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
    findings = find(turns, playbook, duration=duration_s, type=type, judged=judged, suggester=suggester)
    return Analysis.model_validate(
        {"recording_id": transcript.recording_id, "made_from": made_from or {}, **asdict(findings)}
    )


def recall(call: CallFolder) -> Judged:
    """What today's sentence encoder said when this call was analysed last; nothing where that can't be read."""
    try:
        kept = call.likeness()
    except BadInput:
        kept = None
    return Judged(kept.sentences if kept is not None and kept.encoder == encoder().version else None)


def remember(call: CallFolder, judged: Judged) -> None:
    """Keep what was asked of the sentence encoder for the next playbook, unless it is all known."""
    if judged.asked:
        call.keep(Likeness(encoder=encoder().version, sentences=judged.used))


def engine() -> str:
    """What analyses are made by, whatever the playbook: this code, the sentence encoder, the classifiers."""
    return f"{ENGINE} {encoder().version} {packaged_replies().made_from} {packaged_calls().made_from}"


class Analyser:
    """Analyses transcripts by one playbook and, unless suggestions are off, one suggester. Never changes."""

    def __init__(self, playbook: CompiledPlaybook, suggester: Suggester | None) -> None:
        self.playbook = playbook
        self._suggester = suggester

    def made_from(self) -> dict[str, str]:
        """What every analysis of this analyser is made from, besides the call's own documents."""
        return {
            "playbook": self.playbook.version,
            "suggester": self._suggester.version if self._suggester else "off",
            "engine": engine(),
        }

    def analyse(
        self,
        transcript: Transcript,
        *,
        duration_s: float | None = None,
        type: str | None = None,  # noqa: A002
        made_from: dict[str, str] | None = None,
        judged: Judged | None = None,
    ) -> Analysis:
        """Analyse one transcript; see :func:`analyse`."""
        return analyse(
            transcript,
            self.playbook,
            duration_s=duration_s,
            type=type,
            made_from=made_from,
            suggester=self._suggester,
            judged=judged,
        )


def packaged(playbook: CompiledPlaybook) -> Suggester:
    """The suggester that needs no data folder: the packaged classifier, whatever the playbook."""
    return Suggester(playbook, packaged_model())


def learnt(playbook: CompiledPlaybook, *, examples: Path, cache: Path) -> Suggester:
    """The suggester that has learnt from this playbook's examples and from what the team has judged.

    `examples` is the file of judged sentences, which may be missing. What is learnt is kept in the folder `cache` under
    the fingerprint of its sentences; learning takes seconds, and none where they are those of the package.
    """
    team = _judged(examples)
    known = sentences(playbook, team)
    mark = fingerprint(known)
    model = packaged_model()
    if model.made_from != mark:
        least = model.threshold  # chosen by nlp.suggester.train
        model = replace(_kept(cache / mark) or _learn(known, mark, cache), threshold=least)
    return Suggester(playbook, model, team)


def _judged(path: Path) -> tuple[Example, ...]:
    try:
        return judged(path.read_bytes())
    except FileNotFoundError:
        return ()
    except ValueError as error:
        log.warning("%s can't be read, so suggestions have learnt nothing from the team (%s)", path.name, error)
        return ()


def _kept(folder: Path) -> Model | None:
    try:
        return Model.from_bytes((folder / "weights.npz").read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, OSError, BadZipFile) as error:
        log.warning("What suggestions had learnt was damaged (%s); it is learnt again", error)
        return None


def _learn(known: tuple[Example, ...], mark: str, cache: Path) -> Model:
    model = train(known, made_from=mark)
    folder = cache / mark
    folder.mkdir(parents=True, exist_ok=True)
    files.write(folder / "weights.npz", model.to_bytes(), durable=False)
    for other in cache.iterdir():
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)  # only today's is ever asked for
    return model
