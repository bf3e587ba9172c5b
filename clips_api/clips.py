"""Clips over HTTP: search, and one clip; their sound is in listening.py."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi import Query as Parameter
from pydantic import BeforeValidator, Field

from clips_api import documents, rights
from clips_api.answers import Clip, Listing
from clips_api.deps import Given, Parts
from clips_api.findings import opinions
from clips_api.index import stored
from clips_api.index.database import Row
from clips_api.index.question import Question
from clips_api.problems import RESPONSES
from clips_api.query import Query
from clips_api.spans import Span, turns_within
from pipeline.errors import NotFound
from pipeline.records import Transcript

router = APIRouter(prefix="/api/v1/clips", tags=["clips"], responses=RESPONSES)

Words = Annotated[
    str,
    Parameter(max_length=10_000, description='Words in any form, "a phrase", prefix*, -without, one OR another.'),
]
Text = Annotated[str | None, Parameter(max_length=300)]
Unset = BeforeValidator(lambda value: value or None)  # forms send what was left empty
Side = Annotated[
    Literal["rep", "customer", "unknown"] | None, Unset, Parameter(description="Whose words are searched.")
]
Day = Annotated[
    str | None, Parameter(max_length=40, examples=["2021-12-01"], description="A day or a time; days are whole.")
]
Score = Annotated[Annotated[float, Field(ge=0, le=10)] | None, Unset, Parameter()]
Length = Annotated[Annotated[float, Field(ge=0, le=1e6)] | None, Unset, Parameter(description="Of the call, seconds.")]
Part = Annotated[
    list[Literal["acknowledge", "explore", "respond", "confirm"]],
    Parameter(description="Parts of the reply, all heard."),
]
YesNo = Annotated[bool | None, Unset, Parameter(description="Whether somebody has judged a tag of it.")]
Order = Annotated[Literal["relevance", "newest", "best"], Parameter()]
Limit = Annotated[int, Parameter(ge=1, le=200)]
Cursor = Annotated[str | None, Parameter(max_length=1000, description="`next` of the page before.")]


def question(
    *,
    q: Words = "",
    tag: Text = None,
    part: Part = [],  # noqa: B006  a default that nobody changes
    min_score: Score = None,
    missed: Annotated[Text, Parameter(description="A step that the call lacks.")] = None,
    rep: Text = None,
    team: Text = None,
    speaker: Side = None,
    since: Day = None,
    until: Day = None,
    min_length: Length = None,
    max_length: Length = None,
    source: Text = None,
    reviewed: YesNo = None,
    sort: Order = "relevance",
    suggestions: Annotated[
        bool, Parameter(description="Also what Exemplar only suggests; it is never counted.")
    ] = False,
) -> Question:
    """What a search asks for, from its parameters; an empty one is none."""
    return Question(
        q=q,
        tag=tag or None,
        part=tuple(dict.fromkeys(part)),
        min_score=min_score,
        missed=missed or None,
        rep=rep or None,
        team=team or None,
        speaker=speaker or None,
        since=since or None,
        until=until or None,
        min_length=min_length,
        max_length=max_length,
        source=source or None,
        reviewed=reviewed,
        sort=sort,
        suggestions=suggestions,
    )


Asked = Annotated[Question, Depends(question)]


@router.get("")
def find(parts: Given, asked: Asked, limit: Limit = 20, cursor: Cursor = None) -> Listing[Clip]:
    """Search the clips: every word of every call can be found."""
    page = parts.finder.search(asked, limit=limit, cursor=cursor)
    return Listing.of(page, shown(parts, page.rows, page.query))


@router.get("/counts")
def count(parts: Given, asked: Asked) -> dict[str, dict[str, int]]:
    """For each filter: each value with the number of clips it would leave, the other filters kept.

    `score` and `length` (seconds) go by where a band begins, `days` by when a span of time began (seconds since 1970).
    """
    return parts.finder.counts(asked)


@router.get("/{clip_id}")
def show(parts: Given, clip_id: str) -> Clip:
    """One clip. Any span of a call resolves, whether or not it is in the index."""
    return resolve(parts, clip_id)


def shown(parts: Parts, rows: list[Row], query: Query | None = None) -> list[Clip]:
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
    row = stored.clip(parts.database, clip_id)
    if row is not None and (parts.viewer.sees(row["rep"]) or rights.shown_to_all(parts, clip_id)):
        return shown(parts, [row])[0]
    span = Span.parse(clip_id)
    call = rights.clip(parts, clip_id)
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
