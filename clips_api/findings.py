"""What there is to judge in a call: tags, suggestions, steps; each found again by its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from clips_api import documents, rights
from clips_api.deps import Parts
from clips_api.index.rows import Documents
from clips_api.sentences import around
from clips_api.store import judgements as store
from clips_api.store.database import Store
from clips_api.store.judgements import Judgement, Kind, rule_id
from clips_api.suggestions import Offer, offers
from nlp.findings import Tag
from pipeline.errors import NotFound
from pipeline.library import now
from pipeline.records import Transcript

Place = tuple[str, str, str, str]  # call, kind, tag, sentence: see Judgement.place


@dataclass(frozen=True)
class Finding:
    """Something that can be right or wrong. `quote` is its sentence; a step has neither place nor time."""

    kind: Kind
    tag: str
    sentence: str
    rule: str
    speaker: str = "unknown"
    quote: str = ""
    start_s: float | None = None
    end_s: float | None = None
    turn: int | None = None
    why: str = ""


def read(parts: Parts, recording_id: str) -> Documents:
    """A call's documents with what people say of its suggestions. Raises NotFound."""
    call = rights.call(parts, recording_id)
    judged = store.find(parts.store, calls=[recording_id], kind="suggestion")
    return replace(documents.read(call, mask=parts.settings.mask), judged=tuple(judged))


def findings(call: Documents) -> Iterator[Finding]:
    """All that a call's analysis says."""
    if call.transcript is None or call.analysis is None:
        return
    for tag in call.analysis.shown_tags:
        yield _said(call.transcript, tag, "tag", tag.rule, f"“{tag.quote}”, by the rule {rule_id(tag.rule)}")
    for offer in offers(call.transcript, call.analysis, call.judged):
        yield _said(call.transcript, offer, "suggestion", "", offer.why)
    for step in call.analysis.steps:
        yield Finding("step", step.step, "", step.result, quote=step.quote or "")


def judge(parts: Parts, place: Place, *, right: bool) -> Judgement:
    """Write down whether a finding is right. Raises NotFound where it is not there, or not any more."""
    recording_id, *named = place
    call = read(parts, recording_id)
    found = next((one for one in findings(call) if [one.kind, one.tag, one.sentence] == named), None)
    if found is None or call.analysis is None:
        raise NotFound(f"{place[2]} at {place[3] or 'any time'} of call {recording_id}")
    version = call.analysis.playbook.get("version", "")
    seen = {name: value for name, value in asdict(found).items() if name != "why"}
    said = Judgement(recording_id=recording_id, **seen, playbook=version, right=right, by=parts.viewer.name, at=now())
    judgement = store.judge(parts.store, said)
    _worked_in(parts, judgement)
    return judgement


def take_back(parts: Parts, number: int) -> None:
    """Remove a judgement. Raises NotFound."""
    said = next((one for one in store.find(parts.store) if one.id == number), None)
    seen = said is not None and (parts.viewer.sees_all or rights.those_seen(parts, [said.recording_id]))
    gone = store.remove(parts.store, number) if seen else None
    if gone is None:
        raise NotFound(f"judgement {number}")
    _worked_in(parts, gone)


def opinions(parts: Parts, calls: Iterable[str]) -> dict[Place, Judgement]:
    """What this person says of these calls' findings."""
    return store.latest(store.find(parts.store, calls=list(calls), by=parts.viewer.name))


def overlooked(held: Store) -> list[str]:
    """The calls whose suggestions were judged: indexed again at start, in case a crash came in between."""
    return sorted({one.recording_id for one in store.find(held, kind="suggestion")})


def _worked_in(parts: Parts, judgement: Judgement) -> None:
    """Have the index follow: a suggestion agreed to is a tag, one rejected is gone, a tag judged is reviewed."""
    if judgement.kind == "suggestion":
        parts.indexer.refresh([judgement.recording_id])
    elif judgement.kind == "tag":
        parts.library.to_index.leave(judgement.recording_id)


def _said(transcript: Transcript, span: Tag | Offer, kind: Kind, rule: str, why: str) -> Finding:
    turn = transcript.turns[span.turn]
    sentence = around(turn, span)
    start, end = (span.start, span.end) if isinstance(span, Tag) else (turn.start, turn.end)
    return Finding(kind, span.tag, sentence.key, rule, turn.speaker, sentence.text, start, end, span.turn, why)
