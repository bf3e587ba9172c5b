"""The command line's way to a running Exemplar: its HTTP API, found through the data folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx

from pipeline import files
from pipeline.errors import BadInput, Busy, NotFound, NotRunning
from pipeline.library import Library

EVERY_S = 0.5


class Client:
    """Raises NotRunning when nothing runs on this data folder."""

    def __init__(self, library: Library) -> None:
        self.library = library
        running = library.running() if is_running(library) else None
        if not running:
            raise NotRunning(str(library.root))
        self.address = running["address"]
        self._http = httpx.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {library.secret()}"}, timeout=30
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """One JSON answer. Raises NotFound, BadInput with the server's own words, NotRunning."""
        asked = {key: value for key, value in parameters.items() if value is not None}
        return self._answer("GET", path, params=asked)

    def stream(self, path: str) -> Iterator[bytes]:
        """An answer of any length, piece by piece; raises as `get` does, and NotRunning where it breaks off."""
        try:
            with self._http.stream("GET", path) as answer:
                if answer.is_success:
                    yield from answer.iter_raw()
                    return
        except httpx.TransportError as error:
            raise NotRunning(str(error)) from error
        self.get(path)  # says why not

    def post(self, path: str, body: Any) -> Any:
        """The JSON answer to a JSON body; raises as `get` does."""
        return self._answer("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        """The same, putting something in place."""
        return self._answer("PUT", path, json=body)

    def _answer(self, method: str, path: str, **how: Any) -> Any:
        try:
            answer = self._http.request(method, path, **how)
        except httpx.TransportError as error:
            raise NotRunning(str(error)) from error
        if answer.is_success:
            return answer.json() if answer.content else None
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        detail = said.get("detail") or said.get("title") or f"{path}: {answer.status_code}"
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise NotRunning(detail)
        raise (NotFound if answer.status_code == httpx.codes.NOT_FOUND else BadInput)(detail)

    def outcome(self, recording_id: str) -> dict[str, Any]:
        """One call as the API knows it: state waiting until it has come in."""
        try:
            found: dict[str, Any] = self.get(f"/api/v1/calls/{recording_id}")
        except NotFound:
            return {"id": recording_id, "state": "waiting", "searchable": False}
        return found

    def await_all(
        self, wanted: Iterable[str], tell: Callable[[dict[str, dict[str, Any]]], None], patience_s: float | None = None
    ) -> dict[str, dict[str, Any]]:
        """Wait until each recording is searchable or set aside; `tell` gets what is known after each look."""
        known: dict[str, dict[str, Any]] = {key: {"state": "waiting", "searchable": False} for key in wanted}
        deadline = time.monotonic() + patience_s if patience_s else None
        while open_ids := [key for key, call in known.items() if not _settled(call)]:
            for key in open_ids:
                known[key] = self.outcome(key)
            tell(known)
            if all(_settled(call) for call in known.values()) or (deadline and time.monotonic() > deadline):
                break
            time.sleep(EVERY_S)
        return known


def _settled(call: dict[str, Any]) -> bool:
    return call["state"] in ("quarantined", "unreadable") or (call["state"] == "done" and bool(call["searchable"]))


def is_running(library: Library) -> bool:
    """Whether an `exemplar up` holds this data folder."""
    if not library.run_lock.exists():
        return False
    try:
        with files.lock(library.run_lock):
            return False
    except Busy:
        return True


def recording_id(path: Path) -> str:
    """The id a file will have: the first 16 hex digits of the SHA-256 of its bytes."""
    return files.digest(path)[:16]
