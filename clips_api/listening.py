"""Sound over HTTP: of a clip, with its captions; of a whole call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from clips_api import captions, documents, rights
from clips_api.clipping import AIR, ENDINGS, FADE, TYPES, Format, clipping
from clips_api.deps import Given
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.ranges import PARTS, ranged, streamed
from clips_api.rights import may_hear
from clips_api.spoken import spoken
from clips_api.whole import Whole

router = APIRouter(prefix="/api/v1", responses=RESPONSES | CONFLICT)

FILES = {  # what browsers play, by the file's ending, never what a stranger's file says of itself
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".mp4": "audio/mp4", ".m4b": "audio/mp4",
    ".mov": "audio/mp4", ".aac": "audio/aac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
    ".flac": "audio/flac", ".webm": "audio/webm", ".mka": "audio/x-matroska", ".mkv": "audio/x-matroska",
}  # fmt: skip

Form = Annotated[Format, Query(description="Opus is a tenth the size.")]
Fade = Annotated[float, Query(ge=0, le=2, description="Seconds in which it rises and falls at its ends.")]
Air = Annotated[float, Query(ge=0, le=5, description="Seconds before and after, never of the next word.")]
Unmasked = Annotated[bool, Query(description="With personal data, where you may hear it; that is written down.")]


@router.head("/clips/{clip_id}/audio", include_in_schema=False)
@router.get(
    "/clips/{clip_id}/audio",
    tags=["clips"],
    response_class=Response,
    responses=PARTS | {200: {"content": {"audio/wav": {}, "audio/ogg": {}}}},
)
def clip(
    *,
    parts: Given,
    request: Request,
    clip_id: str,
    format: Form = "wav",  # noqa: A002  the parameter's name
    fade: Fade = FADE,
    air: Air = AIR,
    unmasked: Unmasked = False,
) -> Response:
    """The clip's sound: whole words with a little air around them, personal data muted. Byte ranges work."""
    rights.clip(parts, clip_id)
    muted = not may_hear(parts, f"clip {clip_id}", asked=unmasked)
    data = clipping(parts.library, clip_id, muted=muted, air=air).sound(format, fade)
    return ranged(request, data, TYPES[format], filename=clip_id + ENDINGS[format])


@router.get("/clips/{clip_id}/captions.vtt", tags=["clips"], response_class=captions.VttResponse)
def clip_captions(parts: Given, clip_id: str, air: Air = AIR) -> Response:
    """The clip's words as WebVTT, timed to its sound cut with the same `air`."""
    rights.clip(parts, clip_id)
    mask = parts.settings.mask
    said = clipping(parts.library, clip_id, muted=mask, air=air).cues(mask=mask)
    return captions.VttResponse(captions.as_vtt(said))


@router.head("/calls/{recording_id}/audio", include_in_schema=False)
@router.get(
    "/calls/{recording_id}/audio",
    tags=["calls"],
    response_class=FileResponse,
    responses=PARTS | {200: {"content": {"audio/*": {}}}},
)
def call(
    *,
    parts: Given,
    request: Request,
    recording_id: str,
    unmasked: Unmasked = False,
) -> Response:
    """What a browser plays: the recording, or a copy in a format that browsers know; where personal data is said in it,
    a WAV in which that is muted. Byte ranges work. Until it was heard nobody knows what is said: it plays as it is.
    """
    found = rights.call(parts, recording_id)
    if parts.settings.mask:
        words, recording = spoken(found), documents.described(found)
        secret = words.secret if words else ()
        if secret and recording and not may_hear(parts, f"call {recording_id}", asked=unmasked):
            whole = Whole.of(found, recording, secret)
            return streamed(
                request, whole.size, whole.part, "audio/wav", filename=f"{recording_id}.wav", tag=found.stamp()
            )
    sound = found.listening
    kind = FILES.get(sound.suffix.lower(), "application/octet-stream")
    return FileResponse(
        sound, media_type=kind, filename=f"{recording_id}{sound.suffix}", content_disposition_type="inline"
    )
