"""One team's names: products, competitors, people, and how the recogniser mishears them (docs/vocabulary.md).

It feeds the recogniser's hotwords before hearing, and repairs known mishearings after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

import yaml

from nlp.yamlfile import PlaybookError, Section, open_file
from pipeline.errors import BadInput
from pipeline.records import Heard, Word

Kind = Literal["product", "competitor", "person", "company", "term"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 80  # characters of one spelling
HOTWORDS = 200  # tokens; faster-whisper cuts hotwords off at 223, half of what Whisper reads
NAME_TOKEN = 2.5  # characters of a name that make a token: names break into more pieces than words do
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_OF = "'s"


class Clash(BadInput):
    """One spelling stands for two names."""

    def __init__(self, detail: str, entry: int) -> None:
        super().__init__(detail)
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, and spellings that the recogniser gives instead. Raises BadInput."""

    name: str
    kind: Kind = "term"
    heard_as: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for text in (self.name, *self.heard_as):
            if not spelled(text) or len(text) > LONGEST:
                raise BadInput(f"{text!r}: a spelling of 1 to {LONGEST} characters is needed")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A team's names. Raises Clash, a BadInput, where one spelling would stand for two of them."""

    names: tuple[Name, ...] = ()
    _repairs: dict[tuple[str, ...], str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for number, entry in enumerate(self.names):
            if spelled(entry.name) in self._repairs:
                raise Clash(f"{entry.name!r} stands twice", number)
            self._repairs[spelled(entry.name)] = entry.name
        for number, entry in enumerate(self.names):
            for text in entry.heard_as:
                taken = self._repairs.setdefault(spelled(text), entry.name)
                if taken != entry.name:
                    raise Clash(f"{text!r} can't stand for both {taken!r} and {entry.name!r}", number)

    @property
    def version(self) -> str:
        """Changes with the content, not with comments or layout."""
        return sha256(repr(self.names).encode()).hexdigest()[:16]

    def hotwords(self, also: Sequence[str | None] = (), tokens: int = HOTWORDS) -> str | None:
        """What the recogniser should expect, in `tokens` by a careful guess; None where there is nothing.

        First `also` (who is on this call), then names known to be misheard, then by kind (products, competitors,
        people, companies, terms), each as they stand.
        """
        by_use = sorted(self.names, key=lambda entry: (not entry.heard_as, KINDS.index(entry.kind)))
        chosen: list[str] = []
        for name in dict.fromkeys([*filter(None, also), *(entry.name for entry in by_use)]):
            cost = 1 + len(name) / NAME_TOKEN  # and one for the comma
            if cost <= tokens:
                tokens -= int(cost + 1)
                chosen.append(name)
        return ", ".join(chosen) or None

    def repair(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words with known mishearings put right; what was heard stays in `raw`. Doing it twice changes nothing.

        Whole words only, the longest spelling first, never across punctuation; case and hyphens make no difference.
        """
        if not self._repairs:
            return tuple(words)
        pieces = [_Piece.of(word) for word in words]
        longest = max(map(len, self._repairs))
        done: list[Word] = []
        at = 0
        while at < len(words):
            count, written = self._match(pieces[at : at + longest])
            if count:
                done += _renamed(words[at : at + count], written.split())
            else:
                done.append(words[at])
            at += max(count, 1)
        return tuple(done)

    def _match(self, pieces: Sequence[_Piece]) -> tuple[int, str]:
        """How many words the longest spelling takes that begins here, and what stands for them.

        A word that was repaired before is only found as part of the name that it was repaired to.
        """
        parts: tuple[str, ...] = ()
        found = (0, "")
        for count, piece in enumerate(pieces, 1):
            if not piece.parts or (count > 1 and _apart(pieces[count - 2], piece)):
                break
            parts += piece.parts
            name, ending = self._repairs.get(parts), ""
            if not name and parts[-1].endswith(_OF):
                name = self._repairs.get((*parts[:-1], parts[-1].removesuffix(_OF)))
                ending = piece.core[-len(_OF) :]
            if name:
                written = _dressed(pieces[0].before, name, ending + piece.after)
                if written.split() == [part.text for part in pieces[:count]] or not any(
                    part.repaired for part in pieces[:count]
                ):
                    found = (count, written)
        return found


def _dressed(before: str, name: str, after: str) -> str:
    """The name with the punctuation that stood around the words, less what is the name's own."""
    match = _EDGES.match(name)
    own_before, own_after = (match[1], match[3]) if match else ("", "")
    return before.removesuffix(own_before) + name + after.removeprefix(own_after)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word and the punctuation around it; `parts` as spellings are compared."""

    text: str
    before: str
    core: str
    after: str
    parts: tuple[str, ...]
    repaired: bool

    @classmethod
    def of(cls, word: Word) -> _Piece:
        match = _EDGES.match(word.text)
        before, core, after = match.groups() if match else ("", word.text, "")
        return cls(
            word.text, before, core, after, spelled(core), repaired=word.raw is not None and word.raw != word.text
        )


def _apart(one: _Piece, other: _Piece) -> bool:
    """Whether punctuation stands between two words that is not the name's own; recognisers cut "on-prem" in two."""
    return bool((one.after + other.before).strip("-")) and not (one.repaired or other.repaired)


def spelled(text: str) -> tuple[str, ...]:
    """A spelling as it is compared: words in small letters, hyphens opened, the punctuation around them left out."""
    plain = text.casefold().replace("’", "'").replace("-", " ")  # noqa: RUF001  recognisers write either
    cores = (match[2] for match in map(_EDGES.match, plain.split()) if match)
    return tuple(core for core in cores if core)


def _renamed(words: Sequence[Word], written: Sequence[str]) -> Iterator[Word]:
    """The name in place of these words: word for word where their number agrees, else spread over their time.

    Of words spread so, the first carries what was heard, the others nothing.
    """
    if len(written) == len(words):
        for word, text in zip(words, written, strict=True):
            yield word if word.text == text else word.model_copy(update={"text": text, "raw": word.raw or word.text})
        return
    start, span = words[0].start, words[-1].end - words[0].start
    known = [word.probability for word in words if word.probability is not None]
    heard = " ".join(word.raw or word.text for word in words)
    letters, total = 0, sum(map(len, written))
    for number, text in enumerate(written):
        begin, letters = letters, letters + len(text)
        yield Word(
            start=round(start + span * begin / total, 3),
            end=round(start + span * letters / total, 3),
            text=text,
            raw="" if number else heard,
            probability=min(known, default=None),
        )


def affected(heard: Heard, old: Vocabulary, new: Vocabulary) -> bool:
    """Whether a call's words read differently under the new vocabulary."""
    return any(old.repair(voice.words) != new.repair(voice.words) for voice in heard.voices)


def load(path: Path) -> Vocabulary:
    """Read a vocabulary; an absent or empty file holds none. Raises BadInput, naming file and line."""
    if not path.exists() or not path.read_bytes().strip():
        return Vocabulary()
    try:
        entries = open_file(path).only("names").sections("names")
        names = tuple(_name(entry) for entry in entries)
        try:
            return Vocabulary(names)
        except Clash as clash:
            raise entries[clash.entry].error(clash.detail) from clash
    except PlaybookError as error:
        raise BadInput(str(error)) from error


def to_yaml(vocabulary: Vocabulary) -> str:
    """The file's text, as `load` reads it."""
    names = [
        {"name": entry.name, "kind": entry.kind, **({"heard_as": list(entry.heard_as)} if entry.heard_as else {})}
        for entry in vocabulary.names
    ]
    return yaml.safe_dump({"names": names}, allow_unicode=True, sort_keys=False)


def _name(entry: Section) -> Name:
    entry.only("name", "kind", "heard_as")
    name, given = entry.text("name"), entry.text("kind", "term")
    kind = next((kind for kind in KINDS if kind == given), None)
    if kind is None:
        raise entry.error(f"kind {given!r}: one of {', '.join(KINDS)} is needed", "kind")
    try:
        return Name(name, kind, tuple(text.value for text in entry.texts("heard_as")))
    except BadInput as error:
        raise entry.error(error.detail) from error
