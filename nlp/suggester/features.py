"""What the classifier sees of a sentence: its words, what they mean, and both in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise

import yaml

from nlp.inflect import family
from nlp.words import BREAK, Sentence, Stream, stream

_QUESTION = "?"


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


def of_sentence(words: Stream, place: Sentence) -> frozenset[str]:
    """Features of one sentence of a stream: words and pairs of words, as they are and with groups for words."""
    return _features(words.words[place.start : place.end], asked=place.asked)


def of_text(text: str) -> frozenset[str]:
    """Features of a text, as one sentence."""
    words = stream([text])
    return _features([word for word in words.words if word != BREAK], asked=any(s.asked for s in words.sentences))


def _features(said: Sequence[str], *, asked: bool) -> frozenset[str]:
    whole = [BREAK, *said, _QUESTION if asked else BREAK]
    groups = meanings()
    meant = [groups.get(word, word) for word in whole]
    pairs = (f"{a} {b}" for a, b in chain(pairwise(whole), pairwise(meant)))
    return frozenset(chain(whole, meant, pairs))
