"""Where a list goes on: opaque, signed, and good only for the question it was given for."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pipeline.errors import BadInput

_SIGNATURE = 12  # bytes


@dataclass(frozen=True)
class Cursors:
    """Makes and reads cursors under one key."""

    key: bytes

    def make(self, question: dict[str, Any], rank: list[float], name: str) -> str:
        """A cursor after the row of this rank and name."""
        body = json.dumps([rank, name], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(question, body) + body).decode().rstrip("=")

    def read(self, question: dict[str, Any], cursor: str | None) -> tuple[list[float] | None, str | None]:
        """The rank and name a cursor holds. Raises BadInput for one that was altered or belongs to another question."""
        if cursor is None:
            return None, None
        try:
            data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise BadInput("cursor") from error
        body = data[_SIGNATURE:]
        if not hmac.compare_digest(data[:_SIGNATURE], self._sign(question, body)):
            raise BadInput("cursor: it belongs to another search or was altered")
        rank, name = json.loads(body)
        return rank, name

    def _sign(self, question: dict[str, Any], body: bytes) -> bytes:
        asked = json.dumps(question, sort_keys=True, default=str).encode()
        return hmac.digest(self.key, sha256(asked).digest() + body, "sha256")[:_SIGNATURE]
