"""The whole analysis: turns in, findings out. No audio, no clock, no database; the same input gives the same output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nlp import calltype, concerns, metrics, moments, pii, playbook, steps, tagger
from nlp.findings import CallType, Findings, PlaybookName, Turn
from nlp.rules import CompiledPlaybook
from nlp.shown import shown
from nlp.suggester.opinion import Judged
from nlp.suggestions import Suggester

DEFAULT = Path(__file__).parent / "playbooks" / "default"


def load_default() -> CompiledPlaybook:
    """The playbook that comes with the package."""
    return playbook.load(DEFAULT)


def analyse(
    turns: Sequence[Turn],
    compiled: CompiledPlaybook,
    *,
    duration: float | None = None,
    type: str | None = None,  # noqa: A002
    judged: Judged | None = None,
    suggester: Suggester | None = None,
) -> Findings:
    """Analyse one call.

    ``duration`` is the recording's length in seconds (else the end of the last turn); ``type`` a type of call
    that a person has set; ``judged`` what the sentence encoder is known to say of the call. Without a ``suggester``
    (of the same playbook) nothing is suggested.
    """
    judged = judged or Judged()  # what tags asked, suggestions need not ask again
    heard = tagger.hear(turns, compiled)
    tags = tagger.tag(turns, heard, compiled, judged)
    call_type = calltype.decide(turns, heard, compiled) if type is None else CallType(type, "Set by a person.")
    talk = concerns.talk(turns, tags, heard, compiled, judged)
    paired = moments.pair(talk, heard, duration=duration)
    told = shown(tags, paired)  # what is doubtful is asked about instead
    suggested = suggester.suggest(turns, told, heard=heard, judged=judged) if suggester else ()
    return Findings(
        playbook=PlaybookName(compiled.name, compiled.version),
        type=call_type,
        tags=tags,
        moments=paired,
        steps=steps.judge(turns, tags, paired, heard, compiled, call_type=call_type, duration=duration),
        pii=pii.spans(turns),
        suggestions=tuple(one for one in suggested if not talk.answers(one.turn)),
        metrics=metrics.measure(turns, heard.stream, duration),
    )
