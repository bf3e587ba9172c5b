"""The team's names over HTTP: read, replaced, and the calls that would be heard better with them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from clips_api.answers import Accepted
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES, Overtaken
from clips_api.words import words
from pipeline import files
from pipeline.folder import CallFolder
from pipeline.records import Heard
from pipeline.vocabulary import Kind, Name, Vocabulary, affected, load, to_yaml

router = APIRouter(prefix="/api/v1/vocabulary", tags=["vocabulary"], responses=RESPONSES)
MOST = 2000  # names
_saving = threading.Lock()


class Entry(BaseModel):
    """A name as it is written, and spellings that the recogniser gives instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(max_length=80, examples=["Juniper Lane"])
    kind: Kind = "term"
    heard_as: tuple[str, ...] = Field((), max_length=50, examples=[["juniper line"]])

    def as_name(self) -> Name:
        return Name(" ".join(self.name.split()), self.kind, tuple(" ".join(text.split()) for text in self.heard_as))


class Names(BaseModel):
    """All names, in place of those that stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: list[Entry] = Field(max_length=MOST)
    version: str | None = Field(None, description="The version that was edited; refused where it is not today's.")


class Shown(BaseModel):
    """The names as they stand."""

    names: list[Entry]
    version: str = Field(description="Changes with the names.")
    redo: list[str] = Field(description="Calls in which a name was heard as something else: worth hearing again.")

    @classmethod
    def of(cls, vocabulary: Vocabulary, redo: list[str]) -> Self:
        entries = [Entry(name=one.name, kind=one.kind, heard_as=one.heard_as) for one in vocabulary.names]
        return cls(names=entries, version=vocabulary.version, redo=redo)


class Saved(Shown):
    """The names as they stand now, and what they change."""

    changed: list[str] = Field(description="Calls whose words read differently from now on.")


@router.get("")
def show(parts: Given) -> Shown:
    """The names, and the calls that would be heard better with them."""
    vocabulary = load(file(parts))
    return Shown.of(vocabulary, to_redo(parts, vocabulary))


@router.put("", responses=CONFLICT)
def replace(parts: Given, body: Names) -> Saved:
    """Replace the names. Known mishearings are put right at once in every call; nothing is heard again unasked."""
    vocabulary = Vocabulary(tuple(entry.as_name() for entry in body.names))
    changed = save(parts, vocabulary, body.version)
    return Saved(**Shown.of(vocabulary, to_redo(parts, vocabulary)).model_dump(), changed=changed)


@router.post("/redo", status_code=202)
def redo(parts: Given) -> Accepted:
    """Hear again every call in which a name was heard as something else. The old transcripts serve until then."""
    return Accepted(ids=hear_again(parts))


def save(parts: Parts, vocabulary: Vocabulary, edited: str | None = None) -> list[str]:
    """Keep the names and have them worked in; the calls that read differently. Raises Overtaken, BadInput."""
    with _saving:
        old = load(file(parts))
        if edited is not None and edited != old.version:
            raise Overtaken
        if old == vocabulary:
            return []
        files.write(file(parts), to_yaml(vocabulary).encode())
    other = set(old.names) ^ set(vocabulary.names)
    changed = [call.id for call, heard in _saying(parts, other) if affected(heard, old, vocabulary)]
    for name in changed:
        parts.library.to_work.leave(name)
    return changed


def to_redo(parts: Parts, vocabulary: Vocabulary) -> list[str]:
    """The calls in which a name was heard as something else, by a recogniser that was not told of it."""
    misheard = (entry for entry in vocabulary.names if entry.heard_as)
    return [
        call.id
        for call, heard in _saying(parts, misheard)
        if not call.wants_hearing()
        and heard.made_from.get("vocabulary") != vocabulary.version
        and affected(heard, Vocabulary(), vocabulary)
    ]


def hear_again(parts: Parts) -> list[str]:
    """Ask for new transcripts of all calls that would be heard better; which they are."""
    found = to_redo(parts, load(file(parts)))
    for name in found:
        parts.library.call(name).hear_again()
        parts.library.to_work.leave(name)
    return found


def _saying(parts: Parts, names: Iterable[Name]) -> Iterator[tuple[CallFolder, Heard]]:
    """The calls in which one of these names, or a spelling of it, is said, and what was heard there."""
    phrases = sorted({_folded(text) for one in names for text in (one.name, *one.heard_as)})
    for name in parts.finder.calls_saying(phrases):
        call = parts.library.known(name)
        heard = call.heard() if call is not None and call.reason() is None else None
        if call is not None and heard is not None:
            yield call, heard


class Spellings:
    """How names are misheard, for search: read again when the file changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[int, dict[tuple[str, ...], tuple[tuple[str, ...], ...]]] = (-1, {})

    def read(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """The folded words of each name -> those of each spelling that the recogniser gives instead."""
        try:
            changed = self.path.stat().st_mtime_ns
        except OSError:
            return {}
        if changed != self._read[0]:
            names = (one for one in load(self.path).names if one.heard_as)
            self._read = changed, {_folded(one.name): tuple(map(_folded, one.heard_as)) for one in names}
        return self._read[1]


def _folded(text: str) -> tuple[str, ...]:
    return tuple(hit.word for hit in words(text))


def file(parts: Parts) -> Path:
    """Where the names are kept."""
    return file_in(parts.library.root)


def file_in(root: Path) -> Path:
    return root / "vocabulary.yml"
