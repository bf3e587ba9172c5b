"""Which channels become lanes: what is heard twice is heard once, what is silent says so.

Two channels hold the same sound where one is the other, made louder or softer, turned upside down or a little later,
throughout. In a call with one side a channel that never holds, however much one side bleeds into the other: the two
levels change places when the other side speaks. So the question is not "do they resemble each other?" (an echo does,
perfectly) but "is there a moment in which one has sound that the other has not?".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.tracks import RATE, WINDOWS_A_SECOND, Channel

AT_MOST = 8  # lanes

# Silence: fewer windows than this (0.3 s) rise out of the channel's own noise, or above what telephone codecs make of
# nothing (-70 dB: the smallest step of mu-law is -72 dB). A loud steady tone or noise is not silence.
SOUNDING_WINDOWS = 6
ABOVE_NOISE_DB = 10.0
NOTHING_DB = -70.0
STEADY_AT_MOST_DB = -40.0

# The same sound: in no more than OWN of PROBED moments, those in which the levels differ most, may one channel go its
# own way: its level off by more than OFF_DB (bleeding stronger than half the power in both directions leaves nothing
# to hear apart), or its waveform another (codecs leave 0.8 and more, two microphones in a room 0.5 and more).
MOMENT = WINDOWS_A_SECOND // 2  # windows
PROBED = 64
OWN = 3
OFF_DB = 6.0
ALIKE = 0.5  # normalised correlation
LOUD_DB = 25.0  # a moment counts if it is no further than this below the loud ones,
LOUDER_THAN_NOISE_DB = 6.0  # and this much above the quiet ones
LATER_AT_MOST = RATE // 20  # samples
BLEED_DB = 12.0  # the same sound this much softer is no second voice but the first one, coming through

# A mix: the others, added up, explain this share of its power in nearly all moments.
EXPLAINED = 0.8
NEARLY_ALL = 0.9


class Chosen(NamedTuple):
    """A channel that becomes a lane, in words, and whether nothing sounds on it."""

    channel: Channel
    what: str
    silent: bool


def choose(channels: Sequence[Channel], *, files: bool) -> list[Chosen]:
    """The lanes of a recording, in the channels' order; at least one.

    Of one stream, silent channels stay, marked; of several streams those that sound make lanes; with `files`, one
    for each participant, a silent participant has a lane too.
    """
    length = max(len(channel.power) for channel in channels)
    for channel in channels:
        channel.power = np.pad(channel.power, (0, length - len(channel.power)))
        channel.peaks = np.pad(channel.peaks, (0, length - len(channel.peaks)))
    groups, quiet = _grouped(channels)
    mixed = mixes([group[0] for group in groups])
    groups = [group for group in groups if group[0] not in mixed]
    streams = {channel.stream for channel in channels}
    if len(streams) > 1:
        heard = {group[0].stream for group in groups}
        firsts = {channel.stream: channel for channel in reversed(quiet)} if files or not groups else {}
        quiet = [channel for stream, channel in sorted(firsts.items()) if stream not in heard]
    if not groups and not files:
        groups, quiet = [quiet], []
    sounding = bool(mixed) or any(not silent(group[0].power) for group in groups)
    lanes = [(group, not sounding) for group in groups] + [([channel], True) for channel in quiet]
    lanes.sort(key=lambda lane: min(channels.index(channel) for channel in lane[0]))
    of = Counter(group[0].stream for group, _ in lanes)
    return [
        Chosen(group[0], group[0].whole if of[group[0].stream] == 1 else group[0].what, is_silent)
        for group, is_silent in lanes
    ]


def fold(lanes: list[Chosen], into: Path) -> list[Chosen]:
    """No more lanes than AT_MOST: those with least to hear are mixed into the last one."""
    by_sound = sorted(lanes, key=lambda lane: (lane.silent, -int((decibels(lane.channel.power) > NOTHING_DB).sum())))
    rest = by_sound[AT_MOST - 1 :]
    if len(rest) < 2:
        return lanes
    mixed = Channel(into / "rest.raw", stream=-1, of=1, total=max(lane.channel.total for lane in rest))
    mixed.peaks = np.max(np.stack([lane.channel.peaks for lane in rest]), axis=0)
    mixed.power = np.sum(np.stack([lane.channel.power for lane in rest]), axis=0, dtype=np.float32)
    with mixed.path.open("wb") as out:
        for start in range(0, mixed.total, RATE * 60):
            length = min(RATE * 60, mixed.total - start)
            sound = np.sum(np.stack([lane.channel.read(start, length) for lane in rest]), axis=0)
            out.write(np.clip(sound, -32768, 32767).astype(np.int16).tobytes())
    kept = [lane for lane in lanes if lane not in rest]
    return [*kept, Chosen(mixed, f"the other {len(rest)}", silent=all(lane.silent for lane in rest))]


def _grouped(channels: Sequence[Channel]) -> tuple[list[list[Channel]], list[Channel]]:
    """Channels that hold the same sound together, the loudest first; and those that hold nothing of their own."""
    groups: list[list[Channel]] = []
    quiet = []
    for channel in channels:
        if silent(channel.power):
            quiet.append(channel)
            continue
        for group in groups:
            louder = likeness(group[0], channel)
            if louder is None:
                continue
            if louder > BLEED_DB:
                quiet += group
                group[:] = [channel]
            elif louder < -BLEED_DB:
                quiet.append(channel)
            else:
                group.insert(0 if louder > 0 else len(group), channel)
            break
        else:
            groups.append([channel])
    return groups, quiet


def silent(power: NDArray[np.float32]) -> bool:
    """Whether a channel with these window powers (mean squares of 16-bit samples) holds nothing to hear."""
    levels = decibels(power)
    loud = levels > max(float(np.percentile(levels, 20)) + ABOVE_NOISE_DB, NOTHING_DB)
    return int(loud.sum()) < SOUNDING_WINDOWS and float(np.median(levels)) < STEADY_AT_MOST_DB


def decibels(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels below full scale; -90 at the least, the power of one bit."""
    levels: NDArray[np.float32] = 10 * np.log10(np.maximum(power, 1.0) / 32768**2, dtype=np.float32)
    return levels


def likeness(one: Channel, other: Channel) -> float | None:
    """By how many dB the other channel is louder, if both hold the same sound; None if they don't."""
    moments = len(one.power) // MOMENT
    first, second = (_moments(channel.power, moments) for channel in (one, other))
    both = np.maximum(first, second)
    if not moments:
        return None
    active = _active(both)
    spread = active[np.linspace(0, len(active) - 1, min(PROBED, len(active))).astype(int)]
    later, sign, strength = _shift(one, other, spread)
    if strength < ALIKE / 2:
        return None
    difference = second - first
    louder = float(np.median(difference[active]))
    oddest = active[np.argsort(-np.abs(difference[active] - louder))[:PROBED]]
    own, usual = (
        [_differ(one, other, int(moment), later=later, sign=sign, louder=louder) for moment in moments]
        for moments in (oddest, spread)
    )
    return louder if sum(own) <= OWN and np.mean(usual) < 1 - NEARLY_ALL else None


def _moments(power: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    return decibels(power[: count * MOMENT].reshape(count, MOMENT).mean(axis=1))


def _active(levels: NDArray[np.float32]) -> NDArray[np.int64]:
    """The moments in which something sounds that is worth comparing."""
    noise, loud = np.percentile(levels, (5, 95))
    return np.flatnonzero(levels > max(loud - LOUD_DB, min(noise + LOUDER_THAN_NOISE_DB, loud - LOUDER_THAN_NOISE_DB)))


def _shift(one: Channel, other: Channel, moments: NDArray[np.int64]) -> tuple[int, float, float]:
    """By how many samples the other channel is later, its polarity (1 or -1), and how well it then fits, 0 to 1."""
    size = MOMENT * RATE // WINDOWS_A_SECOND
    cross = np.zeros(size + 1, np.complex64)
    energy = np.zeros(2)
    for moment in moments:
        pair = [channel.read(int(moment) * size, size) for channel in (one, other)]
        energy += [float(np.dot(samples, samples)) for samples in pair]
        spectra = [np.fft.rfft(samples, 2 * size) for samples in pair]
        cross += np.conj(spectra[0]) * spectra[1]
    match = np.fft.irfft(cross)
    near = np.concatenate([match[-LATER_AT_MOST:], match[: LATER_AT_MOST + 1]])
    best = int(np.argmax(np.abs(near)))
    return best - LATER_AT_MOST, float(np.sign(near[best])), float(abs(near[best]) / max(1.0, np.sqrt(np.prod(energy))))


def _differ(one: Channel, other: Channel, moment: int, *, later: int, sign: float, louder: float) -> bool:
    """Whether one channel has something in this moment that the other, shifted and levelled, has not."""
    size = MOMENT * RATE // WINDOWS_A_SECOND
    first, second = one.read(int(moment) * size, size), other.read(int(moment) * size + later, size)
    powers = np.array([np.dot(first, first), np.dot(second, second)], np.float64) / size
    level = np.diff(decibels(powers.astype(np.float32)))[0]
    alike = sign * np.dot(first, second) / size / max(1.0, np.sqrt(np.prod(powers)))
    return bool(abs(level - louder) > OFF_DB or alike < ALIKE)


def mixes(channels: Sequence[Channel]) -> list[Channel]:
    """Channels that are nothing but others added up, as a recorder's first track may be; the others stay."""
    found: list[Channel] = []
    for mix in sorted(channels, key=lambda channel: -float(channel.power.mean())):
        others = [one for one in channels if one is not mix and one.stream != mix.stream and one not in found]
        if len(others) > 1 and _explained(mix, others):
            found.append(mix)
    return found


def _explained(mix: Channel, others: Sequence[Channel]) -> bool:
    """Whether adding up at least two of the others, each at one level throughout, gives the mix (least squares)."""
    size = MOMENT * RATE // WINDOWS_A_SECOND
    if len(mix.power) < MOMENT:
        return False
    levels = _moments(mix.power, len(mix.power) // MOMENT)
    active = _active(levels)
    probed = active[np.linspace(0, len(active) - 1, min(PROBED, len(active))).astype(int)]
    wanted = np.stack([mix.read(int(moment) * size, size) for moment in probed])
    parts = np.stack([[one.read(int(moment) * size, size) for one in others] for moment in probed])
    gram = np.einsum("mis,mjs->ij", parts, parts, dtype=np.float64)
    shares = np.linalg.lstsq(gram, np.einsum("mis,ms->i", parts, wanted, dtype=np.float64), rcond=None)[0]
    left = np.square(wanted - np.einsum("i,mis->ms", shares, parts)).sum(axis=1)
    fits = float(np.mean(left < (1 - EXPLAINED) * np.square(wanted).sum(axis=1))) > NEARLY_ALL
    return fits and int((shares > 0.2).sum()) > 1 and bool((shares > -0.1).all())
