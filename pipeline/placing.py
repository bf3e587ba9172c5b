"""Words of a window, put back in their places on the lane.

The model tells a word's time to about a fifth of a second, and less well where silence was cut out around it. The voice
detector knows better when somebody begins to speak, so the first word of each stretch begins where the voice does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.records import Word
from pipeline.speech import RATE
from pipeline.transcribe import Spoken
from pipeline.windows import Piece, Window

EARLY_S = 0.02  # a word begins this much before the voice is noticed
LATE_S = 0.1  # and may end this much after it is gone
REACHES_S = 0.1  # a word that lasts this long into a stretch belongs to it, wherever it is said to begin
STRAY_S = 2.0  # one word, such a silence, and the sentence goes on: the word belongs after the silence
STRAY_WORDS, STRAY_LONG_S = 3, 10.0  # so do a few words that end no sentence, if the silence is as long as this
SHORTEST_S = 0.02


def place(window: Window, spoken: Sequence[Spoken]) -> list[list[Word]]:
    """The words of each of the window's pieces, in seconds of the lane."""
    by_piece: list[list[Spoken]] = [[] for _ in window.pieces]
    for word in spoken:
        by_piece[_number(window, word)].append(word)
    for (here, words), (there, following) in pairwise(zip(window.pieces, by_piece, strict=True)):
        silence_s = (there.onset - here.offset) / RATE
        if words and following and following[0].text[0].islower() and _stray(words, silence_s):
            following[:0] = words
            words.clear()
    return [_on_lane(piece, words) for piece, words in zip(window.pieces, by_piece, strict=True)]


def _stray(words: Sequence[Spoken], silence_s: float) -> bool:
    """Whether these words before a silence begin the sentence after it."""
    last = words[-1].text[-1]
    if len(words) == 1 and last.isalnum():
        return silence_s > STRAY_S
    return len(words) <= STRAY_WORDS and last not in ".?!…" and silence_s > STRAY_LONG_S


def _number(window: Window, word: Spoken) -> int:
    """The piece a word lies in. After a pause the model may begin it anywhere in that: its end counts."""
    middle = window.piece((word.start + word.end) / 2)
    last = window.piece(word.end)
    piece = window.pieces[last]
    onset = (piece.at + piece.onset - piece.start) / RATE
    return last if word.end - onset >= REACHES_S else middle


def _on_lane(piece: Piece, spoken: Sequence[Spoken]) -> list[Word]:
    words: list[Word] = []
    for number, word in enumerate(spoken):
        start, end = _time(piece, word.start), _time(piece, word.end)
        if number == 0:
            start = max(piece.start / RATE, piece.onset / RATE - EARLY_S)
        else:
            start = max(start, words[-1].start + SHORTEST_S)  # what was said later stays later
        if number == len(spoken) - 1:
            end = min(end, piece.offset / RATE + LATE_S)
        end = max(end, start + SHORTEST_S)
        words.append(
            Word(
                start=round(start, 2),
                end=round(end, 2),
                text=word.text,
                raw=word.text,
                probability=round(word.probability, 3),
            )
        )
    return words


def _time(piece: Piece, seconds: float) -> float:
    """A time in the window as one of the lane, inside the piece."""
    offset = min(max(seconds * RATE - piece.at, 0.0), float(piece.end - piece.start))
    return (piece.start + offset) / RATE
