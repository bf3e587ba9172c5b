"""What the classifier sees of a sentence: its words, what they mean, both in pairs, and how it is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise

import yaml

from nlp.findings import Speaker
from nlp.inflect import family
from nlp.words import BREAK, Stream, stream, word_set

FIRST = 40  # sentences of a call that tell of what type it is
_QUESTION = "?"
_DENIED = 3  # words behind a "not" that it still denies
_DENIAL = word_set("no not none never nobody nothing nowhere without hardly barely neither nor")
_ASKING = word_set(
    "what how who when where why which whose do does did is are was were have has can could would will should may",
)
# How a sentence is meant: a mark, and words of which it holds one.
_STANCES: Mapping[str, frozenset[str]] = {
    "past": word_set("was were had used until initially originally"),
    "supposed": word_set("if unless suppose"),
    "told": word_set("said says say told tells reckon reckons thinks thought saying claims swears"),
    "theirs": word_set("they he she him them her their"),
    "turned": word_set("but"),
    "yours": word_set("you your yours"),
    "denied": _DENIAL,
}
_OURS = word_set("i we my our me us")


@cache
def meanings() -> Mapping[str, str]:
    """The group of words that a word belongs to (``meanings.yml``), in all its written forms."""
    text = files("nlp").joinpath("suggester", "meanings.yml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for group, words in yaml.safe_load(text).items():
        for word in words:
            for form in family(word):
                found.setdefault(form, f"<{group}>")
    return found


def of_text(text: str) -> frozenset[str]:
    """Features of a text, as one sentence."""
    words = stream([text])
    return of_words([word for word in words.words if word != BREAK], asked=any(s.asked for s in words.sentences))


def of_words(said: Sequence[str], *, asked: bool) -> frozenset[str]:
    """Words and pairs of words, as they are and with groups for words; what is denied; how it is meant, of what."""
    whole = [BREAK, *said, _QUESTION if asked else BREAK]
    groups = meanings()
    meant = [groups.get(word, word) for word in whole]
    subjects = {word for word in meant if word[0] == "<"}
    stances = _stances(said, asked=asked)
    return frozenset(
        chain(
            whole,
            meant,
            (f"{a} {b}" for a, b in chain(pairwise(whole), pairwise(meant))),
            (f"not {word} " for word in _denied(whole, meant)),
            (f"{stance}: " for stance in stances),
            (f"{stance}: {subject}" for stance in stances for subject in subjects),
        )
    )


def of_call(words: Stream, speakers: Sequence[Speaker]) -> Iterator[frozenset[str]]:
    """Words and pairs of words of each of the first sentences of a call, by themselves and with who says them."""
    for place in words.sentences[:FIRST]:
        said = words.words[place.start : place.end]
        own = [*said, *(f"{a} {b}" for a, b in pairwise(said))]
        side = speakers[place.turn]
        yield frozenset(own if side == "unknown" else chain(own, (f"{side}: {one}" for one in own)))


def _stances(said: Sequence[str], *, asked: bool) -> list[str]:
    held = frozenset(said)
    found = [name for name, words in _STANCES.items() if not words.isdisjoint(held)]
    if asked or (said and said[0] in _ASKING):
        found.append("asked")
    if _OURS.isdisjoint(held):
        found.append("not ours")
    return found


def _denied(said: Sequence[str], meant: Sequence[str]) -> Iterator[str]:
    left = 0
    for word, meaning in zip(said, meant, strict=True):
        if word in _DENIAL:
            left = _DENIED
        elif left:
            left -= 1
            yield meaning
