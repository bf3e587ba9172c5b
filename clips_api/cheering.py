"""What a channel is told of a win. Everybody in it reads that: personal data is hidden, and no customer is named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from clips_api import clips, consents, documents, findings, links, wins
from clips_api.answers import Clip
from clips_api.deps import Parts
from clips_api.masking import hide
from clips_api.render import label
from clips_api.store import people
from clips_api.store import wins as store
from clips_api.store.outbox import Entry
from clips_api.viewer import OWNER
from pipeline.errors import NotFound
from pipeline.message import Part

LONGEST = 280  # code points of a quote
NAMELESS = "the customer"
_WORD = re.compile(r"[^\W\d_a-z]\w{2,}")  # begins with a capital; two letters are often initials
_COMMON = frozenset({"The", "And", "Our"})


def words(parts: Parts, entry: Entry) -> tuple[str, list[Part]] | None:
    """A win in words; None where it is none any more, or its rep does not agree."""
    with suppress(NotFound):
        win = store.one(parts.store, entry.payload["win"])
        if not consents.may_show(parts, win.clip_id):
            return None
        clip = clips.resolve(parts, win.clip_id)
        if wins.missed(findings.read(parts, win.recording_id), clip) is not None:
            return None
        person = people.get(parts.store, win.person_id) if win.person_id is not None else None
        hidden = Hidden.of(parts, clip)
        said = [Part(text=f"“{hidden.told(text)}”", quote=True) for text in (clip.quote, clip.reply) if text]
        by = "" if win.by == OWNER else f" ({win.by})"
        link = links.href(parts, f"/wins#win-{win.id}")
        about = f": {label(win.tag)}" if win.tag else ""
        end = Part(text=f"{hidden.told(win.why)}{by}", link=link, label="Hear it")
        return f"A win by {person.name if person is not None else win.rep or 'a colleague'}{about}", [*said, end]
    return None


def nameless(text: str, names: Iterable[str], words: Iterable[str] = ()) -> str:
    """A text in which none of these names stands any more, however they are written, and no word as it stands here."""
    for name in sorted({name for name in names if name.strip()}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAMELESS, text, flags=re.IGNORECASE)
    for word in words:
        text = re.sub(rf"\b{re.escape(word)}\b", NAMELESS, text)
    return re.sub(rf"{NAMELESS}(?:\W{{1,3}}{NAMELESS})+", NAMELESS, text)


@dataclass(frozen=True)
class Hidden:
    """What customers are called: whole names of all, and of this call's the single words too."""

    names: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, parts: Parts, clip: Clip) -> Self:
        known = {row["name"] for row in parts.database.rows("customers", **parts.finder.sight.values)}
        call = documents.read(parts.library.call(clip.recording_id))
        voices = call.transcript.speakers.voices if call.transcript is not None and call.transcript.speakers else ()
        own = [clip.customer, *(voice.name for voice in voices if voice.speaker == "customer")]
        words = {word for name in own if name for word in _WORD.findall(name)} - _COMMON
        return cls(frozenset(known | {name for name in own if name}), frozenset(words))

    def told(self, text: str) -> str:
        """A text as a channel reads it."""
        hidden = nameless(hide(text), self.names, self.words)
        return hidden if len(hidden) <= LONGEST else f"{hidden[: LONGEST - 1]}…"
