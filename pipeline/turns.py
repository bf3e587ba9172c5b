"""Words of one or more voices, merged into turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.records import Speaker, Turn, Word

PAUSE_S = 0.9  # a longer silence between two words of one voice ends what it was saying
SAME_BREATH_S = 2.5  # two such stretches nearer than this are one turn, if nobody else took the word in between
SENTENCE_PAUSE_S = 0.25  # where voices can't be told apart, a sentence ends a turn after this much silence
SENTENCE_ENDS = (".", "?", "!")
NOD_S = 1.5  # a sign of listening is no longer than this
NOD_WORDS = 3
NODS = frozenset(
    ("mhm", "mm", "mmm", "hm", "hmm", "mm-hmm", "uh-huh", "uh", "huh", "ah", "oh", "yeah", "yep", "right", "okay", "ok")
)
LONGEST_WORD_S = 3.0
OVERLAP_S = 0.5  # two voices at once for longer than this are marked
UNSURE = 0.5  # words whose mean probability is below this are marked

PutRight = Callable[[int, Word], Speaker | None]  # what a person said of one voice's word


@dataclass(slots=True)
class _Stretch:
    voice: int
    speaker: Speaker
    put_right: bool
    words: list[Word]

    @property
    def end(self) -> float:
        return self.words[-1].end

    def continues(self, other: _Stretch) -> bool:
        return (self.voice, self.speaker, self.put_right) == (other.voice, other.speaker, other.put_right)

    def nods(self) -> bool:
        """Somebody listening says "mhm" and leaves the word to the other."""
        brief = len(self.words) <= NOD_WORDS and self.end - self.words[0].start <= NOD_S
        return brief and all(word.text.strip(".,!").casefold() in NODS for word in self.words)


def merge(
    lanes: Sequence[tuple[Speaker, Sequence[Word]]],
    *,
    mixed: Collection[int] | None = None,
    put_right: PutRight = lambda _voice, _word: None,
) -> tuple[Turn, ...]:
    """Turns in the order they start. `lanes` holds each voice's words in order; a turn's `voice` is its number there.

    `mixed` are the voices that may be several people (unless given: those whose speaker is `unknown`); `put_right`
    gives the speaker that a person has named for a word, which makes its turn one of its own.
    """
    if mixed is None:
        mixed = [voice for voice, (speaker, _) in enumerate(lanes) if speaker == "unknown"]
    stretches = [
        stretch
        for voice, (speaker, words) in enumerate(lanes)
        for stretch in _stretches(voice, speaker, words, put_right, mixed=voice in mixed)
    ]
    stretches.sort(key=lambda stretch: stretch.words[0].start)
    merged: list[_Stretch] = []
    latest: dict[int, _Stretch] = {}  # of each voice
    for stretch in stretches:
        before = None if stretch.voice in mixed else _same_breath(latest, stretch)
        if before:
            before.words.extend(stretch.words)
        else:
            merged.append(stretch)
            latest[stretch.voice] = stretch
    return _flagged(merged)


def turn(speaker: Speaker, words: Sequence[Word], *, voice: int | None = None, flags: Sequence[str] = ()) -> Turn:
    """One turn of at least one word."""
    return Turn(
        speaker=speaker,
        voice=voice,
        start=words[0].start,
        end=max(word.end for word in words),
        text=" ".join(word.text for word in words),
        words=tuple(words),
        flags=tuple(flags),
    )


def _stretches(
    voice: int, speaker: Speaker, words: Sequence[Word], put_right: PutRight, *, mixed: bool
) -> list[_Stretch]:
    found: list[_Stretch] = []
    for word in words:
        said_by = put_right(voice, word)
        new = _Stretch(voice, said_by or speaker, said_by is not None, [word])
        if found and found[-1].continues(new):
            last = found[-1].words[-1]
            gap = word.start - last.end
            ended = mixed and last.text.endswith(SENTENCE_ENDS) and gap >= SENTENCE_PAUSE_S
            if gap <= PAUSE_S and not ended:
                found[-1].words.append(word)
                continue
        found.append(new)
    return found


def _same_breath(latest: Mapping[int, _Stretch], stretch: _Stretch) -> _Stretch | None:
    """The stretch that this one goes on with: nobody took the word since, though somebody may have nodded."""
    before = latest.get(stretch.voice)
    if before is None or not before.continues(stretch) or stretch.words[0].start - before.end >= SAME_BREATH_S:
        return None
    since = [other for voice, other in latest.items() if voice != stretch.voice and other.end > before.end]
    finished = before.words[-1].text.endswith(SENTENCE_ENDS)
    return None if since and (finished or not all(other.nods() for other in since)) else before


def _flagged(merged: Sequence[_Stretch]) -> tuple[Turn, ...]:
    everybody = sorted(
        [(word.start, word.end, stretch.voice) for stretch in merged for word in stretch.words],
        key=lambda said: said[0],
    )
    made = []
    for stretch in merged:
        known = [word.probability for word in stretch.words if word.probability is not None]
        flags = {
            "overlap": _at_once(stretch, everybody) > OVERLAP_S,
            "unsure": bool(known) and sum(known) / len(known) < UNSURE,
            "reassigned": stretch.put_right,
        }
        names = [name for name, on in flags.items() if on]
        made.append(turn(stretch.speaker, stretch.words, voice=stretch.voice, flags=names))
    return tuple(made)


def _at_once(stretch: _Stretch, everybody: Sequence[tuple[float, float, int]]) -> float:
    """Seconds in which others speak during this stretch's words. `everybody`: start, end and voice of all words."""
    seconds, word = 0.0, 0
    first = bisect_left(everybody, stretch.words[0].start - LONGEST_WORD_S, key=lambda said: said[0])
    for start, end, voice in islice(everybody, first, None):
        if start >= stretch.end:
            break
        if voice != stretch.voice:
            while word < len(stretch.words) - 1 and stretch.words[word].end <= start:
                word += 1
            for own in islice(stretch.words, word, None):
                if own.start >= end:
                    break
                seconds += max(0.0, min(own.end, end) - max(own.start, start))
    return seconds
