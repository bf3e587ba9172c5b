"""One recording on its way through the recogniser: its windows, what came of each, what is doubted and heard again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from pipeline import doubt, echo, voices
from pipeline.placing import place
from pipeline.records import Dropped, Heard, Lane, Voice, Word
from pipeline.runs import runs
from pipeline.speech import RATE, Samples, stretches
from pipeline.transcribe import Take
from pipeline.voiceprint import VoiceEncoder
from pipeline.windows import Piece, Window, windows

SURE_OF_LANGUAGE = 0.5  # below this, what the model detects is not believed and English is assumed
CAREFUL_S = 10.0  # the longest window of sound that is heard again
CAREFUL_SILENCE_S = 1.0
SKIPPED_S = 0.2  # speech at least this long that got no word is heard again
HOLE_S = 2.0  # as is a stretch in which no word begins for so long: the model may have passed over a sentence
MORE = 2  # words that a second hearing must add to be better than the first
DROPPED_PAUSE_S = 2.0  # dropped words with a longer silence between them are told one by one


@dataclass(frozen=True, slots=True)
class Task:
    """One window of one lane of a recording. `careful`: it is heard again; `earlier` is what it gave before."""

    hearing: Hearing
    lane: int
    window: Window
    careful: bool = False
    earlier: tuple[Word, ...] = ()

    @property
    def sound_s(self) -> float:
        return self.window.length / RATE


@dataclass(eq=False)
class Hearing:
    """The work on one recording. `samples`: int16 at 16 kHz a lane; `about` says what each lane is.

    `language` is a code or `auto`. Used by one thread at a time.
    """

    samples: Sequence[Samples]
    about: Sequence[Lane]
    language: str = "auto"
    hotwords: str = ""
    language_probability: float | None = None
    waiting: deque[Task] = field(default_factory=deque)
    _words: list[list[Word]] = field(default_factory=list)
    _dropped: list[Dropped] = field(default_factory=list)
    _open: int = 0  # tasks that have not come back
    _total_s: float = 0.0
    _done_s: float = 0.0

    def prepare(self) -> None:
        """Find the speech and cut it into windows."""
        self._words = [[] for _ in self.samples]
        with ThreadPoolExecutor() as lanes:  # the voice model takes one core a lane
            speech = list(lanes.map(lambda lane: stretches(self.samples[lane]), self._sounding))
        found = [
            Task(self, lane, window)
            for lane, spoken in zip(self._sounding, speech, strict=True)
            for window in windows(spoken)
        ]
        found.sort(key=lambda task: task.window.pieces[0].start)
        self._total_s = sum(task.sound_s for task in found)
        self._add(found)

    @property
    def _sounding(self) -> list[int]:
        return [lane for lane, about in enumerate(self.about) if not about.silent]

    @property
    def done(self) -> bool:
        return not self._open

    @property
    def share(self) -> float:
        """How much of the sound was heard, 0 to 1."""
        return min(1.0, self._done_s / self._total_s) if self._total_s else 1.0

    def tell_language(self, likely: Sequence[Mapping[str, float]]) -> None:
        """Settle the language by what the model says of the first windows, unless it is settled."""
        if self.language != "auto" or not likely:
            return
        mean = {code: sum(one.get(code, 0.0) for one in likely) / len(likely) for code in likely[0]}
        best = max(mean, key=lambda code: mean[code])
        sure = mean[best] >= SURE_OF_LANGUAGE
        self.language = best if sure else "en"
        self.language_probability = round(mean[self.language], 3) if self.language in mean else None

    def take(self, task: Task, take: Take) -> None:
        """Take in what was made of one window; what is doubted is heard again or dropped."""
        self._open -= 1
        if not task.careful:
            self._done_s += task.sound_s
        pieces = task.window.pieces
        why = doubt.doubts(take, sum(piece.speech_s for piece in pieces))
        if why is not None and not task.careful:
            self._again(task, pieces)
            return
        placed = place(task.window, take.words)
        if task.careful:
            self._settle(task, [word for words in placed for word in words], why)
            return
        skipped = []
        for piece, words in zip(pieces, placed, strict=True):
            if not words and not piece.faint and piece.speech_s >= SKIPPED_S:
                skipped.append(piece)
            elif words and _hole_s(piece, words) > HOLE_S:
                [alone] = windows([piece.alone()])
                self._add([Task(self, task.lane, alone, careful=True, earlier=tuple(words))])
            elif words and piece.faint and _mean(words) < doubt.FAINT:
                self._drop(words, doubt.HARDLY_HEARD)
            else:
                self._words[task.lane].extend(words)
        self._again(task, skipped)

    def _settle(self, task: Task, words: Sequence[Word], why: str | None) -> None:
        """Decide on what was heard a second time."""
        if task.earlier and (why is not None or _spelt(words) < _spelt(task.earlier) + MORE):
            self._words[task.lane].extend(task.earlier)
        elif why is not None:
            self._drop(words, why)
        elif words and _mean(words) < doubt.FAINT:
            self._drop(words, doubt.HARDLY_HEARD)
        else:
            self._words[task.lane].extend(words)

    def heard(self, model: str, encoder: VoiceEncoder) -> Heard:
        """Everything that was heard, each voice by itself."""
        lanes = [sorted(words, key=lambda word: (word.start, word.end)) for words in self._words]
        for lane, words in enumerate(lanes):
            again = echo.of(lane, lanes, self.samples)
            if again:
                self._drop([words[number] for number in sorted(again)], doubt.ECHO)
                lanes[lane] = [word for number, word in enumerate(words) if number not in again]
        if len(self._sounding) == 1:
            told = self._told_apart(self._sounding[0], lanes[self._sounding[0]], encoder)
        else:
            told = [
                Voice(lane=lane, name=self.about[lane].name, words=tuple(words))
                for lane, words in enumerate(lanes)
                if words
            ]
        return Heard(
            language=None if self.language == "auto" else self.language,
            language_probability=self.language_probability,
            model=model,
            voices=tuple(told),
            dropped=tuple(sorted(self._dropped, key=lambda one: one.start)),
        )

    def _told_apart(self, lane: int, words: list[Word], encoder: VoiceEncoder) -> list[Voice]:
        numbers = voices.tell_apart(self.samples[lane], words, encoder)
        by_voice: dict[int | None, list[Word]] = {}
        for word, number in zip(words, numbers, strict=True):
            by_voice.setdefault(number, []).append(word)
        name = self.about[lane].name if len([number for number in by_voice if number is not None]) == 1 else None
        order = sorted(by_voice, key=lambda number: (number is None, number))
        return [Voice(lane=lane, name=name, sure=number is not None, words=tuple(by_voice[number])) for number in order]

    def _again(self, task: Task, pieces: Sequence[Piece]) -> None:
        alone = [piece.alone() for piece in pieces]
        again = windows(alone, longest_s=CAREFUL_S, silence_s=CAREFUL_SILENCE_S)
        self._add([Task(self, task.lane, window, careful=True) for window in again])

    def _add(self, tasks: Sequence[Task]) -> None:
        self.waiting.extend(tasks)
        self._open += len(tasks)

    def _drop(self, words: Sequence[Word], why: str) -> None:
        for run in runs(words, DROPPED_PAUSE_S):
            text = " ".join(words[number].text for number in run)
            self._dropped.append(Dropped(start=words[run[0]].start, end=words[run[-1]].end, text=text, why=why))


def _hole_s(piece: Piece, words: Sequence[Word]) -> float:
    """The longest time in which somebody speaks and no word begins."""
    begins = [piece.onset / RATE, *(word.start for word in words), piece.offset / RATE]
    return max(after - before for before, after in pairwise(begins))


def _spelt(words: Sequence[Word]) -> int:
    """How many words that are not figures: a number may be written as one word or as ten."""
    return sum(not any(letter.isdigit() for letter in word.text) for word in words)


def _mean(words: Sequence[Word]) -> float:
    return float(np.mean([word.probability or 0.0 for word in words]))
