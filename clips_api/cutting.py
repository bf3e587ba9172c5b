"""Cutting a span out of a recording: the samples of exactly that span, at its own rate, with all its channels.

Only the span (and a little before it) is decoded. Where a container can't say exactly where a time stands, its packets
are counted from the start instead of trusting a seek that lands some frames off; of a long file they are counted once,
and where every so many of them lie is remembered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer

from clips_api.samples import PLAIN, plain
from clips_api.sound import Sound
from clips_api.spans import Span
from pipeline.errors import BadInput, NoSound, Unreadable
from pipeline.folder import CallFolder
from pipeline.formats import CONTAINERS, HEADERLESS

LONGEST = 600.0  # seconds of a clip
PREROLL = 0.6  # seconds decoded before the span, for codecs that need a run-up
COUNTED = frozenset({"mp3", "aac", "amr", "amrnb", "amrwb", "mulaw", "alaw", "g722", "gsm", "ac3"})  # no index of times
FAR = 60.0  # seconds into a file from which on it pays to know where its packets lie
TOGETHER = 1 << 14  # samples that are handed on at once: frame by frame costs more than decoding them
EVERY = 32  # packets between two of which the place is kept


def source(call: CallFolder) -> Path:
    """From which file a call's clips are cut: the recording, or the copy in which all its files or tracks are."""
    sounds, listening = call.sounds, call.listening
    if listening == sounds[0]:
        return listening
    return listening if len(sounds) > 1 or _tracks(sounds[0], sounds[0].stat().st_mtime_ns) > 1 else sounds[0]


def shape(sound: Path) -> tuple[int, int]:
    """Samples a second, and channels, of what is cut from a file. Raises Unreadable."""
    try:
        with _open(sound) as container:
            context = container.streams.audio[0].codec_context
            return context.sample_rate, context.layout.nb_channels
    except (av.error.FFmpegError, IndexError) as error:
        raise Unreadable(str(error)) from error


def cut(sound: Path, span: Span) -> Sound:
    """The sound of one span. Raises BadInput for one too long, Unreadable for damaged sound."""
    if span.end - span.start > LONGEST:
        raise BadInput(f"a clip is at most {LONGEST:.0f} s long")
    blocks = list(stream(sound, span))
    return Sound(np.concatenate([block.samples for block in blocks]), blocks[0].rate)


def stream(sound: Path, span: Span) -> Iterator[Sound]:
    """The same, block by block and of any length. Raises Unreadable for damaged sound."""
    try:
        stamp = sound.stat().st_mtime_ns
        origin = _origin(sound, stamp)
        with _open(sound) as container:
            yield from _blocks(container, sound, stamp, span, origin)
    except (av.error.FFmpegError, FileNotFoundError) as error:
        raise Unreadable(str(error)) from error


@lru_cache(maxsize=512)
def _tracks(sound: Path, _: int) -> int:
    try:
        with _open(sound) as container:
            return len(container.streams.audio)
    except av.error.FFmpegError as error:
        raise Unreadable(str(error)) from error


@lru_cache(maxsize=512)
def _origin(sound: Path, _: int) -> float:
    """The time that the container gives the first sample which is heard, seconds. Remembered until the file changes."""
    with _open(sound) as container:
        if not container.streams.audio:
            raise NoSound(sound.name)
        stream = container.streams.audio[0]
        return next((frame.time for frame in container.decode(stream) if frame.time is not None), 0.0)


@lru_cache(maxsize=32)
def _places(sound: Path, _: int) -> tuple[list[float], list[int]]:
    """Of every so many packets the time as counted from the start, seconds, and the byte at which it lies."""
    times, places = [], []
    with _open(sound) as container:
        stream = container.streams.audio[0]
        base = float(stream.time_base or 1)
        for number, packet in enumerate(container.demux(stream)):
            if number % EVERY == 0 and packet.pts is not None and packet.pos is not None and packet.pos >= 0:
                times.append(packet.pts * base)
                places.append(packet.pos)
    return times, places


def _open(sound: Path) -> InputContainer:
    """A recording is a stranger's file: only known demuxers, and no protocol but the file itself."""
    demuxer, extra = HEADERLESS.get(sound.suffix.lower(), (None, {}))
    allowed = demuxer or ",".join(CONTAINERS)
    options = {"protocol_whitelist": "file", "format_whitelist": allowed} | extra
    return av.open(str(sound), format=demuxer, options=options, metadata_errors="replace")


def _blocks(container: InputContainer, sound: Path, stamp: int, span: Span, origin: float) -> Iterator[Sound]:
    """The span's samples as they are decoded, some frames at a time."""
    context = container.streams.audio[0].codec_context
    rate, layout = context.sample_rate, context.layout
    resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
    first, last = round(span.start * rate), round(span.end * rate)
    at: int | None = None  # the sample that comes next
    held: list[AudioFrame] = []  # frames one after the other
    begins, many = 0, 0  # the first sample of these, and how many there are
    nothing = True
    for frame in _frames(container, sound, stamp, span.start - PREROLL, origin):
        position = round(frame.time * rate) if frame.time is not None else at
        jumps = position is not None and (at is None or abs(position - at) > 1)
        if held and (jumps or many >= TOGETHER):
            yield Sound(plain(held, layout)[max(0, first - begins) : last - begins], rate)
            held, many = [], 0
        at = position if jumps else at or 0
        assert at is not None
        for piece in (frame,) if frame.format.name in PLAIN else resampler.resample(frame):
            if at + piece.samples > first and at < last:
                begins = begins if held else at
                held.append(piece)
                many += piece.samples
                nothing = False
            at += piece.samples
        if at >= last:
            break
    if held:
        yield Sound(plain(held, layout)[max(0, first - begins) : last - begins], rate)
    if nothing:
        raise Unreadable(f"nothing can be heard at {span.start:.1f} s")


def _frames(container: InputContainer, sound: Path, stamp: int, target: float, origin: float) -> Iterator[AudioFrame]:
    """Decoded frames from a time on, or from before it, their times counted from the first sample that is heard."""
    stream = container.streams.audio[0]
    base = float(stream.time_base or 1)
    in_blocks = container.format.name in ("wav", "w64") and not stream.codec_context.name.startswith("pcm_")
    counted = in_blocks or container.format.name in COUNTED
    known: float | None = None  # the time of the next packet, where that is known better than the packet says
    if target > 0 and not counted:
        container.seek(int((target + origin) * av.time_base))
    elif target > FAR:
        times, places = _places(sound, stamp)
        nearest = bisect_right(times, target + origin) - 1
        if nearest > 0:
            container.seek(places[nearest], unsupported_byte_offset=True)
            known = times[nearest]
    shift, late = 0, round(origin / base)
    for packet in container.demux(stream):
        if known is not None and packet.pts is not None:
            shift, known = round(known / base) - packet.pts, None
        if shift and packet.pts is not None:
            packet.pts += shift
        if counted and packet.pts is not None and packet.pts * base < target + origin:
            continue
        for frame in packet.decode():
            if late and frame.pts is not None:
                frame.pts -= late
            yield frame
