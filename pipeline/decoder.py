"""Reads a recording's sound. Runs in a child process of its own: `python -m pipeline.decoder JOB`.

Whatever a file does to the decoder, it does it here: under limits on memory and time, with the demuxers of
formats.CONTAINERS only, and no protocol but "file". It imports nothing heavy, so that starting it costs little.
The job and the answer are one JSON object each; the answer goes to standard output.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from pipeline import formats

RATE = 16_000  # samples a second that the recogniser hears
PEAKS_A_SECOND = 20
PEAKS_AT_MOST = 4_000  # a channel
HOLD = 500  # frames gathered before they are written
LISTEN_RATE = {8_000: 16_000, 16_000: 16_000, 32_000: 32_000, 44_100: 44_100, 48_000: 48_000}


class Refused(Exception):
    """The name of the error in pipeline.errors, and a detail."""


def open_sound(path: str, suffix: str) -> av.container.InputContainer:
    """Open a file for reading. Raises Refused where it is no recording, is cut short, or has no sound."""
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(formats.CONTAINERS)}
    demuxer, extra = formats.HEADERLESS.get(suffix, (None, {}))
    if demuxer:
        options |= {"format_whitelist": demuxer} | extra
    try:
        container = av.open(path, format=demuxer, options=options, metadata_errors="replace")
    except av.error.FFmpegError as error:
        with Path(path).open("rb") as handle:
            head = handle.read(12)
        if not head:
            raise Refused("EmptyFile", "") from error
        if head[4:8] == b"ftyp":
            raise Refused("CutShort", error.strerror or "") from error
        raise Refused("NotARecording", error.strerror or "") from error
    if not container.streams.audio:
        raise Refused("NoSound", ", ".join(stream.type for stream in container.streams))
    if not container.streams.audio[0].codec_context:
        raise Refused("Unreadable", "no decoder for its sound")
    return container


def describe(container: av.container.InputContainer) -> dict[str, Any]:
    """Channels, rate, codec, container, and the length in seconds that the header claims (None where it is silent)."""
    stream = container.streams.audio[0]
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


def frames(container: av.container.InputContainer, spoilt: list[int]) -> Iterator[av.AudioFrame]:
    """Every frame that decodes; `spoilt[0]` counts those that don't."""
    stream = container.streams.audio[0]
    packets = container.demux(stream)
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
                yield _plain(frame)
        except av.error.FFmpegError:
            spoilt[0] += 1


def _plain(frame: av.AudioFrame) -> av.AudioFrame:
    """A frame without its clock (clocks in files lie; sound is taken as it comes) and with a layout that has a name."""
    if frame.layout.name.endswith(" channels"):
        layout = {1: "mono", 2: "stereo"}.get(frame.layout.nb_channels)
        if layout:
            rate = frame.sample_rate
            frame = av.AudioFrame.from_ndarray(frame.to_ndarray(), format=frame.format.name, layout=layout)
            frame.sample_rate = rate
    frame.pts = None
    return frame


class Peaks:
    """The loudest sample of each twentieth of a second, 0 to 100, a channel."""

    def __init__(self, channels: int) -> None:
        self.window = RATE // PEAKS_A_SECOND
        self.found: list[list[NDArray[np.int32]]] = [[] for _ in range(channels)]
        self.rest = np.zeros((channels, 0), np.int16)

    def add(self, samples: np.ndarray) -> None:
        samples = np.concatenate([self.rest, samples], axis=1)
        whole = samples.shape[1] // self.window * self.window
        for channel, values in enumerate(samples[:, :whole]):
            blocks = np.abs(values.astype(np.int32)).reshape((-1, self.window))
            self.found[channel].append(blocks.max(axis=1))
        self.rest = samples[:, whole:]

    def write(self, path: Path) -> None:
        lanes = [np.concatenate(lane) if lane else np.zeros(1, np.int32) for lane in self.found]
        fold = -(-len(lanes[0]) // PEAKS_AT_MOST)
        if fold > 1:
            starts = np.arange(0, len(lanes[0]), fold)
            lanes = [np.maximum.reduceat(lane, starts) for lane in lanes]
        top = max(1, *(int(np.max(lane)) for lane in lanes))
        scaled = [[int(value) for value in np.round(lane * 100 / top)] for lane in lanes]
        path.write_text(json.dumps({"per_second": PEAKS_A_SECOND / max(1, fold), "channels": scaled}))


class ListeningCopy:
    """The recording once more as AAC in MP4, for browsers that can't play what came."""

    def __init__(self, path: Path, channels: int, rate: int) -> None:
        rate = LISTEN_RATE.get(rate, 16_000 if rate < 16_000 else 44_100)
        layout = "stereo" if channels == 2 else "mono"
        self.file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self.stream = self.file.add_stream("aac", rate=rate, layout=layout)
        self.stream.bit_rate = 64_000 * (2 if channels == 2 else 1)
        self.resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate, frame_size=1024)
        self._at = 0  # samples so far

    def add(self, frame: av.AudioFrame | None) -> None:
        for piece in self.resampler.resample(frame):
            piece.pts = self._at  # without a clock the encoder's delay would not be told, and all sound be late by it
            piece.time_base = Fraction(1, piece.sample_rate)
            self._at += piece.samples
            self.file.mux(self.stream.encode(piece))

    def close(self) -> None:
        self.add(None)
        self.file.mux(self.stream.encode(None))
        self.file.close()


class Lanes:
    """The channels as files of samples, written as they come, and their waveform."""

    def __init__(self, into: Path, count: int, limit: int) -> None:
        self.outs = [(into / f"{lane}.pcm").open("wb") for lane in range(count)]
        self.peaks = Peaks(count)
        self.total = 0  # samples a lane
        self.begun = False
        self._limit = limit
        self._resampler = av.AudioResampler(format="s16p", layout="stereo" if count == 2 else "mono", rate=RATE)
        self._held: list[np.ndarray] = []

    def add(self, frame: av.AudioFrame | None) -> None:
        """Take one frame; None says that it was the last. Raises Refused past the longest length accepted."""
        self.begun = True
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray()
            self._held.append(samples)
            self.total += samples.shape[1]
        if len(self._held) >= HOLD:
            self._flush()
        if self.total > self._limit:
            raise Refused("TooLong", f"more than {self._limit / RATE / 3600:.0f} h")

    def close(self) -> None:
        self._flush()
        for out in self.outs:
            out.close()

    def _flush(self) -> None:
        if self._held:
            samples = np.concatenate(self._held, axis=1)
            self._held = []
            for out, lane in zip(self.outs, samples, strict=True):
                out.write(lane.tobytes())
            self.peaks.add(samples)


def alike(source: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """The frames that have the first one's shape: damaged ones may claim another, and a resampler takes one only."""
    first = None
    for frame in source:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        first = first or shape
        if shape == first:
            yield frame


def decode(job: dict[str, Any]) -> dict[str, Any]:
    """Write each channel as signed 16-bit samples at 16 kHz to `into`/N.pcm, the waveform, perhaps a listening copy.

    More than two channels are mixed into one.
    """
    into = Path(job["into"])
    spoilt = [0]
    with open_sound(job["path"], job["suffix"]) as container:
        about = describe(container)
        copy = None
        if (about["container"], about["codec"]) not in formats.BROWSERS_PLAY:
            copy = ListeningCopy(into / "listen.m4a", about["channels"], about["sample_rate"])
        lanes = Lanes(into, 2 if about["channels"] == 2 else 1, int(job["max_s"] * RATE))
        try:
            for frame in alike(frames(container, spoilt)):
                lanes.add(frame)
                if copy:
                    copy.add(frame)
            if lanes.begun:
                lanes.add(None)
        finally:
            lanes.close()
            if copy:
                copy.close()
    if not lanes.total:
        raise Refused("Unreadable", f"{spoilt[0]} damaged spots, no sound")
    lanes.peaks.write(into / "peaks.json")
    found = {"duration_s": lanes.total / RATE, "lanes": len(lanes.outs), "spoilt": spoilt[0], "copy": copy is not None}
    return about | found


def main() -> None:
    """Do one job under its limits and print the answer."""
    job = json.loads(sys.argv[1])
    memory = int(job["memory_mb"]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(job["cpu_s"]), int(job["cpu_s"]) + 1))
    av.logging.set_level(av.logging.PANIC)
    try:
        if job["do"] == "describe":
            with open_sound(job["path"], job["suffix"]) as container:
                answer = describe(container)
        else:
            answer = decode(job)
    except Refused as refused:
        answer = {"error": refused.args[0], "detail": refused.args[1]}
    except MemoryError:
        answer = {"error": "TooHeavy", "detail": f"more than {job['memory_mb']} MB"}
    except av.error.FFmpegError as error:
        answer = {"error": "Unreadable", "detail": error.strerror or ""}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
