"""What tells a rep from a customer by what they say: cues.yml, run over a call's turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from nlp.matching import PatternSet
from nlp.patterns import Pattern, PatternError, read
from nlp.words import stream
from nlp.yamlfile import Section, Text, open_file

QUOTE = 80  # a cue is quoted with its whole sentence up to so many characters
ROLES = ("rep", "customer", "caller", "answerer")


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that one side of a call says more often. `by`: of whom it tells, in natural log-odds."""

    id: str
    means: str
    by: Mapping[str, float]
    most: int
    say: tuple[Text, ...]
    unless: tuple[Text, ...]
    match: tuple[str, ...]
    not_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A cue was heard: in which turn, in which words."""

    cue: Cue
    turn: int
    quote: str


class Cues:
    """All cues, ready to run; those that name somebody only where `names` says how the rep or customer is called."""

    def __init__(self, names: Mapping[str, Sequence[str]] | None = None) -> None:
        cues, lists = _file()
        lists = {**lists, **{who: tuple(known) for who, known in (names or {}).items() if known}}
        patterns: list[Pattern] = []
        self._uses: list[tuple[Cue, bool]] = []  # of each pattern: the cue, and whether it speaks for it
        for cue in cues:
            for texts, speaks in ((cue.say, True), (cue.unless, False)):
                for text in texts:
                    pattern = _read(text, lists)
                    if pattern:
                        patterns.append(pattern)
                        self._uses.append((cue, speaks))
        self._patterns = PatternSet(patterns)

    def heard(self, texts: Sequence[str]) -> list[Said]:
        """The cues in these turns, in the order they are heard; a sentence gives each cue once."""
        words = stream(texts)
        found: dict[tuple[int, str], Said] = {}
        refused: set[tuple[int, str]] = set()
        for hit in self._patterns.find(words):
            cue, speaks = self._uses[hit.pattern]
            place = (hit.sentence, cue.id)
            if not speaks:
                refused.add(place)
                continue
            sentence = words.sentences[hit.sentence]
            text = texts[sentence.turn]
            whole = text[words.begins[sentence.start] : words.ends[sentence.end - 1]]
            part = text[words.begins[hit.start] : words.ends[hit.end - 1]]
            found.setdefault(place, Said(cue, sentence.turn, whole if len(whole) <= QUOTE else part))
        return [said for place, said in sorted(found.items(), key=lambda item: item[0]) if place not in refused]


@cache
def unnamed() -> Cues:
    """The cues of a call of which no name is known; compiled once."""
    return Cues()


@cache
def everything() -> tuple[Cue, ...]:
    """All cues as cues.yml has them. Raises PlaybookError, naming file and line."""
    return _file()[0]


@cache
def _file() -> tuple[tuple[Cue, ...], dict[str, tuple[str, ...]]]:
    with as_file(files("pipeline").joinpath("cues.yml")) as path:
        head = open_file(path).only("lists", "cues")
        named = head.section("lists")
        names = named.keys() if named else ()
        lists = {name: tuple(text.value for text in named.texts(name)) for name in names} if named else {}
        return tuple(_cue(entry) for entry in head.sections("cues")), lists


def _cue(entry: Section) -> Cue:
    entry.only("id", "means", "by", "most", "say", "unless", "match", "not_match")
    weights = entry.section("by")
    if weights is None:
        raise entry.error("a cue lacks 'by'")
    roles = weights.only(*ROLES).keys()
    return Cue(
        id=entry.text("id"),
        means=entry.text("means"),
        by={role: weights.number(role) or 0.0 for role in roles},
        most=int(entry.number("most", 1) or 1),
        say=entry.texts("say"),
        unless=entry.texts("unless"),
        match=tuple(text.value for text in entry.texts("match")),
        not_match=tuple(text.value for text in entry.texts("not_match")),
    )


def _read(text: Text, lists: Mapping[str, Sequence[str]]) -> Pattern | None:
    if any(f"@{who}" in text.value and who not in lists for who in ("rep", "customer")):
        return None
    try:
        return read(text.value, lists)
    except PatternError as error:
        raise PatternError(f"cues.yml:{text.line}: {error}") from None
