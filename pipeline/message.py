"""A message as every channel gets it: plain parts, which each channel puts in its own form."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A paragraph: somebody's words (`quote`), or ours with perhaps a link after them."""

    model_config = ConfigDict(frozen=True)

    text: str
    quote: bool = False
    link: str | None = None
    label: str = "Open"


class Message(BaseModel):
    """What is sent to one address. `message_id` stays the same however often it is tried; `number` is its row."""

    model_config = ConfigDict(frozen=True)

    number: int
    message_id: str
    channel: str
    address: str
    subject: str
    parts: tuple[Part, ...]
    attempts: int = 1
    age_s: float = 0.0


class Channel(Protocol):
    """A way to people. One module of pipeline/notify each, with `channel(settings)` that makes it."""

    def send(self, message: Message) -> None:
        """Return once somebody else has taken it over. Raises NotDelivered, Undeliverable."""
