"""Words of one or more lanes, merged into turns."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Speaker, Turn, Word

PAUSE_S = 0.9  # a longer silence between two words of one voice ends what it was saying
SAME_BREATH_S = 2.5  # two such stretches nearer than this are one turn, if nobody else spoke in between
SENTENCE_PAUSE_S = 0.25  # where voices can't be told apart, a sentence ends a turn after this much silence
SENTENCE_ENDS = (".", "?", "!")


def merge(lanes: Sequence[tuple[Speaker, Sequence[Word]]]) -> tuple[Turn, ...]:
    """Turns in the order they start. `lanes` holds each voice's words in order; a voice `unknown` may be several."""
    stretches = [(speaker, words) for speaker, lane in lanes for words in _stretches(lane, mixed=speaker == "unknown")]
    stretches.sort(key=lambda stretch: stretch[1][0].start)
    merged: list[tuple[Speaker, list[Word]]] = []
    for speaker, words in stretches:
        if merged and speaker != "unknown" and merged[-1][0] == speaker:
            gap = words[0].start - merged[-1][1][-1].end
            if gap < SAME_BREATH_S:
                merged[-1][1].extend(words)
                continue
        merged.append((speaker, list(words)))
    return tuple(turn(speaker, words) for speaker, words in merged)


def turn(speaker: Speaker, words: Sequence[Word]) -> Turn:
    """One turn of at least one word."""
    return Turn(
        speaker=speaker,
        start=words[0].start,
        end=max(word.end for word in words),
        text=" ".join(word.text for word in words),
        words=tuple(words),
    )


def _stretches(words: Sequence[Word], *, mixed: bool) -> list[list[Word]]:
    found: list[list[Word]] = []
    for word in words:
        if found:
            last = found[-1][-1]
            gap = word.start - last.end
            ended = mixed and last.text.endswith(SENTENCE_ENDS) and gap >= SENTENCE_PAUSE_S
            if gap <= PAUSE_S and not ended:
                found[-1].append(word)
                continue
        found.append([word])
    return found
