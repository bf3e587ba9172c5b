"""Cutting a span out of a recording: a WAV of exactly that span, at its own rate, with all its channels.

Only the span (and a little before it) is decoded. Where a container can't say exactly where a time stands, its packets
are counted from the start, which is quick, instead of trusting a seek that lands some frames off.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from clips_api.spans import Span
from pipeline.errors import BadInput, NoSound, Unreadable
from pipeline.folder import CallFolder
from pipeline.formats import CONTAINERS, HEADERLESS

LONGEST = 600.0  # seconds of a clip
PREROLL = 0.6  # seconds decoded before the span, for codecs that need a run-up
COUNTED = frozenset({"mp3", "aac", "amr", "amrnb", "amrwb", "mulaw", "alaw", "g722", "gsm", "ac3"})  # no index of times


def source(call: CallFolder) -> Path:
    """From which file a call's clips are cut: the recording, or the copy in which all its files or tracks are."""
    sounds, listening = call.sounds, call.listening
    if listening == sounds[0]:
        return listening
    try:
        with _open(sounds[0]) as container:
            several = len(sounds) > 1 or len(container.streams.audio) > 1
    except av.error.FFmpegError as error:
        raise Unreadable(str(error)) from error
    return listening if several else sounds[0]


def cut(sound: Path, span: Span) -> bytes:
    """A WAV file (16-bit PCM) of one span. Raises BadInput for one too long, Unreadable for damaged sound."""
    if span.end - span.start > LONGEST:
        raise BadInput(f"a clip is at most {LONGEST:.0f} s long")
    try:
        origin = _origin(sound)
        with _open(sound) as container:
            stream = container.streams.audio[0]
            return _wav(_samples(container, stream, span, origin), stream.codec_context.sample_rate)
    except av.error.FFmpegError as error:
        raise Unreadable(str(error)) from error


def _origin(sound: Path) -> float:
    """The time that the container gives the first sample which is heard, seconds."""
    with _open(sound) as container:
        if not container.streams.audio:
            raise NoSound(sound.name)
        stream = container.streams.audio[0]
        return next((frame.time for frame in container.decode(stream) if frame.time is not None), 0.0)


def _open(sound: Path) -> InputContainer:
    """A recording is a stranger's file: only known demuxers, and no protocol but the file itself."""
    demuxer, extra = HEADERLESS.get(sound.suffix.lower(), (None, {}))
    allowed = demuxer or ",".join(CONTAINERS)
    options = {"protocol_whitelist": "file", "format_whitelist": allowed} | extra
    return av.open(str(sound), format=demuxer, options=options, metadata_errors="replace")


def _samples(container: InputContainer, stream: AudioStream, span: Span, origin: float) -> np.ndarray:
    """The span's samples, shape (samples, channels), int16."""
    rate = stream.codec_context.sample_rate
    layout = stream.codec_context.layout
    resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
    first, last = round(span.start * rate), round(span.end * rate)
    pieces: list[np.ndarray] = []
    at: int | None = None  # the sample that comes next
    for frame in _frames(container, stream, span.start - PREROLL, origin):
        position = round(frame.time * rate) if frame.time is not None else at
        at = position if position is not None and (at is None or abs(position - at) > 1) else at
        for piece in resampler.resample(frame):
            block = piece.to_ndarray().reshape(-1, layout.nb_channels)
            at = at or 0
            skip, stop = max(0, first - at), min(len(block), last - at)
            if stop > skip:
                pieces.append(block[skip:stop])
            at += len(block)
        if at is not None and at >= last:
            break
    if not pieces:
        raise Unreadable(f"nothing can be heard at {span.start:.1f} s")
    return np.concatenate(pieces)


def _frames(container: InputContainer, stream: AudioStream, target: float, origin: float) -> Iterator[AudioFrame]:
    """Decoded frames from a time on, or from before it, their times counted from the first sample that is heard."""
    in_blocks = container.format.name in ("wav", "w64") and not stream.codec_context.name.startswith("pcm_")
    counted = in_blocks or container.format.name in COUNTED
    if target > 0 and not counted:
        container.seek(int((target + origin) * av.time_base))
    base = float(stream.time_base or 1)
    for packet in container.demux(stream):
        if counted and packet.pts is not None and packet.pts * base < target + origin:
            continue
        for frame in packet.decode():
            if frame.pts is not None and frame.time_base:
                frame.pts = round(frame.pts - origin / frame.time_base)
            yield frame


def _wav(samples: np.ndarray, rate: int) -> bytes:
    data = np.ascontiguousarray(samples, dtype="<i2").tobytes()
    channels = samples.shape[1]
    out = io.BytesIO()
    out.write(
        struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            b"RIFF",
            36 + len(data),
            b"WAVE",
            b"fmt ",
            16,
            1,
            channels,
            rate,
            rate * channels * 2,
            channels * 2,
            16,
            b"data",
            len(data),
        )
    )
    out.write(data)
    return out.getvalue()
