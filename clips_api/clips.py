"""Clips over HTTP: search, one clip, its sound."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator

from clips_api import cutting, documents, words
from clips_api.answers import Clip, Listing
from clips_api.deps import Given, Parts
from clips_api.findings import opinions
from clips_api.index.database import Row
from clips_api.index.search import Question, search
from clips_api.problems import RESPONSES
from clips_api.ranges import ranged
from clips_api.spans import Span, turns_within
from pipeline.errors import NotFound
from pipeline.records import Transcript

router = APIRouter(prefix="/api/v1/clips", tags=["clips"], responses=RESPONSES)

Words = Annotated[str, Query(max_length=10_000, description='Words that all occur; "a quoted phrase" word for word.')]
Text = Annotated[str | None, Query(max_length=300)]
Unset = BeforeValidator(lambda value: value or None)  # forms send what was left empty
Side = Annotated[Literal["rep", "customer", "unknown"] | None, Unset, Query(description="Whose words are searched.")]
Day = Annotated[
    str | None, Query(max_length=40, examples=["2021-12-01"], description="A day or a time; days are whole.")
]
Score = Annotated[float | None, Unset, Query(ge=0, le=10)]
Order = Annotated[Literal["relevance", "newest", "best"], Query()]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before.")]


def question(
    *,
    q: Words = "",
    tag: Text = None,
    rep: Text = None,
    speaker: Side = None,
    since: Day = None,
    until: Day = None,
    min_score: Score = None,
    sort: Order = "relevance",
    suggestions: Annotated[bool, Query(description="Also what Exemplar only suggests; it is never counted.")] = False,
) -> Question:
    """What a search asks for, from its parameters; an empty one is none."""
    return Question(q, tag or None, rep or None, speaker, since or None, until or None, min_score, sort, suggestions)


Asked = Annotated[Question, Depends(question)]


@router.get("")
def find(parts: Given, asked: Asked, limit: Limit = 20, cursor: Cursor = None) -> Listing[Clip]:
    """Search the clips: every word of every call can be found."""
    page = search(parts.database, parts.cursors, asked, limit=limit, cursor=cursor)
    return Listing.of(page, shown(parts, page.rows, asked.query))


@router.get("/{clip_id}")
def show(parts: Given, clip_id: str) -> Clip:
    """One clip. Any span of a call resolves, whether or not it is in the index."""
    return resolve(parts, clip_id)


@router.head("/{clip_id}/audio", include_in_schema=False)
@router.get("/{clip_id}/audio", response_class=Response, responses={200: {"content": {"audio/wav": {}}}})
def listen(parts: Given, request: Request, clip_id: str) -> Response:
    """The span's sound as WAV, at the recording's own rate and with all its channels. Byte ranges work."""
    span = Span.parse(clip_id)
    call = parts.library.call(span.recording_id)
    recording = documents.described(call)
    if recording is None:
        raise NotFound(f"sound of call {span.recording_id}")
    data = cutting.cut(cutting.source(call), span.within(recording))
    return ranged(request, data, "audio/wav", filename=f"{clip_id}.wav")


def shown(parts: Parts, rows: list[Row], query: words.Query | None = None) -> list[Clip]:
    """Clips as they are answered with: what was searched for marked, and what this person says of their tags."""
    said = opinions(parts, {row["recording_id"] for row in rows})
    clips = []
    for row in rows:
        judgement = said.get((row["recording_id"], row["judged_as"], row["tag"], row["sentence"]))
        clip = Clip.from_row(row, query)
        if judgement is not None:
            clip = clip.model_copy(update={"right": judgement.right, "judgement": judgement.id})
        clips.append(clip)
    return clips


def resolve(parts: Parts, clip_id: str) -> Clip:
    """A clip from the index, else made from the transcript. Raises NotFound."""
    row = parts.database.one("clip", id=clip_id)
    if row is not None:
        return shown(parts, [row])[0]
    span = Span.parse(clip_id)
    call = parts.library.call(span.recording_id)
    found = documents.read(call, mask=parts.settings.mask)
    recording, transcript = found.recording, found.transcript
    if recording is None:
        raise NotFound(f"clip {clip_id}")
    span = span.within(recording)
    about = recording.model_dump(include={"rep", "customer"}) | {
        "started_at": recording.started_at.isoformat() if recording.started_at else None
    }
    return Clip(id=clip_id, kind="span", **asdict(span), **about, **_said(transcript, span))


def _said(transcript: Transcript | None, span: Span) -> dict[str, str | None]:
    said = turns_within(transcript, span) if transcript else []
    if transcript is None or not said:
        return {"speaker": "unknown", "quote": ""}
    first, text = said[0]
    speaker = transcript.turns[first].speaker
    reply = [(number, words) for number, words in said if transcript.turns[number].speaker != speaker]
    own = " ".join(words for number, words in said if transcript.turns[number].speaker == speaker)
    return {
        "speaker": speaker,
        "quote": own or text,
        "context": transcript.turns[first - 1].text if first else None,
        "reply": " ".join(words for _, words in reply) or None,
        "reply_speaker": transcript.turns[reply[0][0]].speaker if reply else None,
    }
