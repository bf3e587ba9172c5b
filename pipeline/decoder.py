"""Reads a recording's sound. Runs in a child process of its own: `python -m pipeline.decoder JOB`.

Whatever a file does to the decoder, it does it here: under limits on memory and time, with the demuxers and decoders
that formats.py lists, no protocol but "file", and no second file. It imports nothing heavy, so that starting it costs
little. The job and the answer are one JSON object each; the answer goes to standard output.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av

from pipeline import formats, lanes, listening
from pipeline.opening import count, describe, open_sound, sealed, streams
from pipeline.tracks import RATE, Channel, Refused, Track

PROBE_S = 10.0  # to find out what a file is


def frames(
    container: av.container.InputContainer, wanted: Sequence[av.AudioStream], spoilt: list[int]
) -> Iterator[tuple[av.AudioStream, av.AudioFrame]]:
    """Every frame of these streams that decodes; `spoilt[0]` counts those that don't."""
    packets = container.demux(wanted)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            spoilt[0] += 1
            return
        try:
            for frame in packet.decode():
                if isinstance(frame, av.AudioFrame) and isinstance(packet.stream, av.AudioStream):
                    yield packet.stream, frame
        except av.error.FFmpegError:
            spoilt[0] += 1


class Reading:
    """What comes of one job: the channels of all its files, on disk."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.into = Path(job["into"])
        self.alone = len(job["files"]) == 1  # several files are one call: a participant each
        self.channels: list[Channel] = []
        self.abouts: list[dict[str, Any]] = []
        self.spoilt = [0]
        self.copied = False
        self._max_s = float(job["max_s"])
        self._until = time.monotonic() + job["wall_s"]

    def read(self, path: str, suffix: str) -> None:
        """Write one file's channels to disk, and a listening copy where that can be made on the way."""
        _within(min(PROBE_S, self._until - time.monotonic()))
        with open_sound(path, suffix) as container, sealed():
            count(container, self._max_s)
        with open_sound(path, suffix) as container:
            _within(self._until - time.monotonic())
            about, wanted = describe(container), streams(container)[: None if self.alone else 1]
            copy = None
            if self.alone and len(wanted) == 1 and about["channels"] <= 2 and not plays(about):
                copy = listening.ListeningCopy(self.into / "listen.m4a", about["channels"], about["sample_rate"])
            apart = lanes.AT_MOST // len(wanted) if self.alone else 1
            tracks = {
                stream.index: Track(self.into, 100 * len(self.abouts) + number, apart, int(self._max_s * RATE))
                for number, stream in enumerate(wanted)
            }
            self._pour(container, wanted, tracks, copy)
            for number, stream in enumerate(wanted):
                track = tracks[stream.index]
                where = f"track {number + 1}" if len(wanted) > 1 else None
                for channel in track.close():
                    channel.titles = tuple(stream.metadata.get(key, "") for key in ("title", "handler_name"))
                    _word(channel, track, where if self.alone else Path(path).name)
                    self.channels.append(channel)
        self.copied = copy is not None
        self.abouts.append(about | {"streams": len(wanted)})

    def _pour(
        self,
        container: av.container.InputContainer,
        wanted: Sequence[av.AudioStream],
        tracks: dict[int, Track],
        copy: listening.ListeningCopy | None,
    ) -> None:
        begins = min(
            (float(one.start_time * (one.time_base or 0)) for one in wanted if one.start_time is not None), default=0
        )
        with sealed():
            for stream, frame in frames(container, wanted, self.spoilt):
                late = frame.time - begins if frame.time is not None and len(wanted) > 1 else 0.0
                taken = tracks[stream.index].add(frame, stream.codec_context.name, late)
                if copy and taken:
                    copy.add(taken)
        if copy:
            copy.close()


def _word(channel: Channel, track: Track, where: str | None) -> None:
    """Say in words which channel of what this is."""
    side = channel.path.stem.rpartition("-")[2]
    if channel.of == 1:
        channel.whole = where or ("one channel" if track.spread == 1 else "all channels")
        channel.what = channel.whole
    else:
        channel.whole = where or ("both channels" if track.spread == 2 else "all channels")
        part = f"channel {int(side) + 1}" if track.spread == channel.of else ("left side", "right side")[int(side)]
        channel.what = f"{where}, {part}" if where else part


def plays(about: dict[str, Any]) -> bool:
    """Whether every current browser plays such a file as it is."""
    return (about["container"], about["codec"]) in formats.BROWSERS_PLAY


def decode(job: dict[str, Any]) -> dict[str, Any]:
    """Write each lane as signed 16-bit samples at 16 kHz to `into`/N.pcm, the waveform, perhaps a listening copy."""
    reading = Reading(job)
    for file in job["files"]:
        reading.read(file["path"], file["suffix"])
    if not reading.channels:
        raise Refused("Unreadable", f"{reading.spoilt[0]} damaged spots, no sound")
    chosen = lanes.fold(lanes.choose(reading.channels, files=not reading.alone), reading.into)
    length = max(channel.total for channel in reading.channels)
    for number, lane in enumerate(chosen):
        os.truncate(lane.channel.path, 2 * length)
        lane.channel.total = length
        lane.channel.path = lane.channel.path.rename(reading.into / f"{number}.pcm")
    for left in reading.into.glob("*.raw"):
        left.unlink()
    listening.waveform([lane.channel for lane in chosen], reading.into / "peaks.json")
    about = reading.abouts[0]
    first_only = all(lane.channel.stream == 0 for lane in chosen) and about["channels"] <= 2
    if not reading.copied and not (first_only and plays(about)):
        audible = [lane.channel for lane in chosen if not lane.silent] or [chosen[0].channel]
        listening.mixdown(audible, reading.into / "listen.m4a")
        reading.copied = True
    return about | {
        "claimed_s": max((one["claimed_s"] or 0.0 for one in reading.abouts), default=0.0),
        "duration_s": length / RATE,
        "lanes": [{"what": one.what, "titles": one.channel.titles, "silent": one.silent} for one in chosen],
        "spoilt": reading.spoilt[0],
        "copy": reading.copied,
    }


def _within(seconds: float) -> None:
    """End this process after so many seconds, whatever it is doing then: not even a loop in a decoder holds it."""
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Do one job; what is refused is an answer too."""
    try:
        return decode(job)
    except Refused as refused:
        return {"error": refused.args[0], "detail": refused.args[1]}
    except MemoryError:
        return {"error": "TooHeavy", "detail": f"more than {job['memory_mb']} MB"}
    except av.error.FFmpegError as error:
        return {"error": "Unreadable", "detail": error.strerror or ""}


def limit(job: dict[str, Any]) -> None:
    """Bind this process to the job's limits on memory, computing, and the size of what it writes."""
    memory, computing, written = int(job["memory_mb"]) << 20, int(job["wall_s"]) + 1, int(job["max_s"] + 60) * RATE * 2
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (computing, computing + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    av.logging.set_level(av.logging.PANIC)


def main() -> None:
    """Do the job named on the command line and print the answer."""
    job = json.loads(sys.argv[1])
    limit(job)
    sys.stdout.write(json.dumps(answer(job)))


if __name__ == "__main__":
    main()
