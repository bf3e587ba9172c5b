"""Clips to take along: a zip of their sound, captions and notes, with a page that plays them without Exemplar.

Always muted. The same clips give the same file names, and the same bytes while the calls stay as they are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from clips_api import captions, rights
from clips_api.captions import Cue
from clips_api.clipping import ENDINGS, Clipping, Format, clipping
from clips_api.deps import Given, Parts
from clips_api.masking import hide
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.render import templates
from pipeline.errors import BadRecording

router = APIRouter(prefix="/api/v1", tags=["packs"], responses=RESPONSES | CONFLICT)
MOST = 50  # clips
ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}


class PackItem(BaseModel):
    """One clip of a pack, what it is called there, and what somebody wrote about it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip_id: str = Field(max_length=60, examples=["0123456789abcdef-83200-97450"])
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=10_000)


class Pack(BaseModel):
    """What to put into a pack, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("Clips", min_length=1, max_length=200)
    items: list[PackItem] = Field(min_length=1, max_length=MOST)
    format: Format = Field("opus", description="Opus is a tenth the size; WAV plays everywhere.")


@dataclass(frozen=True)
class Packed:
    """One clip as the page of a pack shows it."""

    title: str
    note: str
    sound: str | None  # its file; None where the recording could not be read
    seconds: float
    cues: Sequence[Cue]


@router.post("/packs", response_class=Response, responses=ZIP)
def make(parts: Given, body: Pack) -> Response:
    """A zip of clips with their captions, notes and a page that plays them from disk, all muted."""
    return sent(pack(parts, body.items, title=body.title, form=body.format), body.title)


@router.get("/clips/{clip_id}/pack", response_class=Response, responses=ZIP)
def one(parts: Given, clip_id: str, format: Annotated[Format, Query()] = "opus") -> Response:  # noqa: A002
    """The same for one clip."""
    return sent(pack(parts, [PackItem(clip_id=clip_id)], title="Clip", form=format), "clip")


def sent(chunks: Iterator[bytes], title: str) -> Response:
    """A pack as an answer that browsers save."""
    headers = {"Content-Disposition": f'attachment; filename="{_slug(title) or "clips"}.zip"'}
    return StreamingResponse(chunks, media_type="application/zip", headers=headers)


def pack(parts: Parts, items: Sequence[PackItem], *, title: str = "Clips", form: Format = "opus") -> Iterator[bytes]:
    """A zip of these clips, piece by piece.

    Raises at once, before anything is sent, what clipping raises: NotFound for a clip that is not there, NotNow for
    one that can't be muted yet.
    """
    for item in items:
        rights.clip(parts, item.clip_id)
    clips = [clipping(parts.library, item.clip_id, muted=True) for item in items]
    return _zipped(clips, items, title, form)


def _zipped(clips: Sequence[Clipping], items: Sequence[PackItem], title: str, form: Format) -> Iterator[bytes]:
    out = _Sink()
    with ZipFile(out, "w") as zipped:
        shown = []
        for number, (clip, item) in enumerate(zip(clips, items, strict=True), 1):
            heading = hide(item.title) or f"Clip {number}"
            name = "-".join(filter(None, (f"{number:02}", _slug(item.title))))
            cues, note = clip.cues(names=False), hide(item.note)
            sound = _write(zipped, name + ENDINGS[form], clip, form)
            _text(zipped, f"{name}.vtt", captions.as_vtt(cues))
            if note:
                _text(zipped, f"{name}.txt", note.rstrip() + "\n")
            shown.append(Packed(heading, note, sound, clip.seconds, cues))
            yield out.taken()
        _text(zipped, "index.html", _page(hide(title), shown))
    yield out.taken()


def _write(zipped: ZipFile, name: str, clip: Clipping, form: Format) -> str | None:
    """A clip's sound into the zip; its name, or None where the recording is damaged there: the rest is still good."""
    try:
        data = clip.sound(form)
    except BadRecording:
        return None
    zipped.writestr(_entry(name), data, ZIP_STORED)
    return name


def _text(zipped: ZipFile, name: str, text: str) -> None:
    zipped.writestr(_entry(name), text, ZIP_DEFLATED)


def _entry(name: str) -> ZipInfo:
    """A file that everybody may read, without a time, so that the same pack is the same bytes."""
    entry = ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry


def _page(title: str, clips: Sequence[Packed]) -> str:
    static = files("clips_api").joinpath("static")
    style, script = (static.joinpath(name).read_text(encoding="utf-8") for name in ("pack.css", "captioned.js"))
    return templates().get_template("pack.html").render(title=title, clips=clips, style=style, script=script)


def _slug(text: str) -> str:
    """A text as part of a file's name, of at most forty plain characters; personal data is not among them."""
    return re.sub(r"[^a-z0-9]+", "-", hide(text).lower()).strip("-")[:40].strip("-")


class _Sink(io.RawIOBase):
    """Where the zip is written to: what was written since the last look can be taken away."""

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
