"""Which words of a mono recording were said by the same voice.

Words are cut into phrases at pauses and sentence ends, because people seldom change over anywhere else. Windows of a
second of sound inside each phrase become points (voiceprint.py); the phrases' mean points are clustered by spherical
k-means (Dhillon and Modha 2001); then each word goes to the voice that its windows are nearest to, where a change of
voice costs something in the middle of a phrase and little after a pause (Viterbi's algorithm). Who is the rep is not
decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Word
from pipeline.speech import Samples
from pipeline.voiceprint import FRAMES_S, RATE, Frames, VoiceEncoder, mel

Points = NDArray[np.float32]  # (n, 256), rows of length 1 unless said otherwise
Numbers = NDArray[np.float64]

# phrases and windows
PAUSE_S = 0.15  # a longer silence between two words ends a phrase
PHRASE_S = 8.0  # so does this length: where nothing else is told, two people may be in it
SENTENCE_ENDS = (".", "?", "!")
PAD_S = 0.1  # a phrase's sound reaches this far beyond its words, whose times are no better
WINDOW = 100  # frames the encoder hears at once: 1 s; less is repeated until it fills a window
STEP = 50  # frames between two windows of a phrase
LEAST = 15  # frames: with less sound than this a phrase has no voice
TOGETHER = 512  # windows held before they are encoded

# how many voices. The halves into which k-means cuts one person's speech lie 0.02 to 0.1 apart (1 - cosine) when there
# is plenty of it and up to 0.15 when there are a few seconds; two people 0.08 to 0.45. Two is by far the commonest
# number, so a second voice needs little to be believed; a third must be plain.
MOST = 6
APART = {2: 0.07, 3: 0.15}  # further numbers as 3
APART_S = 0.3  # added for little speech: this divided by the seconds for which the rarer voice was heard
LEAST_S = {2: 1.5, 3: 4.0}  # seconds a voice must be heard to count; what is less is set aside and tried without
ASIDE = 0.25  # of the speech may be set aside so
STARTS = 20  # beginnings of k-means that are tried
ROUNDS = 50

# words to voices
NEAR_S = 0.25  # how fast a window's say in a word falls with distance (standard deviation)
SHARP = 60.0  # cosine times seconds that weigh as much as one unit of the costs below
CHANGE, AT_PAUSE, AT_END, FREE = 2.0, 1.5, 0.5, 0.2  # cost of a change; less so after a pause, a sentence; at least
LONG_PAUSE_S = 0.6

# doubt
DOUBT = 0.25  # a stretch this little nearer to its voice than to another, as a share of the voices' distance
STRANGE = 0.6  # cosine: a stretch less like its voice than this is noise, or somebody else


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words first to last (not included), and the points of its windows with the times of their middles (seconds)."""

    first: int
    last: int
    seconds: float
    points: Points
    middles: Numbers


def tell_apart(samples: Samples, words: Sequence[Word], encoder: VoiceEncoder) -> tuple[int | None, ...]:
    """For each word the number of the voice that said it, 0 being the first heard, or None where that is doubtful.

    `samples`: one lane at 16 kHz, read a phrase at a time.
    `words`: in the order of their times, as heard on that lane.
    """
    phrases = _phrases(samples, words, encoder)
    heard = [phrase for phrase in phrases if len(phrase.points)]
    if not heard:
        return (None,) * len(words)
    means = _unit(np.stack([phrase.points.mean(axis=0) for phrase in heard]))
    centres = voices(means, np.array([phrase.seconds for phrase in heard]))
    likeness = _likeness(words, phrases, centres)
    path = _follow(likeness, words)
    return _in_order_heard(_without_doubtful(path, likeness, phrases, centres))


# --- sound to points -------------------------------------------------------------------------------------------------


def _cuts(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    first = 0
    for at in range(1, len(words) + 1):
        if (
            at == len(words)
            or words[at].start - words[at - 1].end > PAUSE_S
            or words[at - 1].text.endswith(SENTENCE_ENDS)
            or words[at].end - words[first].start > PHRASE_S
        ):
            yield first, at
            first = at


def _phrases(samples: Samples, words: Sequence[Word], encoder: VoiceEncoder) -> list[Phrase]:
    cuts = list(_cuts(words))
    middles: list[Numbers] = []
    waiting: list[Frames] = []
    points: list[Points] = []
    for first, last in cuts:
        start, end = _reach(words, first, last, len(samples) / RATE)
        windows, at = _windows(mel(_sound(samples, start, end)))
        middles.append(start + at)
        waiting.append(windows)
        if sum(map(len, waiting)) >= TOGETHER:
            points.append(encoder.embed(np.concatenate(waiting)))
            waiting = []
    points.append(encoder.embed(np.concatenate([*waiting, np.zeros((0, WINDOW, 40), np.float32)])))
    parts = np.split(np.concatenate(points), np.cumsum([len(at) for at in middles])[:-1]) if cuts else []
    return [
        Phrase(first, last, max(words[last - 1].end - words[first].start, 0.05), part, at)
        for (first, last), part, at in zip(cuts, parts, middles, strict=True)
    ]


def _reach(words: Sequence[Word], first: int, last: int, duration_s: float) -> tuple[float, float]:
    """The seconds of sound that belong to a phrase: a little beyond its words, half-way to its neighbours at most."""
    start, end = words[first].start, max(words[last - 1].end, words[first].start)
    before = words[first - 1].end if first else -PAD_S
    after = words[last].start if last < len(words) else duration_s
    start -= np.clip((start - before) / 2, 0, PAD_S)
    end += np.clip((after - end) / 2, 0, PAD_S)
    return max(start, 0.0), min(end, duration_s)


def _sound(samples: Samples, start: float, end: float) -> NDArray[np.float32]:
    return samples[int(start * RATE) : max(int(end * RATE), 0)].astype(np.float32) / np.float32(32768)


def _windows(frames: Frames) -> tuple[Frames, Numbers]:
    """Windows of one phrase, (n, WINDOW, 40), and their middles in seconds from its start."""
    count = len(frames)
    if count < LEAST:
        return np.zeros((0, WINDOW, frames.shape[1]), np.float32), np.zeros(0)
    if count <= WINDOW:
        return frames[np.resize(np.arange(count), WINDOW)][None], np.array([count / 2 / FRAMES_S])
    starts = np.linspace(0, count - WINDOW, -(-(count - WINDOW) // STEP) + 1).astype(int)
    return frames[starts[:, None] + np.arange(WINDOW)], (starts + WINDOW / 2) / FRAMES_S


# --- points to voices ------------------------------------------------------------------------------------------------


def voices(points: Points, seconds: Numbers) -> Points:
    """The centres of as many voices as are plainly there, at least one: (voices, 256).

    `points`: a phrase each, rows of length 1; `seconds`: how long each phrase is, which is its weight.
    """
    centres = _unit((points * seconds[:, None]).sum(axis=0, keepdims=True))
    for count in range(2, MOST + 1):
        more = _split(points, seconds, count)
        if more is None:
            break
        centres = more
    return centres


def _split(points: Points, seconds: Numbers, count: int) -> Points | None:
    kind = min(count, 3)
    kept = np.ones(len(points), bool)
    while kept.sum() >= count:
        centres, nearest = _k_means(points[kept], seconds[kept], count)
        heard = np.bincount(nearest, seconds[kept], count)
        least = float(np.min(heard))
        if least >= LEAST_S[kind]:
            closest = 1 - float(np.max((centres @ centres.T)[np.triu_indices(count, 1)]))
            return centres if closest >= APART[kind] + APART_S / least else None
        kept[np.flatnonzero(kept)[heard[nearest] < LEAST_S[kind]]] = False
        if seconds[~kept].sum() > ASIDE * seconds.sum():
            break
    return None


def _k_means(points: Points, weights: Numbers, count: int) -> tuple[Points, NDArray[np.intp]]:
    """Spherical k-means of weighted points, the best of several starts (k-means++; Arthur and Vassilvitskii 2007)."""
    chance = np.random.default_rng(0)
    best, found = -np.inf, points[:count]
    for _ in range(STARTS):
        centres = points[chance.choice(len(points), size=1, p=weights / weights.sum())]
        while len(centres) < count:
            far = weights * np.clip(1 - (points @ centres.T).max(axis=1), 1e-9, None)
            centres = np.concatenate([centres, points[chance.choice(len(points), size=1, p=far / far.sum())]])
        for _ in range(ROUNDS):
            nearest = (points @ centres.T).argmax(axis=1)
            share = np.eye(count)[nearest] * weights[:, None]
            moved = np.where(share.sum(axis=0)[:, None] > 0, _unit(share.T @ points), centres).astype(np.float32)
            if np.allclose(moved, centres, atol=1e-6):
                break
            centres = moved
        gain = float((weights * (points @ centres.T).max(axis=1)).sum())
        if gain > best:
            best, found = gain, centres
    return found, (points @ found.T).argmax(axis=1)


def _unit(points: NDArray[np.floating]) -> Points:
    lengths = np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    return np.asarray(points / lengths, np.float32)


# --- voices to words -------------------------------------------------------------------------------------------------


def _likeness(words: Sequence[Word], phrases: Sequence[Phrase], centres: Points) -> Numbers:
    """How like each voice each word sounds, (words, voices); 0 throughout where nothing could be heard."""
    likeness = np.zeros((len(words), len(centres)))
    for phrase in phrases:
        if len(phrase.points):
            here = words[phrase.first : phrase.last]
            at = np.array([(word.start + word.end) / 2 for word in here])
            say = np.exp(-(((at[:, None] - phrase.middles) / NEAR_S) ** 2) / 2) + 1e-6
            likeness[phrase.first : phrase.last] = say @ (phrase.points @ centres.T) / say.sum(axis=1, keepdims=True)
    return likeness


def _follow(likeness: Numbers, words: Sequence[Word]) -> NDArray[np.intp]:
    """The likeliest voice of each word, changes costing what they cost where they are."""
    count, kinds = likeness.shape
    gain = likeness * np.clip([[word.end - word.start] for word in words], 0.1, 0.6) * SHARP
    total, came = gain[0], np.zeros((count, kinds), np.intp)
    for at in range(1, count):
        before, word = words[at - 1], words[at]
        pause = np.clip((word.start - before.end) / LONG_PAUSE_S, 0, 1)
        cost = CHANGE - AT_PAUSE * pause - AT_END * before.text.endswith(SENTENCE_ENDS)
        reached = total[:, None] - max(cost, FREE) * (1 - np.eye(kinds))
        came[at] = reached.argmax(axis=0)
        total = reached.max(axis=0) + gain[at]
    path = np.zeros(count, np.intp)
    path[-1] = total.argmax()
    for at in range(count - 1, 0, -1):
        path[at - 1] = came[at, path[at]]
    return path


def _without_doubtful(
    path: NDArray[np.intp], likeness: Numbers, phrases: Sequence[Phrase], centres: Points
) -> list[int | None]:
    told: list[int | None] = [int(voice) for voice in path]
    for phrase in phrases:
        first = phrase.first
        for last in range(first + 1, phrase.last + 1):
            if last < phrase.last and path[last] == path[first]:
                continue
            mine = likeness[first:last].mean(axis=0)
            own = mine[path[first]]
            distance = 1 - centres @ centres[path[first]]
            others = np.arange(len(centres)) != path[first]
            lead = (own - mine[others]) / distance[others]
            if own < STRANGE or (lead < DOUBT).any():
                told[first:last] = [None] * (last - first)
            first = last
    return told


def _in_order_heard(told: Sequence[int | None]) -> tuple[int | None, ...]:
    order: dict[int, int] = {}
    return tuple(None if voice is None else order.setdefault(voice, len(order)) for voice in told)
