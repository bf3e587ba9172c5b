"""What the form of a note says: texts, a time as people write it, a clip by its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import ValidationError

from clips_api.coaching import Written
from clips_api.spans import clip_id
from pipeline.errors import BadInput

M = TypeVar("M", bound=Written)
_CLIP = re.compile(r"\b[0-9a-f]{16}-[0-9]{1,9}-[0-9]{1,9}\b")
_CALL = re.compile(r"/calls/([0-9a-f]{16})#t=([0-9.]{1,12}),([0-9.]{1,12})")
_AT = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")


async def fields(request: Request) -> dict[str, str]:
    """What was typed."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(fields)]


def seconds(text: str) -> float | None:
    """A time of a call as people write it: 4:18, 1:02:03; nothing is none. Raises BadInput."""
    if not text.strip():
        return None
    match = _AT.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"{text.strip()[:20]!r} is no time: write it like 4:18")
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return float(3600 * hours + 60 * minutes + rest)


def clip_named(text: str) -> str | None:
    """The clip that a pasted address or id names; None for nothing. Raises BadInput."""
    if not text.strip():
        return None
    if found := _CLIP.search(text):
        return found[0]
    if found := _CALL.search(text):
        name = clip_id(found[1], float(found[2]), float(found[3]), 0)
        return name if _CLIP.fullmatch(name) else None
    raise BadInput("that is no link to a clip: open the clip you mean and copy its address, or “copy link” on a call")


def written(form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, as a note has it."""
    chosen = form.get("exemplar", "")
    return {
        "strength": form.get("strength", "").replace("\r\n", "\n"),
        "improvement": form.get("improvement", "").replace("\r\n", "\n"),
        "action": form.get("action", ""),
        "due_on": form.get("due_on") or None,
        "exemplar_id": clip_named(form.get("other", "")) if chosen == "other" else chosen or None,
        **({"person_id": form["person_id"] or None} if "person_id" in form else {}),
    }


def read(model: type[M], values: Mapping[str, Any]) -> M:
    """What a form says, checked. Raises BadInput."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise BadInput(f"{first['loc'][0] if first['loc'] else 'the form'}: {first['msg']}") from error
