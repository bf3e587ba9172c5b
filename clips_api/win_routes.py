"""Wins over HTTP: mark one, see those of one's team, take one back; and the channels that hear of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from clips_api import channels, wins
from clips_api.answers import Listing
from clips_api.channels import Heard
from clips_api.clips import Cursor, Limit, Text
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.problems import RESPONSES
from clips_api.wins import Shown, State
from pipeline.library import now

router = APIRouter(prefix="/api/v1/wins", tags=["wins"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]


def _sentence(text: str) -> str:
    """One line with something in it."""
    line = " ".join(text.replace("\0", " ").split())
    if not line:
        raise ValueError("say in a sentence why it is a win")
    line.encode()
    return line


Why = Annotated[str, AfterValidator(_sentence), Field(max_length=280, description="A sentence that its team reads.")]


class ToMark(BaseModel):
    """Which clip went well, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip_id: str = Field(pattern=CLIP, examples=["0123456789abcdef-83200-97450"])
    why: Why


class Channel(BaseModel):
    """A team, and the Slack channel that hears of its wins (`#north`, or an id as C0123456789); empty: none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    team: str = Field(min_length=1, max_length=200)
    channel: str = Field(max_length=80)

    @classmethod
    def of(cls, one: Heard) -> Self:
        return cls(team=one.team, channel=one.channel)


class WinShown(BaseModel):
    """A win. `state`: asked (no answer yet), refused, agreed (no channel is told), waiting, posted, failed."""

    id: int
    clip_id: str
    recording_id: str
    rep: str
    team: str | None
    tag: str | None
    why: str
    by: str
    at: datetime
    state: State
    posted_at: datetime | None

    @classmethod
    def of(cls, one: Shown) -> Self:
        same = {name: getattr(one.win, name) for name in ("id", "clip_id", "recording_id", "tag", "why", "by", "at")}
        posted = one.message.sent_at if one.message is not None else None
        return cls(**same, rep=one.name, team=one.team or None, state=one.state, posted_at=posted)


@router.get("")
def find(parts: Given, team: Text = None, limit: Limit = 20, cursor: Cursor = None) -> Listing[WinShown]:
    """Wins of your team, the latest first; reps see what others agreed to, and their own."""
    found, goes_on = page_of(parts, team, limit, cursor)
    return Listing(items=[WinShown.of(one) for one in found], next=goes_on, total=len(wins.seen(parts, team=team)))


@router.post("", status_code=201)
def put(parts: Given, body: ToMark) -> WinShown:
    """Mark a clip as a win: its rep is asked, and after their yes its team hears of it. What went wrong is refused."""
    return WinShown.of(wins.mark(parts, body.clip_id, body.why))


@router.get("/channels")
def listed(parts: Given) -> list[Channel]:
    """The teams that you lead, and the channels that hear of their wins."""
    return [Channel.of(one) for one in channels.every(parts)]


@router.put("/channels")
def choose(parts: Given, body: Channel) -> Channel:
    """Choose a team's channel, or with an empty one none."""
    return Channel.of(channels.choose(parts, body.team, body.channel))


@router.get("/{number}")
def show(parts: Given, number: Number) -> WinShown:
    """One win."""
    return WinShown.of(wins.one(parts, number))


@router.delete("/{number}", status_code=204)
def remove(parts: Given, number: Number) -> None:
    """Take it back. What was posted stays in its channel."""
    wins.remove(parts, number)


@router.post("/{number}/post")
def post(parts: Given, number: Number) -> WinShown:
    """Post one that stands: when it was marked, its team had no channel. Posted once, it is not posted again."""
    wins.post(parts, number, now())
    return WinShown.of(wins.one(parts, number))


def page_of(parts: Parts, team: str | None, limit: int, cursor: str | None) -> tuple[list[Shown], str | None]:
    """Some of the wins that this person sees, and where the list goes on. Raises BadInput."""
    question = {"list": "wins", "team": team}
    after, _ = parts.cursors.read(question, cursor)
    found = wins.seen(parts, team=team, before=int(after[0]) if after else None, limit=limit + 1)
    more = parts.cursors.make(question, [float(found[limit - 1].win.id)], "") if len(found) > limit else None
    return found[:limit], more
