"""Documents of one call -> rows of the index. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clips_api.index.clips import ORDER, PARTS, Clip, clips_of
from clips_api.index.wordindex import Entry, after
from clips_api.sentences import around
from clips_api.spans import clip_id
from clips_api.store.judgements import Judgement, rule_id
from clips_api.suggestions import offers
from clips_api.voices import asks
from clips_api.words import folded
from pipeline.records import Analysis, Reason, Recording, Sighting, Transcript, Turn


@dataclass(frozen=True)
class Documents:
    """What a call folder holds, as far as it is made."""

    id: str
    stamp: str
    recording: Recording | None = None
    transcript: Transcript | None = None
    analysis: Analysis | None = None
    reason: Reason | None = None
    sightings: tuple[Sighting, ...] = ()
    judged: tuple[Judgement, ...] = ()  # what people say of its suggestions
    damage: str | None = None  # what keeps one of them from being read

    @property
    def state(self) -> str:
        if self.reason is not None:
            return "quarantined"
        if self.damage is not None:
            return "unreadable"
        if self.transcript is None or self.recording is None:
            return "waiting"
        return "heard" if self.analysis is None else "done"


@dataclass(frozen=True)
class Rows:
    """The rows of one call, a mapping of columns each."""

    call: dict[str, object]
    files: list[dict[str, object]]
    tags: list[dict[str, object]]
    steps: list[dict[str, object]]
    entries: list[Entry]  # its spans, in the order of their turns


EDGE = 8  # words at the edge of a turn that a phrase may reach over
INTERJECTION = 3  # words of a turn that somebody talks on after


def rows_of(documents: Documents) -> Rows:
    """Everything the index holds of one call."""
    entries = [_entry(documents, span) for span in _spans(documents)]
    return Rows(_call(documents), _files(documents), list(_tag_rows(documents)), list(_step_rows(documents)), entries)


def _spans(documents: Documents) -> list[list[Clip]]:
    """The clips of a call, those of one span together; the first stands for it."""
    recording, transcript = documents.recording, documents.transcript
    if documents.state not in ("heard", "done") or recording is None or transcript is None:
        return []
    found = clips_of(transcript, documents.analysis, documents.judged)
    spans: dict[str, list[Clip]] = {}
    for clip in found:
        if clip.quote or clip.reply:
            spans.setdefault(_name(documents, clip), []).append(clip)
    for same in spans.values():
        same.sort(key=lambda clip: (ORDER.index(clip.kind), -(clip.score or -1.0), clip.tag or ""))
    return sorted(spans.values(), key=lambda same: same[0].turn)


def _name(documents: Documents, clip: Clip) -> str:
    return clip_id(documents.id, clip.start_s, clip.end_s, clip.turn)


def _certain(span: list[Clip]) -> list[Clip]:
    return [clip for clip in span if clip.kind != "suggestion"]


def _tags(clips: Iterable[Clip]) -> list[str]:
    return list(dict.fromkeys(clip.tag for clip in clips if clip.tag))


def _at(documents: Documents) -> datetime | None:
    """When a call began, else when it arrived, as the index keeps times."""
    recording = documents.recording
    return utc((recording.started_at or recording.arrived_at) if recording else None)


def _clip_rows(documents: Documents, span: list[Clip]) -> Iterator[dict[str, object]]:
    recording = documents.recording
    certain = _certain(span)
    for rank, clip in enumerate(span):
        yield {
            "id": _name(documents, clip),
            "number": None,
            "recording_id": documents.id,
            "kind": clip.kind,
            "lead": clip in certain[:1],
            "lead_suggested": rank == 0,
            "tag": clip.tag,
            "sentence": clip.sentence,
            "judged_as": clip.judged_as,
            "tags": _tags(certain),
            "start_s": clip.start_s,
            "end_s": clip.end_s,
            "turn": clip.turn,
            "speaker": clip.speaker,
            "quote": clip.quote,
            "context": clip.context,
            "reply": clip.reply,
            "reply_speaker": clip.reply_speaker,
            "score": clip.score,
            **{part: clip.parts.get(part) for part in PARTS},
            "why": clip.why,
            "rep": recording and recording.rep,
            "customer": recording and recording.customer,
            "started_text": recording.started_at.isoformat() if recording and recording.started_at else None,
            "said_at": _at(documents),
        }


def _entry(documents: Documents, span: list[Clip]) -> Entry:
    """A span as the word index holds it."""
    recording, analysis = documents.recording, documents.analysis
    first = (_certain(span) or span)[0]
    judged = {(one.tag, one.sentence) for one in documents.judged if one.kind != "step"}
    return Entry(
        id=_name(documents, first),
        call=documents.id,
        kind=first.kind,
        quote=folded(first.quote),
        reply=folded(first.reply or ""),
        speaker=first.speaker,
        reply_speaker=first.reply_speaker,
        lines=tuple(_lines(documents, span, first)),
        tags=tuple(_tags(_certain(span))),
        perhaps=tuple(_tags(clip for clip in span if clip.kind == "suggestion")),
        parts=tuple(part for part in PARTS if first.parts.get(part)),
        missed=tuple(step.step for step in analysis.steps if step.result == "missed") if analysis else (),
        rep=recording.rep if recording else None,
        source=recording.source if recording else None,
        reviewed=any((clip.tag, clip.sentence) in judged for clip in span),
        score=first.score,
        at=_at(documents),
        start_s=first.start_s or 0.0,
        length_s=recording.duration_s if recording else None,
        rows=tuple(_clip_rows(documents, span)),
    )


def _lines(documents: Documents, span: Iterable[Clip], first: Clip) -> Iterator[str]:
    """What is said, word for word, each text with the beginning of the turn that it is followed by.

    Then the end of every other turn with what follows that one: the next turn, or the one after a short word.
    """
    turns = documents.transcript.turns if documents.transcript else ()
    together: set[tuple[int, int]] = set()
    for text, own in ((first.quote, first.turns), (first.reply, first.replies)):
        if text and own:
            yield _onward(folded(text).split(), turns, own[-1] + 1)
            together |= {(number, number + 1) for number in own if number + 1 in own or number == own[-1]}
    for number in sorted({number for clip in span for number in (*clip.turns, *clip.replies)}):
        following = [number + 1] if (number, number + 1) not in together else []
        if number + 2 < len(turns) and len(turns[number + 1].text.split()) <= INTERJECTION:
            following.append(number + 2)
        end = folded(turns[number].text).split()[-EDGE:]
        yield from (_onward(end, turns, other) for other in following if end and other < len(turns))


def _onward(said: list[str], turns: Sequence[Turn], other: int) -> str:
    """Words, and after them the first ones of another turn."""
    begins = folded(turns[other].text).split()[:EDGE] if other < len(turns) else []
    return " ".join([*said, *after(begins)])


def _tag_rows(documents: Documents) -> Iterator[dict[str, object]]:
    transcript, analysis = documents.transcript, documents.analysis
    if documents.state != "done" or transcript is None or analysis is None:
        return
    for tag in analysis.shown_tags:
        yield {
            "recording_id": documents.id,
            "kind": "tag",
            "tag": tag.tag,
            "rule": rule_id(tag.rule),
            "sentence": around(transcript.turns[tag.turn], tag).key,
        }
    for offer in offers(transcript, analysis, documents.judged):
        if offer.right is None:
            yield {
                "recording_id": documents.id,
                "kind": "suggestion",
                "tag": offer.tag,
                "rule": "",
                "sentence": offer.sentence,
            }


def _step_rows(documents: Documents) -> Iterator[dict[str, object]]:
    transcript, analysis = documents.transcript, documents.analysis
    if documents.state != "done" or transcript is None or analysis is None:
        return
    for step in analysis.steps:
        turn = transcript.turns[step.turn] if step.turn is not None else None
        yield {
            "recording_id": documents.id,
            "step": step.step,
            "result": step.result,
            "turn": step.turn,
            "start_s": turn and turn.start,
            "end_s": turn and turn.end,
        }


def _call(documents: Documents) -> dict[str, object]:
    recording, analysis, reason = documents.recording, documents.analysis, documents.reason
    sightings = documents.sightings
    name = recording.filename if recording else sightings[0].path.rpartition("/")[2] if sightings else documents.id
    arrived = min((sighting.at for sighting in sightings), default=recording.arrived_at if recording else None)
    return {
        "recording_id": documents.id,
        "stamp": documents.stamp,
        "state": documents.state,
        "filename": reason.name if reason else name,
        "arrived_at": utc(reason.at if reason and arrived is None else arrived),
        "rep": recording and recording.rep,
        "customer": recording and recording.customer,
        "started_at": utc(recording.started_at) if recording else None,
        "started_text": recording.started_at.isoformat() if recording and recording.started_at else None,
        "direction": recording and recording.direction,
        "source": recording and recording.source,
        "consent": recording and recording.consent,
        "type": (recording and recording.type) or (analysis and analysis.type.value),
        "duration_s": recording and recording.duration_s,
        "channels": recording and recording.channels,
        "turns": len(documents.transcript.turns) if documents.transcript else None,
        "unclear": asks(documents.transcript),
        "moments": len(analysis.moments) if analysis else None,
        "missed": [step.step for step in analysis.steps if step.result == "missed"] if analysis else [],
        "problems": list(recording.problems) if recording else [],
        "why": reason.why
        if reason
        else "A document that Exemplar made of this call is damaged."
        if documents.damage
        else None,
        "advice": reason.advice if reason else "Press retry to make it again." if documents.damage else None,
        "detail": reason.detail if reason else documents.damage,
    }


def _files(documents: Documents) -> list[dict[str, object]]:
    found: Iterable[Sighting] = {(sighting.path, sighting.at): sighting for sighting in documents.sightings}.values()
    return [
        {
            "recording_id": documents.id,
            "path": sighting.path,
            "seen_at": utc(sighting.at),
            "bytes": sighting.bytes,
        }
        for sighting in found
    ]


def utc(when: datetime | None) -> datetime | None:
    """A time as the index keeps it: UTC, without a zone. One that came without a zone is taken as UTC."""
    if when is None or when.tzinfo is None:
        return when
    return when.astimezone(UTC).replace(tzinfo=None)
