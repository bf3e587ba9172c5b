"""Tells the worker's log: that there was something to tell, never the words or the links."""

from __future__ import annotations

import logging

from pipeline.message import Message
from pipeline.settings import Settings

log = logging.getLogger("exemplar.told")


class Log:
    """A channel for trying things out."""

    def __init__(self) -> None:
        log.setLevel(logging.INFO)  # Prefect quiets what says nothing of itself

    def send(self, message: Message) -> None:
        log.info("%s: %s", message.address, message.subject)


def channel(settings: Settings) -> Log:  # noqa: ARG001  every channel is made so
    """It needs no settings."""
    return Log()
