"""Whether words may be trusted. Decoding in batches ignores the library's own checks; these take their place.

Pure: a take and how long somebody spoke in it, in; a sentence on why it is doubted, or None, out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml

from pipeline.transcribe import Take

COMPRESSES = 2.4  # Whisper's own limit (Radford et al. 2022, section 4.5): text that compresses more is a loop
UNCLEAR = -1.0  # mean log probability of the tokens, the same paper's limit
NOBODY = 0.6  # probability that nobody speaks, likewise
NOBODY_UNCLEAR = -0.7
TIMES = 4  # a phrase said this often in a row is a loop; one word may be said once more ("no no no no")
PHRASE = 6  # words of the longest phrase that is looked for
WORDS_A_SECOND = 7.5  # nobody speaks faster for long
FEW = 6  # words that may come out faster than that because a time is off
SURE = 0.6  # mean probability at which even a stock phrase is believed
FAINT = 0.5  # and a word where the voice was hardly heard

# Numbers are read out digit by digit, the same digit as often as it stands there.
DIGITS = frozenset(
    ["zero", "oh", "o", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple"]
)

LOOP = "The recogniser said the same over and over."
TOO_FAST = "More words than anybody says in that time."
SILENT = "Probably nobody spoke here."
STOCK = "A phrase that recognisers make up from noise."
INDISTINCT = "Too unclear to be sure of any word."
HARDLY_HEARD = "Too faint to be sure of the words."
ECHO = "The other side's words, heard again on this channel."


def doubts(take: Take, speech_s: float) -> str | None:
    """Why a take is not to be trusted; None where it is. `speech_s`: seconds of speech in its window."""
    words = [word.text for word in take.words]
    if not words:
        return None
    sure = sum(word.probability for word in take.words) / len(words)
    unclear = take.log_probability
    signs = (
        (LOOP, take.compression > COMPRESSES or loops(words)),
        (TOO_FAST, len(words) > max(FEW, WORDS_A_SECOND * speech_s)),
        (SILENT, take.no_speech > NOBODY and unclear < NOBODY_UNCLEAR),
        (STOCK, sure < SURE and bare(" ".join(words)) in stock()),
        (INDISTINCT, unclear < UNCLEAR),
    )
    return next((why for why, seen in signs if seen), None)


def loops(words: Sequence[str]) -> bool:
    """Whether a phrase comes again and again without anything in between."""
    plain = [bare(word) for word in words]
    for length in range(1, PHRASE + 1):
        needed = TIMES + (length == 1)
        for first in range(len(plain) - length * needed + 1):
            phrase = plain[first : first + length]
            again = (plain[first + length * n : first + length * (n + 1)] == phrase for n in range(1, needed))
            if any(phrase) and not all(map(_digit, phrase)) and all(again):
                return True
    return False


def _digit(word: str) -> bool:
    return word in DIGITS or word.replace("-", "").isdigit()


def bare(text: str) -> str:
    """Small letters, digits and single spaces only."""
    return " ".join(re.sub(r"[^\w' -]+", " ", text.casefold()).split())


@cache
def stock() -> frozenset[str]:
    """The phrases of stock_phrases.yml."""
    phrases = yaml.safe_load(files("pipeline").joinpath("stock_phrases.yml").read_text(encoding="utf-8"))
    return frozenset(bare(phrase) for phrase in phrases)
