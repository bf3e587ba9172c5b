"""Zips that are written piece by piece: every table, or the captions or vCons of many calls."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from clips_api import captions
from clips_api.deps import Parts
from clips_api.exports import asked, cells, found, tables, vcon
from clips_api.exports.asked import Asked
from clips_api.exports.sheet import Sheet

PIECE = 1 << 16  # bytes given away at once


@dataclass(frozen=True)
class _Form:
    """How calls are written down: "vtt" or "vcon", and the address under which they are known."""

    name: str
    base: str

    @property
    def ending(self) -> str:
        return ".vtt" if self.name == "vtt" else ".vcon.json"


class Sink(io.RawIOBase):
    """Where a zip is written to: what was written since the last look can be taken away."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        return memoryview(data).nbytes

    def taken(self) -> bytes:
        data = bytes(self.waiting)
        self.waiting.clear()
        return data


def everything(parts: Parts, given: Asked, at: datetime) -> Iterator[bytes]:
    """Every table that this person is given, as a zip of CSV files.

    What people wrote is read before anything is sent, so that trouble with it is told.
    """
    sink = Sink()
    zipped = ZipFile(sink, "w", ZIP_DEFLATED)
    counts = _records(parts, given, at, zipped)
    return _goes_on(sink, zipped, _with_calls(parts, given, at, zipped, counts))


def _goes_on(sink: Sink, zipped: ZipFile, pieces: Iterator[None]) -> Iterator[bytes]:
    """What a zip grows by, in pieces worth sending."""
    for _ in pieces:
        if len(sink.waiting) >= PIECE:
            yield sink.taken()
    zipped.close()
    yield sink.taken()


def _records(parts: Parts, given: Asked, at: datetime, zipped: ZipFile) -> dict[str, int]:
    """The tables of what people wrote; how many rows each has."""
    counts: dict[str, int] = {}
    for sheet, rows in tables.read(parts, tables.sheets(parts)):
        with _entry(zipped, f"{sheet.name}.csv", at) as out, _table(out, sheet, mask=given.mask) as write:
            counts[sheet.name] = sum(1 for row in rows if write(row))
    return counts


def _with_calls(parts: Parts, given: Asked, at: datetime, zipped: ZipFile, counts: dict[str, int]) -> Iterator[None]:
    """The tables of calls and what was found in them, call by call, and at the end what the zip holds."""
    with TemporaryFile() as moments, TemporaryFile() as steps:
        with _entry(zipped, "calls.csv", at) as out, _table(out, found.CALLS, mask=given.mask) as write:
            counts["calls"] = sum(1 for row in asked.calls(parts, given) if write(found.call(row)))
        yield
        counts |= dict.fromkeys(("tags", "moments", "steps"), 0)
        with (
            _entry(zipped, "tags.csv", at) as out,
            _table(out, found.TAGS) as tag,
            _table(moments, found.MOMENTS) as moment,
            _table(steps, found.STEPS) as step,
        ):
            for documents, _, _ in asked.heard(parts, given):
                counts["tags"] += sum(tag(row) for row in found.tags(documents))
                counts["moments"] += sum(moment(row) for row in found.moments(documents))
                counts["steps"] += sum(step(row) for row in found.steps(documents))
                yield
        for name, kept in (("moments.csv", moments), ("steps.csv", steps)):
            kept.seek(0)
            with _entry(zipped, name, at) as out:
                shutil.copyfileobj(kept, out)
            yield
    with _entry(zipped, "about.json", at) as out:
        out.write(_about(parts, given, at, counts))
    yield


def _about(parts: Parts, given: Asked, at: datetime, counts: dict[str, int]) -> bytes:
    """What a zip of tables holds, for whoever finds it later."""
    sheets = {one.name: one for one in (*tables.SHEETS, *found.FOUND)}
    about = {
        "exported_at": cells.cell(at),
        "by": parts.viewer.name,
        "personal_data": "hidden" if given.mask else "as it was said",
        "calls_from": cells.cell(given.since) or None,
        "calls_before": cells.cell(given.until) or None,
        "tables": [
            {"file": f"{name}.csv", "rows": rows, "about": sheets[name].about, "columns": sheets[name].columns}
            for name, rows in counts.items()
        ],
    }
    return json.dumps(about, ensure_ascii=False, indent=2).encode() + b"\n"


def of_calls(parts: Parts, given: Asked, at: datetime, *, form: str, base: str) -> Iterator[bytes]:
    """The captions ("vtt") or the vCons ("vcon") of the calls that were asked for, a file a call, as a zip."""
    sink = Sink()
    zipped = ZipFile(sink, "w", ZIP_DEFLATED)
    return _goes_on(sink, zipped, _files(parts, given, at, zipped, _Form(form, base)))


def _files(parts: Parts, given: Asked, at: datetime, zipped: ZipFile, form: _Form) -> Iterator[None]:
    for documents, recording, transcript in asked.heard(parts, given):
        if form.name == "vtt":
            text = captions.vtt(transcript, recording)
        else:
            folder = parts.library.known(documents.id)
            text = vcon.text(documents, folder, mask=given.mask, base=form.base, at=at)
        began = f"{recording.started_at:%Y-%m-%d}-" if recording.started_at else ""
        with _entry(zipped, f"{began}{documents.id}{form.ending}", at) as out:
            out.write(text.encode())
        yield


@contextmanager
def _entry(zipped: ZipFile, name: str, at: datetime) -> Iterator[IO[bytes]]:
    """A file of the zip to write into."""
    local = at.astimezone()
    info = ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, local.second))
    info.external_attr = 0o644 << 16
    info.compress_type = ZIP_DEFLATED
    with zipped.open(info, "w", force_zip64=True) as out:
        yield out


@contextmanager
def _table(out: IO[bytes], sheet: Sheet, *, mask: bool = False) -> Iterator[Callable[[Iterable[Any]], bool]]:
    """Write a table's heading; the function that is given writes a row. UTF-8 with a mark, so that Excel reads it."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    hidden = tuple(mask and one for one in sheet.masked)

    def write(row: Iterable[Any]) -> bool:
        writer.writerow(cells.row(tuple(row), hidden))
        return True

    yield write
    text.flush()
    text.detach()
