"""In which order clips are shown: words, how it was handled, age.

rank = words * handled * recent

- words: BM25 (k1 1.2, b 0.75; Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) of the words that
  were asked for, with more for words said in one go as they were typed; 1 where no words were asked for
- handled: 1 for a turn, 1.1 for a tag, 1.5 for a moment, and for a moment up to three times that, as its score is of 10
- recent: halves every four years

The word index keeps handled * recent as one number a clip. Counting age from a fixed day instead of from now multiplies
all of them alike, so nothing has to be written anew as time goes by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = {"moment": 1.5, "tag": 1.1}
SCORE = 2.0  # how many times more the best handled moment counts, besides once
BEST = 10.0  # the highest score
HALF_LIFE = timedelta(days=4 * 365.25)
BEGINNING = datetime(2020, 1, 1)  # noqa: DTZ001  the index counts in UTC; older clips count as if from then
OLDEST, LATEST = 0.0, 7.0  # half-lives after the beginning: what the word index can hold


@dataclass(frozen=True)
class Worth:
    """What a clip is worth showing, whatever was asked for."""

    handled: float
    recent: float  # against a clip from the beginning; 1 or more

    @classmethod
    def of(cls, kind: str, score: float | None, at: datetime | None) -> Worth:
        """Of a clip by its kind, its score and when it was said (UTC; None counts as long ago)."""
        handled = KINDS.get(kind, 1.0) * (1 + SCORE * (score or 0.0) / BEST if kind == "moment" else 1.0)
        age = (at - BEGINNING) / HALF_LIFE if at else OLDEST
        return cls(handled, 2.0 ** min(max(age, OLDEST), LATEST))

    @property
    def factor(self) -> float:
        """By which the score of the words is multiplied."""
        return self.handled * self.recent

    def told(self, rank: float, now: datetime, *, worded: bool) -> Rank:
        """The arithmetic behind a rank, age counted from `now`."""
        today = 2.0 ** ((now - BEGINNING) / HALF_LIFE)
        words = rank / self.factor if worded else 1.0
        recent = self.recent / today
        return Rank(words, self.handled, recent, words * self.handled * recent)


@dataclass(frozen=True)
class Rank:
    """Why a clip stands where it stands."""

    words: float
    handled: float
    recent: float
    total: float
