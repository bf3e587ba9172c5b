"""One spelling for one thing: what a recogniser writes in two ways is written in one, so that a search finds both.

"All right" as a word of its own ("All right, let me check") is written "Alright"; "is that all right?" stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.records import Word

OPENER = re.compile(r"right[,.!?…]*")
SENTENCE_ENDS = (".", "?", "!", "…")


def unify(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words with one spelling each; `raw` keeps what was heard. Lengths may differ: two words can become one."""
    made: list[Word] = []
    for word in words:
        if made and OPENER.fullmatch(word.text) and _opens(made):
            first = made.pop()
            chances = [each.probability for each in (first, word) if each.probability is not None]
            made.append(
                Word(
                    start=first.start,
                    end=max(first.end, word.end),
                    text="Alright" + word.text[len("right") :],
                    raw=f"{first.raw or first.text} {word.raw or word.text}",
                    probability=min(chances) if chances else None,
                )
            )
        else:
            made.append(word)
    return tuple(made)


def _opens(words: Sequence[Word]) -> bool:
    """Whether the last of these words is the "All" that begins a sentence."""
    return words[-1].text == "All" and (len(words) == 1 or words[-2].text.endswith((*SENTENCE_ENDS, ",")))
