"""Sends what waits in the outbox: leases due rows from the API, sends each, and tells how that went.

What was accepted is reported before anything else is sent, and again until the API has heard it: only who dies between
the two sends a second copy, and that has the same message id.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.client import Client
from pipeline.errors import NotDelivered, NotFound, NotRunning
from pipeline.message import Channel, Message

log = logging.getLogger("exemplar.worker")
OUTBOX = "/api/v1/outbox"
A_BATCH = 5
LEASE_S = 180.0
MARGIN_S = 75.0  # of a lease that must be left before something is sent: more than a message should take
FIRST_DELAY_S = 15.0
LONGEST_DELAY_S = 3600.0
GIVE_UP_S = 3 * 24 * 3600.0  # after which nobody wants to know any more
LEAST_TRIES = 20  # before that: a message may have waited for long until it could be tried at all


class Sending:
    """One sender. `connect` finds the running API, or raises NotRunning."""

    def __init__(
        self,
        connect: Callable[[], Client],
        channels: Mapping[str, Channel],
        *,
        lease_s: float = LEASE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._channels = channels
        self._lease_s = lease_s
        self._clock = clock
        self._who = f"worker {uuid.uuid4().hex[:12]}"
        self._found: Client | None = None
        self._unreported: list[tuple[int, dict[str, Any]]] = []

    def due(self) -> int:
        """How much could be sent now. Raises NotRunning."""
        self._report()
        return int(self._ask(lambda api: api.get(f"{OUTBOX}/due", channels=",".join(self._channels)))["due"])

    def send_due(self) -> int:
        """Lease and send until nothing is due; how many were tried. Raises NotRunning."""
        self._report()
        asked = {"who": self._who, "n": A_BATCH, "seconds": self._lease_s, "channels": list(self._channels)}
        tried = 0
        while True:
            until = self._clock() + self._lease_s
            found = self._ask(lambda api: api.post(f"{OUTBOX}/lease", asked))["items"]
            if not found:
                return tried
            for message in map(Message.model_validate, found):
                if until - self._clock() < min(MARGIN_S, self._lease_s / 2):
                    break  # what is left comes back by itself
                self._unreported.append((message.number, self._outcome(message)))
                tried += 1
                self._report()

    def _outcome(self, message: Message) -> dict[str, Any]:
        try:
            self._channels[message.channel].send(message)
        except NotDelivered as error:
            log.warning("Message %d by %s: %s", message.number, message.channel, error)
            over = error.permanent or (message.age_s > GIVE_UP_S and message.attempts >= LEAST_TRIES)
            delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(20, max(0, message.attempts - 1)))
            retry_s = None if over else max(1.0, delay if error.retry_after_s is None else error.retry_after_s)
            return {"sent": False, "who": self._who, "error": (error.detail or str(error))[:900], "retry_s": retry_s}
        except Exception as error:  # one message that can't be put together must not hold up the others
            log.exception("Message %d by %s", message.number, message.channel)
            return {"sent": False, "who": self._who, "error": type(error).__name__, "retry_s": LONGEST_DELAY_S}
        return {"sent": True, "who": self._who}

    def _report(self) -> None:
        while self._unreported:
            number, outcome = self._unreported[0]
            try:
                self._ask(lambda api: api.post(f"{OUTBOX}/{number}", outcome))  # noqa: B023  it is called at once
            except NotFound:  # it was deleted meanwhile
                log.info("Message %d is gone", number)
            self._unreported.pop(0)

    def _ask(self, question: Callable[[Client], Any]) -> Any:
        """The answer of the API that runs now."""
        try:
            self._found = self._found or self._connect()
            return question(self._found)
        except NotRunning:
            self._found = None
            raise
