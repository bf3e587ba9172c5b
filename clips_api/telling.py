"""What is told to people, and what keeps it from being sent.

Words are made when a row is taken, not when it is written: the outbox holds nobody's words and no link, and a clip that
was deleted meanwhile is not told of.
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from clips_api import (
    checkin,
    checkins,
    cheering,
    clips,
    digest,
    digests,
    hello,
    invitations,
    letters,
    marking,
    practices,
    reaching,
    sign_in,
)
from clips_api.answers import Clip
from clips_api.deps import Parts
from clips_api.render import clock, counted, day, label
from clips_api.store import outbox, saved_searches, wins
from clips_api.store.outbox import Entry
from pipeline.errors import BadInput, NotFound
from pipeline.library import now
from pipeline.message import Message, Part
from pipeline.settings import Settings

SHOWN = 8  # clips that a message quotes
QUOTE = 280  # code points of a quote
WORDLESS = timedelta(hours=1)  # after which a row that could not be put in words is tried again
log = logging.getLogger(__name__)
_SLACK = re.compile(
    r"#[^\s#@,:\x00-\x1f]{1,79}|[CGDUW][A-Z0-9]{6,20}"
)  # a channel's name, or an id as Slack gives them
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[\w-]+\.)+[\w-]{2,63}")
_OURSELVES = ("log",)  # channels in which nobody follows a link


def channel_of(address: str) -> str:
    """Which channel an address belongs to, as people write it. Raises BadInput."""
    if address == "log":
        return "log"
    if _SLACK.fullmatch(address):
        return "slack"
    if _MAIL.fullmatch(address):
        return "mail"
    raise BadInput(f"{address[:80]!r} is no e-mail address, no Slack channel (like #deals) and nobody's name")


def held(settings: Settings, channel: str, *, links: bool = True) -> str | None:
    """Why nothing can be sent that way as Exemplar is set up, and what to do; None where it can."""
    if channel == "mail" and settings.mail is None:
        return "No mail server is set up: add [mail] to exemplar.toml."
    if channel == "slack" and settings.slack is None:
        return "Slack is not set up: add [slack] to exemplar.toml."
    return unreachable(settings) if links and channel not in _OURSELVES else None


def unreachable(settings: Settings) -> str | None:
    """Why links to these pages would lead nowhere on another device; None where they lead here."""
    if not settings.public_url:
        return "Exemplar has no public address, so a link would lead nowhere: set public_url in exemplar.toml."
    name = (urlsplit(settings.public_url).hostname or "").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
        ours = address.is_loopback or address.is_unspecified
    except ValueError:
        ours = name in ("", "localhost") or name.endswith(".localhost")
    return f"{settings.public_url} works on this machine only, so nobody else could open a link." if ours else None


def due(parts: Parts, channels: Collection[str]) -> int:
    """How much could be sent now."""
    return outbox.due(parts.store, channels=channels, linked=_linked(parts, channels), at=now())


def take(parts: Parts, n: int, who: str, seconds: float, channels: Collection[str]) -> list[Message]:
    """Lease due rows and put them in words; what has nothing left to say is taken out."""
    at = now()
    found: list[Message] = []
    linked = _linked(parts, channels)
    while len(found) < n:
        more = n - len(found)
        rows = outbox.lease(parts.store, more, who, seconds, channels=channels, linked=linked, at=at)
        if not rows:
            break
        found += [message for row in rows if (message := _message(parts, row, at)) is not None]
    return found


def _message(parts: Parts, row: Entry, at: datetime) -> Message | None:
    """A row in words; None where it is not for now, or there is nothing left to say."""
    try:
        if not reaching.ready(parts.store, parts.settings, row, at):
            return None
        said = KINDS[row.kind](parts, row)
    except Exception as error:  # one row that can't be put in words must not hold up the others
        log.exception("message %d, %s", row.id, row.kind)
        why = f"it could not be put in words: {type(error).__name__}"
        outbox.failed(parts.store, row.id, row.leased_by or "", why, retry_at=at + WORDLESS, at=at)
        return None
    if said is None:
        outbox.drop(parts.store, row.id)
        return None
    subject, paragraphs = said
    age = (at - row.created_at).total_seconds()
    same = {name: getattr(row, name) for name in ("message_id", "channel", "address", "attempts")}
    return Message(number=row.id, subject=subject, parts=tuple(paragraphs), age_s=age, **same)


def _linked(parts: Parts, channels: Collection[str]) -> list[str]:
    """The channels over which links may go."""
    return [channel for channel in channels if channel in _OURSELVES or unreachable(parts.settings) is None]


# the words of each kind of row: a subject and paragraphs, None where there is nothing left to say


def _found(parts: Parts, entry: Entry) -> tuple[str, list[Part]] | None:
    """A saved search found something: the first clips, then how many more."""
    search = saved_searches.get(parts.store, entry.payload["search"])
    there = [clip for name in entry.payload["clips"] if (clip := _clip(parts, name)) is not None]
    if search is None or not there:
        return None
    gone = len(entry.payload["clips"]) - len(there)
    number = entry.payload["count"] - gone
    shown = [part for clip in there[:SHOWN] for part in _shown(parts, clip)]
    rest = number - min(SHOWN, len(there))
    more = f"And {counted(rest, 'more clip')}." if rest else "These are all."
    link = _address(parts, f"/searches/{search.id}")
    end = Part(text=f"{more} You get this because “{search.name}” is a saved search.", link=link, label="Open it")
    return f"{counted(number, 'new clip')}: {search.name}", [*shown, end]


KINDS: dict[str, Callable[[Parts, Entry], tuple[str, list[Part]] | None]] = {
    "search": _found,
    sign_in.KIND: sign_in.words,
    hello.KIND: hello.words,
    **invitations.KINDS,
    **letters.KINDS,
    marking.KIND: marking.words,
    practices.KIND: practices.words,
    checkin.KIND: checkins.words,
    wins.KIND: cheering.words,
    digest.KIND: digests.words,
}


def _shown(parts: Parts, clip: Clip) -> list[Part]:
    about = [
        label(clip.tag),
        clip.rep or "rep unknown",
        clip.customer or "customer unknown",
        day(clip.started_at),
        clock(clip.start) if clip.start is not None else "",
    ]
    at = f"#t={clip.start:.1f}" if clip.start is not None else ""
    link = _address(parts, f"/calls/{clip.recording_id}{at}")
    return [
        Part(text=f"“{_short(clip.quote)}”" + (f"\n↳ “{_short(clip.reply)}”" if clip.reply else ""), quote=True),
        Part(text=" · ".join(part for part in about if part), link=link, label="Listen"),
    ]


def _clip(parts: Parts, name: str) -> Clip | None:
    try:
        return clips.resolve(parts, name)
    except NotFound:
        return None


def _short(text: str) -> str:
    return text if len(text) <= QUOTE else f"{text[: QUOTE - 1]}…"


def _address(parts: Parts, path: str) -> str:
    return f"{(parts.settings.public_url or '').rstrip('/')}{path}"
