"""The test link: opened on a phone, it says that links from here work there."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import segno
from fastapi import FastAPI
from markupsafe import Markup

from clips_api import reaching
from clips_api.deps import Parts
from clips_api.keyring import Keys
from clips_api.reaching import News
from clips_api.store import outbox
from clips_api.store.outbox import Entry
from pipeline.library import now
from pipeline.message import Part

ABOUT = "setup/hello"
KIND = "hello"


@dataclass(frozen=True)
class Opened:
    """Who opened the test link last, and when."""

    device: str
    at: datetime


def token(parts: Parts) -> str:
    """The end of the test link: it opens a page that tells nothing, so it may stay the same."""
    return Keys(parts.library.secret()).derive(KIND)[:24]


def is_token(parts: Parts, given: str) -> bool:
    """Whether it is ours."""
    return hmac.compare_digest(given.encode(), token(parts).encode())


def link(parts: Parts) -> str:
    """The whole address, as it is sent."""
    return f"{(parts.settings.public_url or '').rstrip('/')}/hello/{token(parts)}"


def code(text: str) -> Markup:
    """A link as a QR code, dark on white in any scheme, for a phone's camera."""
    drawn = segno.make(text, error="m")
    return Markup(drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704  drawn by us


def opened(app: FastAPI) -> Opened | None:
    """Who opened it since Exemplar was started."""
    found: Opened | None = getattr(app.state, "hello", None)
    return found


def send(parts: Parts) -> bool:
    """Send the link to whoever asks; False where they have no address. A second one takes the place of the first."""
    person = parts.viewer.person
    if person is None:
        return False
    with parts.store.write() as connection:
        outbox.drop_about(connection, ABOUT)
        news = News(KIND, ABOUT, f"{ABOUT}/{uuid4().hex}")
        return reaching.tell(parts.store, connection, person, news, now(), after=timedelta(0), wait=False)


def trouble(parts: Parts) -> str | None:
    """What came of the last try to send it, where it did not go out."""
    return next((entry.error for entry in outbox.waiting(parts.store) if entry.about == ABOUT), None)


def words(parts: Parts, entry: Entry) -> tuple[str, list[Part]]:  # noqa: ARG001  the words of every kind are asked so
    """What the message says."""
    told = "This is a test. Open it on your phone: it says whether links from Exemplar work there."
    return "A test from Exemplar", [Part(text=told, link=link(parts), label="Open the test link")]
