"""Uploads: received under hidden names in the inbox, then shown to the worker under their own, all or none."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path, PurePath

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect

from clips_api.answers import Facts, Uploaded
from clips_api.multipart import HIDDEN, Part, Receiver, too_large
from pipeline import files
from pipeline.errors import BadInput, DiskTrouble
from pipeline.library import Library
from pipeline.zones import zoned

FOLDER = "uploads"  # pipeline/naming.py knows that it names nobody
_appearing = threading.Lock()


async def receive(library: Library, request: Request, most_mb: int) -> list[Uploaded]:
    """Take in an upload, all of it or nothing. Raises BadInput, DiskTrouble, or HTTPException 413."""
    kind, options = parse_options_header(request.headers.get("content-type", "").encode("latin-1"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BadInput("upload: send multipart/form-data")
    most = most_mb * 1_000_000
    if int(request.headers.get("content-length") or 0) > most:
        raise too_large(most)
    folder = library.inbox / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DiskTrouble(f"{folder}: {error.strerror}") from error
    receiver = Receiver(folder, options[b"boundary"], most)
    try:
        async for data in request.stream():
            if data:
                await run_in_threadpool(receiver.feed, data)
        if not receiver.finished:
            raise BadInput("upload: it stopped before its end")
        return await run_in_threadpool(_appear, library, receiver)
    except ClientDisconnect as error:
        raise BadInput("upload: it stopped before its end") from error
    finally:
        receiver.discard()


def sweep(library: Library) -> None:
    """Remove what uploads left behind that a crash cut off. Nobody else writes these names."""
    for path in (library.inbox / FOLDER).glob(f"{HIDDEN}*"):
        path.unlink(missing_ok=True)


def _appear(library: Library, receiver: Receiver) -> list[Uploaded]:
    """Give every file its name, what is known about it first."""
    if not receiver.parts:
        raise BadInput("file: choose at least one recording")
    facts = facts_of(receiver.fields)
    note = facts.model_dump(mode="json", exclude_none=True)
    taken = []
    with _appearing:
        for part in receiver.parts:
            recording_id = part.digest.hexdigest()[:16]
            known = library.known(recording_id) is not None
            name = _place(receiver.folder, part, json.dumps(note, indent=1).encode() if note else None)
            taken.append(Uploaded(id=recording_id, name=name, bytes=part.bytes, known=known))
        files.sync_folder(receiver.folder)
    return taken


def facts_of(fields: dict[str, str]) -> Facts:
    """Who was on the call, from a form. A time without a zone is this machine's. Raises BadInput, naming the field."""
    given = {name: fields[name] for name in Facts.model_fields if fields.get(name, "").strip()}
    try:
        facts = Facts.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if facts.started_at:
        facts = facts.model_copy(update={"started_at": zoned(facts.started_at)})
    return facts


def _place(folder: Path, part: Part, note: bytes | None) -> str:
    name = PurePath(part.name)
    number = 1
    while True:
        target = folder / (part.name if number == 1 else f"{name.stem} ({number}){name.suffix}")
        beside = target.with_name(f"{target.name}.json")
        number += 1
        if target.exists() or beside.exists() or target.with_suffix(".json").exists():
            continue
        if note is not None:
            files.write(beside, note)
        try:
            _rename_new(part.path, target)
        except FileExistsError:
            beside.unlink(missing_ok=True)
            continue
        return target.name


def _rename_new(source: Path, target: Path) -> None:
    """Rename, never over a file that is there; where the disk has no links, as good as it gets."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        source.rename(target)
    else:
        source.unlink()
