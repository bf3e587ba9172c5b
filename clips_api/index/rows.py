"""Documents of one call -> rows of the index. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import takewhile

from clips_api.sentences import around
from clips_api.spans import clip_id
from clips_api.store.judgements import Judgement, rule_id
from clips_api.suggestions import offers
from clips_api.voices import asks
from clips_api.words import folded
from nlp.findings import Moment
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
    clips: list[dict[str, object]]


@dataclass(frozen=True)
class Clip:
    """A span worth playing, before it is a row."""

    kind: str
    tag: str | None
    turn: int
    start_s: float | None
    end_s: float | None
    speaker: str
    quote: str
    context: str | None
    reply: str | None = None
    reply_speaker: str | None = None
    score: float | None = None
    why: str | None = None
    parts: dict[str, str | None] = field(default_factory=dict)
    sentence: str | None = None
    judged_as: str | None = None


ORDER = ("moment", "tag", "suggestion", "turn", "span")  # which of several clips of one span stands for it
PARTS = ("acknowledge", "explore", "respond", "confirm")


def rows_of(documents: Documents) -> Rows:
    """Everything the index holds of one call."""
    return Rows(_call(documents), _files(documents), list(_tag_rows(documents)), list(_clip_rows(documents)))


def clips_of(transcript: Transcript, analysis: Analysis | None, judged: Iterable[Judgement] = ()) -> Iterator[Clip]:
    """One clip a moment, one a tag outside moments, one a suggestion, one each remaining turn."""
    turns = transcript.turns
    told: set[int] = set()
    for moment in analysis.moments if analysis else ():
        shown, clip = _moment(turns, moment)
        told |= shown
        yield replace(clip, sentence=_sentence_of(moment, turns, analysis), judged_as="tag")
    tagged: set[tuple[int, str]] = set()
    for tag in analysis.tags if analysis else ():
        if tag.turn in told or (tag.turn, tag.tag) in tagged:
            continue
        tagged.add((tag.turn, tag.tag))
        yield replace(
            _turn(turns, tag.turn),
            kind="tag",
            tag=tag.tag,
            why=f"“{tag.quote}” matched {tag.rule}",
            sentence=around(turns[tag.turn], tag).key,
            judged_as="tag",
        )
    for offer in offers(transcript, analysis, judged):
        if offer.right is not False and (offer.turn, offer.tag) not in tagged:
            kind = "tag" if offer.right else "suggestion"
            clip = replace(_turn(turns, offer.turn), kind=kind, tag=offer.tag, why=offer.why)
            yield replace(clip, sentence=offer.sentence, judged_as="suggestion")
            if offer.right:
                tagged.add((offer.turn, offer.tag))
    told |= {turn for turn, _ in tagged}
    for number, turn in enumerate(turns):
        if number not in told and turn.text:
            yield _turn(turns, number)


def _moment(turns: tuple[Turn, ...], moment: Moment) -> tuple[set[int], Clip]:
    """A moment's clip, and the turns whose every word is in it.

    The whole moment is played; of its words the objection and the first reply are shown, and what follows stays
    with clips of its own.
    """
    inside = sorted(moment.turns)
    first = turns[inside[0]]
    asked = list(takewhile(lambda number: turns[number].speaker == first.speaker, inside))
    if len(asked) == len(inside):  # speakers not known, or no reply
        asked = inside[:1]
    rest = inside[len(asked) :]
    who = turns[rest[0]].speaker if rest else None
    replies = list(takewhile(lambda number: turns[number].speaker == who, rest))
    clip = Clip(
        kind="moment",
        tag=moment.tag,
        turn=inside[0],
        start_s=moment.start,
        end_s=moment.end,
        speaker=first.speaker,
        quote=" ".join(turns[number].text for number in asked),
        context=_before(turns, inside[0]),
        reply=" ".join(turns[number].text for number in replies) or None,
        reply_speaker=who,
        score=moment.score,
        why=moment.why,
        parts=asdict(moment.parts),
    )
    return set(asked) | set(replies), clip


def _sentence_of(moment: Moment, turns: tuple[Turn, ...], analysis: Analysis | None) -> str | None:
    """The sentence of the tag that a moment is named by."""
    tags = analysis.tags if analysis else ()
    named = (tag for tag in tags if tag.tag == moment.tag and tag.turn in moment.turns)
    return next((around(turns[tag.turn], tag).key for tag in named), None)


def _turn(turns: tuple[Turn, ...], number: int) -> Clip:
    turn = turns[number]
    return Clip("turn", None, number, turn.start, turn.end, turn.speaker, turn.text, _before(turns, number))


def _before(turns: tuple[Turn, ...], number: int) -> str | None:
    return turns[number - 1].text if number else None


def _clip_rows(documents: Documents) -> Iterator[dict[str, object]]:
    recording, transcript = documents.recording, documents.transcript
    if documents.state not in ("heard", "done") or recording is None or transcript is None:
        return
    found = clips_of(transcript, documents.analysis, documents.judged)
    clips = [clip for clip in found if clip.quote or clip.reply]
    spans: dict[str, list[Clip]] = {}
    for clip in clips:
        spans.setdefault(clip_id(documents.id, clip.start_s, clip.end_s, clip.turn), []).append(clip)
    for name, same in spans.items():
        same.sort(key=lambda clip: (ORDER.index(clip.kind), -(clip.score or -1.0), clip.tag or ""))
        certain = [clip for clip in same if clip.kind != "suggestion"]
        tags = list(dict.fromkeys(clip.tag for clip in certain if clip.tag))
        for rank, clip in enumerate(same):
            yield {
                "id": name,
                "recording_id": documents.id,
                "kind": clip.kind,
                "lead": clip in certain[:1],
                "lead_suggested": rank == 0,
                "tag": clip.tag,
                "sentence": clip.sentence,
                "judged_as": clip.judged_as,
                "tags": tags,
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
                "quote_words": folded(clip.quote),
                "reply_words": folded(clip.reply) if clip.reply else None,
                "rep": recording.rep,
                "customer": recording.customer,
                "started_at": utc(recording.started_at),
                "started_text": recording.started_at.isoformat() if recording.started_at else None,
            }


def _tag_rows(documents: Documents) -> Iterator[dict[str, object]]:
    transcript, analysis = documents.transcript, documents.analysis
    if documents.state != "done" or transcript is None or analysis is None:
        return
    for tag in analysis.tags:
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
