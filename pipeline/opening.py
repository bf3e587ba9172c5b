"""Opening a stranger's file: what is it, may it be read, how long is it? No sound is decoded, no other file opened."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import av
import av.subtitles.codeccontext  # PyAV loads these when a film has subtitles: too late, once sealed
import av.subtitles.stream

from pipeline import formats
from pipeline.lanes import AT_MOST
from pipeline.tracks import Refused

COUNT_S = 4.0  # to count how long a file is
PACKET_S = 60.0  # no packet is longer, whatever it says


@contextmanager
def sealed(files: int = 0) -> Iterator[None]:
    """Let this process open no more than so many further files: the kernel refuses the next, whoever asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + files, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def open_sound(path: str, suffix: str) -> av.container.InputContainer:
    """Open a file for reading. Raises Refused where it is no recording, is cut short, or has no sound."""
    with Path(path).open("rb") as handle:
        head = handle.read(512)
    if not head:
        raise Refused("EmptyFile", "")
    if head.startswith(formats.FOREIGN) or formats.is_text(head):
        raise Refused("NotARecording", "")
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(formats.CONTAINERS),
        "codec_whitelist": ",".join(sorted(formats.CODECS)),
        "max_streams": str(formats.STREAMS_AT_MOST),
    }
    demuxer, extra = formats.HEADERLESS.get(suffix, (None, {}))
    if demuxer:
        options |= {"format_whitelist": demuxer} | extra
    elif head.startswith(b"RIFF") and riff_ends_early(Path(path)):
        options["ignore_length"] = "1"
    try:
        with sealed(1):
            container = av.open(path, format=demuxer, options=options, metadata_errors="replace")
    except MemoryError as error:
        raise Refused("TooHeavy", f"more than {formats.STREAMS_AT_MOST} streams, or damaged") from error
    except av.error.FFmpegError as error:
        raise Refused(_why_not(Path(path), head), error.strerror or "") from error
    _acceptable(container)
    return container


def _acceptable(container: av.container.InputContainer) -> None:
    """Raises Refused for a container that no recording has."""
    if len(container.streams) >= formats.STREAMS_AT_MOST:
        raise Refused("TooHeavy", f"{formats.STREAMS_AT_MOST} streams and more")
    if not container.streams.audio:
        raise Refused("NoSound", ", ".join(stream.type for stream in container.streams))
    codecs = [stream.codec_context for stream in streams(container)]
    if not codecs:
        raise Refused("Unreadable", "no decoder for its sound")
    for codec in codecs:
        if codec.channels > formats.CHANNELS_AT_MOST:
            raise Refused("Unreadable", f"it claims {codec.channels} channels")
        if not formats.RATES[0] <= codec.sample_rate <= formats.RATES[1]:
            raise Refused("Unreadable", f"it claims {codec.sample_rate} samples a second")


def _why_not(path: Path, head: bytes) -> str:
    """The error that tells best why a file could not be opened, by how it begins."""
    if head[4:8] == b"ftyp":
        return "Unreadable" if b"moov" in _atoms(path) else "CutShort"
    return "Unreadable" if head.startswith(formats.SOUND) else "NotARecording"


def _atoms(path: Path) -> Iterator[bytes]:
    """The names of an MP4's outermost boxes that are there to their end."""
    with path.open("rb") as handle:
        at, end = 0, os.fstat(handle.fileno()).st_size
        while at + 8 <= end:
            handle.seek(at)
            head = handle.read(16)
            size = int.from_bytes(head[:4]) if head[3] != 1 or any(head[:3]) else int.from_bytes(head[8:])
            at += max(8, size) if size else end
            if at <= end:
                yield head[4:8]


def streams(container: av.container.InputContainer) -> list[av.AudioStream]:
    """The streams of sound that are read: as many as there may be lanes, and none that has no decoder."""
    known = [
        stream
        for stream in container.streams.audio
        if stream.codec_context and stream.codec_context.name in formats.CODECS and stream.codec_context.channels
    ]
    return known[:AT_MOST]


def describe(container: av.container.InputContainer) -> dict[str, Any]:
    """Channels, rate, codec, container, and the length in seconds that the header claims (None where it is silent)."""
    stream = streams(container)[0]
    claimed: float | None = None
    if stream.duration and stream.time_base:
        claimed = float(stream.duration * stream.time_base)
    elif container.duration:
        claimed = container.duration / av.time_base
    if claimed and container.format.name == "wav":
        claimed *= riff_claim(Path(container.name))
    return {
        "channels": stream.codec_context.channels,
        "sample_rate": stream.codec_context.sample_rate,
        "codec": stream.codec_context.name,
        "container": container.format.name.split(",")[0],
        "claimed_s": claimed,
    }


def riff_claim(path: Path) -> float:
    """How many times as long as the file a WAV header says it is: the demuxer itself trusts the file's size."""
    with path.open("rb") as handle:
        head = handle.read(8)
    claimed, there = int.from_bytes(head[4:8], "little") + 8, path.stat().st_size
    streamed = claimed - 8 in (0, 0xFFFFFFFF)  # written by a recorder that could not go back to fill it in
    return claimed / there if head[:4] == b"RIFF" and claimed > there and not streamed else 1.0


def riff_ends_early(path: Path) -> bool:
    """Whether a WAV file goes on after what its header says is all: with sound, not with the next chunk."""
    with path.open("rb") as handle:
        at, end = 12, os.fstat(handle.fileno()).st_size
        for _ in range(100):
            handle.seek(at)
            name, size = handle.read(4), int.from_bytes(handle.read(4), "little")
            at += 8 + size + size % 2
            if name == b"data" and at + 8 < end:
                handle.seek(at)
                return not all(0x20 <= letter < 0x7F for letter in handle.read(4))
            if at >= end:
                break
    return False


def count(container: av.container.InputContainer, limit_s: float) -> None:
    """Add up the packets without decoding them. Raises Refused past the longest length accepted.

    A day of silence has few bytes but many packets; headers lie about length, packets hardly can. After a while (a
    film may be large) the header is believed where it claims too much; decoding counts for itself anyway.
    """
    wanted = streams(container)
    ticks = {stream.index: float(stream.time_base or 0) for stream in wanted}
    long = dict.fromkeys(ticks, 0.0)
    too_long = Refused("TooLong", f"more than {limit_s / 3600:.0f} h")
    until = time.monotonic() + COUNT_S
    with suppress(av.error.FFmpegError):
        for number, packet in enumerate(container.demux(wanted)):
            index = packet.stream_index
            long[index] += min(PACKET_S, (packet.duration or 0) * ticks[index])
            if long[index] > limit_s:
                raise too_long
            if number % 1000 == 0 and time.monotonic() > until:
                if (describe(container)["claimed_s"] or 0) > limit_s:
                    raise too_long
                return
