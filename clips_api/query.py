"""What a person typed into the search box: words, "quoted phrases", prefix*, -without, this OR that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from clips_api.words import SLIGHT, words

Kind = Literal["word", "phrase", "prefix"]  # in any of its forms; exactly so; any word that begins so
How = Literal["said", "near", "heard_as"]  # as it was typed; a near-miss of it; what the recogniser hears instead
LONGEST = 400  # code points of a query that are looked at
MOST = 40  # words and phrases of a query that are looked at
SHORTEST_PREFIX = 2  # letters
_QUOTE = '"“”„«»'
_DASHES = "\N{MINUS SIGN}\N{EN DASH}"
_PIECE = re.compile(
    rf"""(?P<minus>(?<!\S)[-{_DASHES}](?=[^\s-]))?
    (?:[{_QUOTE}](?P<quoted>[^{_QUOTE}]*)(?:[{_QUOTE}]|$) | (?P<bare>[^\s{_QUOTE}]+))""",
    re.VERBOSE,
)
_OR = frozenset({"OR", "|", "||"})
_AND = frozenset({"AND", "&", "&&", "+"})


@dataclass(frozen=True)
class Term:
    """One thing to look for, in folded words. `asked` is what stood in the query where this stands in for it."""

    words: tuple[str, ...]
    kind: Kind = "word"
    how: How = "said"
    asked: str | None = None

    @property
    def text(self) -> str:
        return " ".join(self.words) + ("…" if self.kind == "prefix" else "")


@dataclass(frozen=True)
class Query:
    """Of each group one term must be said; none of `without` may be."""

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    cut: bool = False  # whether more was typed than is looked at

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read what was typed. Nothing is an error: an unbalanced quote reads to the end, a stray OR is left out."""
        groups: list[tuple[Term, ...]] = []
        without: list[Term] = []
        joins = False
        for piece in _PIECE.finditer(text[:LONGEST]):
            bare = piece["bare"]
            if bare in _OR or bare in _AND:
                joins = bare in _OR and bool(groups)
                continue
            term = _term(piece)
            if term is None:
                continue
            if piece["minus"]:
                without.append(term)
            elif joins:
                groups[-1] += (term,)
            else:
                groups.append((term,))
            joins = False
        cut = len(text.strip()) > LONGEST or len(groups) + len(without) > MOST
        return cls(tuple(groups[:MOST]), tuple(without[:MOST]), cut)

    def __bool__(self) -> bool:
        return bool(self.groups or self.without)

    @property
    def terms(self) -> list[Term]:
        """Everything of which something is to be found."""
        return [term for group in self.groups for term in group]

    @property
    def telling(self) -> tuple[tuple[Term, ...], ...]:
        """What must be said: everything but loose words that are in every sentence, where there is anything else."""
        telling = tuple(group for group in self.groups if not all(_slight(term) for term in group))
        return telling or self.groups

    @property
    def run(self) -> tuple[str, ...]:
        """The loose words in the order in which they were typed: clips that say them in one go come first."""
        alone = [group[0] for group in self.groups if group[0].kind == "word"]
        found = tuple(word for term in alone for word in term.words)
        return found if len(found) > 1 else ()

    def heard_as(self, spellings: Mapping[tuple[str, ...], Iterable[tuple[str, ...]]]) -> Query:
        """The same, and for a name that it holds also the ways in which the recogniser hears that name."""
        groups = list(self.groups)
        for name, others in spellings.items():
            also = tuple(Term(other, "phrase", "heard_as", " ".join(name)) for other in others)
            for at, group in enumerate(groups):
                if any(term.words == name and term.kind != "prefix" for term in group):
                    groups[at] = group + also
            line = [group[0].words if len(group) == 1 and group[0].kind == "word" else () for group in groups]
            first = _at(line, name) if len(name) > 1 else None
            if first is not None:
                groups[first : first + len(name)] = [(Term(name), *also)]
        return replace(self, groups=tuple(groups))


def _slight(term: Term) -> bool:
    return term.kind == "word" and term.how == "said" and all(word in SLIGHT for word in term.words)


def _term(piece: re.Match[str]) -> Term | None:
    found = tuple(hit.word for hit in words(piece["quoted"] if piece["bare"] is None else piece["bare"]))
    if not found:
        return None
    if piece["bare"] is None:
        return Term(found, "phrase")
    if piece["bare"].endswith("*") and len(found) == 1 and len(found[0]) >= SHORTEST_PREFIX:
        return Term(found, "prefix")
    return Term(found, "word" if len(found) == 1 else "phrase")


def _at(line: list[tuple[str, ...]], name: tuple[str, ...]) -> int | None:
    """Where the words of a name stand one after the other."""
    wanted = [(word,) for word in name]
    return next((at for at in range(len(line) - len(name) + 1) if line[at : at + len(name)] == wanted), None)
