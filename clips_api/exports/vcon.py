"""A call as a vCon: who talked, the recording, its transcript and what was found (draft-ietf-vcon-vcon-core, 0.4.0).

With personal data hidden it is a redacted vCon: it names the one that isn't, and the recording is left out.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any
from uuid import UUID

from clips_api.index.rows import Documents
from clips_api.listening import FILES
from pipeline.folder import CallFolder

VENDOR = "Exemplar"
REP, CUSTOMER = 0, 1  # their places among the parties
PARTIES = {"rep": REP, "customer": CUSTOMER}


def text(documents: Documents, folder: CallFolder | None, *, mask: bool, base: str, at: datetime) -> str:
    """A call as a vCon's text."""
    made = vcon(documents, folder, mask=mask, base=base, at=at)
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def vcon(documents: Documents, folder: CallFolder | None, *, mask: bool, base: str, at: datetime) -> dict[str, Any]:
    """A call that was heard as a vCon; `documents` with personal data hidden if `mask` says so."""
    recording, transcript, analysis = documents.recording, documents.transcript, documents.analysis
    assert recording is not None
    began = recording.started_at or recording.arrived_at
    made: dict[str, Any] = {
        "vcon": "0.4.0",
        "uuid": str(name(documents.id, redacted=mask)),
        "created_at": _time(at),
        "parties": [_party(recording.rep, "Rep"), _party(recording.customer, "Customer")],
        "dialog": [_dialog(documents, folder, began, mask=mask, base=base)],
        "analysis": [],
    }
    if mask:
        made["redacted"] = {"uuid": str(name(documents.id)), "type": "personal data"}
    body: dict[str, Any]
    if transcript is not None:
        turns = [
            {"party": PARTIES.get(turn.speaker), "start": turn.start, "end": turn.end, "text": turn.text}
            for turn in transcript.turns
        ]
        body = {"language": transcript.language, "turns": turns}
        made["analysis"].append(_analysis("transcript", body, transcript.model))
    if analysis is not None:
        body = {
            "playbook": analysis.playbook,
            "type": asdict(analysis.type),
            "tags": [asdict(one) for one in analysis.shown_tags],
            "moments": [asdict(one) for one in analysis.moments],
            "steps": [asdict(one) for one in analysis.steps],
            "metrics": analysis.metrics,
        }
        made["analysis"].append(_analysis("report", body, analysis.playbook.get("name")))
    return made


def name(recording_id: str, *, redacted: bool = False) -> UUID:
    """A call's name among vCons: a UUID of version 8, from the recording's bytes, so that it is always the same."""
    bits = int.from_bytes(sha256(f"exemplar/vcon/{recording_id}/{redacted}".encode()).digest()[:16])
    bits = bits & ~(0xF << 76) | 8 << 76
    return UUID(int=bits & ~(0x3 << 62) | 2 << 62)


def _party(who: str | None, otherwise: str) -> dict[str, Any]:
    return {"name": who or otherwise, "validation": "none"}


def _dialog(
    documents: Documents, folder: CallFolder | None, began: datetime, *, mask: bool, base: str
) -> dict[str, Any]:
    """The recording; hidden, only its length is told: in its sound nothing is muted."""
    recording = documents.recording
    assert recording is not None
    both = [REP, CUSTOMER]  # of each channel, because here nobody says who is on which
    made: dict[str, Any] = {
        "type": "recording",
        "start": _time(began),
        "duration": recording.duration_s,
        "parties": both if recording.channels == 1 else [both] * recording.channels,
        "application": VENDOR,
    }
    if mask or folder is None or not folder.listening.exists():
        return made
    sound = folder.listening
    kind = FILES.get(sound.suffix.lower(), "application/octet-stream")
    address = f"{base.rstrip('/')}/api/v1/calls/{documents.id}/audio?unmasked=true"
    return made | {"mediatype": kind, "filename": sound.name, "url": address, "content_hash": _hash(sound)}


def _analysis(kind: str, body: dict[str, Any], product: str | None) -> dict[str, Any]:
    """JSON as a text: earlier drafts and their schema know no other bodies."""
    made = {"type": kind, "dialog": 0, "vendor": VENDOR, "mediatype": "application/json"}
    written = json.dumps(body, ensure_ascii=False, default=list)
    return made | ({"product": product} if product else {}) | {"encoding": "none", "body": written}


def _hash(file: Path) -> str:
    digest = sha512()
    with file.open("rb") as data:
        while piece := data.read(1 << 20):
            digest.update(piece)
    return "sha512-" + base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def _time(when: datetime) -> str:
    return when.astimezone().isoformat(timespec="milliseconds")
