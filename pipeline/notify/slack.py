"""Tells a Slack channel or person, within the limits that Slack documents.

At most 50 blocks a message and 3,000 characters a section; one message a second a channel; after a 429 nothing until
the time it names.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from pipeline.errors import NotDelivered, Undeliverable
from pipeline.message import Message, Part
from pipeline.settings import Settings
from pipeline.settings import Slack as SlackSettings

BLOCKS = 50
SECTION = 3000  # characters, after escaping
EVERY_S = 1.0
TOO_MANY = 429
FOR_GOOD = frozenset(
    {"channel_not_found", "user_not_found", "is_archived", "cannot_dm_bot", "user_disabled", "invalid_blocks",
     "msg_too_long", "msg_blocks_too_long", "no_service", "invalid_payload", "channel_is_archived"}
)  # fmt: skip  # trying again changes nothing about these


class Slack:
    """One Slack app. A thread's own: it remembers when it last spoke where."""

    def __init__(
        self,
        settings: SlackSettings,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._wait = clock, wait
        self._free: dict[str, float] = {}  # when each channel may be spoken to again
        self._shut_until = 0.0
        timeout = max(1, round(settings.timeout))
        # trying again is the outbox's business: the library would do it at once, and twice what was accepted
        if settings.webhook is not None:
            self._hook: WebhookClient | None = WebhookClient(
                settings.webhook.get_secret_value(), timeout=timeout, retry_handlers=[]
            )
        else:
            token = settings.token.get_secret_value() if settings.token else ""
            self._hook = None
            self._web = WebClient(token, base_url=settings.api, timeout=timeout, retry_handlers=[])

    def send(self, message: Message) -> None:
        """Return once Slack has taken it. Raises NotDelivered, Undeliverable."""
        if self._hook and not message.address.startswith("#"):
            raise Undeliverable("a webhook reaches only its own channel; people need a bot token")
        where = "the webhook" if self._hook else message.address
        if (shut := self._shut_until - self._clock()) > 0:
            raise NotDelivered("Slack asked for a pause", retry_after_s=shut)
        if (early := self._free.get(where, 0.0) - self._clock()) > 0:
            self._wait(early)
        try:
            self._post(message)
        except (SlackClientError, OSError) as error:
            raise NotDelivered(f"Slack: {str(error)[:200] or type(error).__name__}") from error
        finally:
            self._free[where] = self._clock() + EVERY_S

    def _post(self, message: Message) -> None:
        text, parts = shortened(message.subject, SECTION), blocks(message)
        if self._hook is not None:
            answer = self._hook.send(text=text, blocks=parts, unfurl_links=False, unfurl_media=False)
            if answer.status_code != 200 or answer.body != "ok":
                raise self._refused(answer.status_code, answer.headers, answer.body)
            return
        try:
            self._web.chat_postMessage(
                channel=message.address, text=text, blocks=parts, unfurl_links=False, unfurl_media=False
            )
        except SlackApiError as error:
            said = error.response
            raise self._refused(said.status_code, said.headers, str(said.get("error", ""))) from error

    def _refused(self, status: int, headers: dict[str, Any], said: str) -> NotDelivered:
        if status == TOO_MANY:
            pause = _seconds(headers)
            self._shut_until = self._clock() + pause
            return NotDelivered("Slack asked for a pause", retry_after_s=pause)
        return (Undeliverable if said in FOR_GOOD else NotDelivered)(f"Slack said {said[:200] or status}")


def channel(settings: Settings) -> Slack:
    """The Slack app of the settings."""
    assert settings.slack is not None
    return Slack(settings.slack)


def blocks(message: Message) -> list[dict[str, Any]]:
    """A message as Slack's blocks; what doesn't fit is left out, and said to be."""
    made = [
        _section(f"*{shortened(message.subject, SECTION - 2)}*"),
        *(_section(_part(part)) for part in message.parts),
    ]
    if len(made) > BLOCKS:
        left_out = len(made) - BLOCKS + 1
        made[BLOCKS - 1 :] = [_section(f"… and {left_out} more paragraphs")]
    return made


def shortened(text: str, room: int) -> str:
    """A text, escaped as Slack wants it (so that nobody is called by it), cut where it takes more than `room`."""
    whole = _escaped(text)
    if len(whole) <= room:
        return whole
    kept, taken = [], 1
    for letter in text:
        taken += len(_escaped(letter))
        if taken > room:
            break
        kept.append(letter)
    return _escaped("".join(kept)) + "…"


def _part(part: Part) -> str:
    link = f" <{_escaped(part.link).replace('|', '%7C')}|{shortened(part.label, 80)}>" if part.link else ""
    text = " ".join(part.text.split())
    return f"{'>' if part.quote else ''}{shortened(text, SECTION - len(link) - 1)}{link}"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _seconds(headers: dict[str, Any]) -> float:
    found = {name.lower(): value for name, value in headers.items()}.get("retry-after", 30)
    try:
        return max(1.0, float(found[0] if isinstance(found, list) else found))
    except ValueError:
        return 30.0
