"""Tells people by e-mail: one letter a message, as plain text and as simple HTML."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from pipeline.errors import NotDelivered, Undeliverable
from pipeline.library import now
from pipeline.message import Message, Part
from pipeline.settings import Mail as MailSettings
from pipeline.settings import Settings

REFUSED_FOR_GOOD = range(500, 600)


class Mail:
    """A connection a letter: a server that was away is back at the next one."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings

    def send(self, message: Message) -> None:
        """Return once the server has accepted it. Raises NotDelivered, Undeliverable."""
        try:
            with self._connected() as server:
                server.send_message(letter(message, self.settings.sender), to_addrs=[message.address])
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refused(code, said) from error
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as error:
            raise NotDelivered(_words(error.smtp_code, error.smtp_error)) from error  # the settings' fault, not theirs
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise NotDelivered(f"{self.settings.host}: {str(error)[:200] or type(error).__name__}") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        conf = self.settings
        trusted = ssl.create_default_context()
        if conf.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(conf.host, conf.port, timeout=conf.timeout, context=trusted)
        else:
            server = smtplib.SMTP(conf.host, conf.port, timeout=conf.timeout)
        try:
            if conf.tls == "starttls":
                server.starttls(context=trusted)
            if conf.user is not None:
                server.login(conf.user, conf.password.get_secret_value() if conf.password else "")
            yield server
            with suppress(smtplib.SMTPException, OSError):  # the letter is theirs by now, whatever their farewell is
                server.quit()
        finally:
            server.close()


def channel(settings: Settings) -> Mail:
    """The mail server of the settings."""
    assert settings.mail is not None
    return Mail(settings.mail)


def letter(message: Message, sender: str) -> EmailMessage:
    """A message as an e-mail. Its Message-ID is the message's own, so that a copy can be told for one."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = message.address
    made["Subject"] = " ".join(message.subject.split())
    made["Date"] = format_datetime(now())
    made["Message-ID"] = f"<{message.message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n\n".join(_plain(part) for part in message.parts) + "\n")
    body = "\n".join(_html(part) for part in message.parts)
    style = "font: 16px/1.5 sans-serif; max-width: 40em"
    made.add_alternative(f'<!doctype html><html lang="en"><body style="{style}">{body}</body></html>', subtype="html")
    return made


def _plain(part: Part) -> str:
    text = "\n".join(f"> {line}" for line in part.text.splitlines()) if part.quote else part.text
    return f"{text}\n{part.link}" if part.link else text


def _html(part: Part) -> str:
    link = f' <a href="{escape(part.link)}">{escape(part.label)}</a>' if part.link else ""
    inner = f"{escape(part.text)}{link}"
    return f"<blockquote>{inner}</blockquote>" if part.quote else f"<p>{inner}</p>"


def _refused(code: int, said: bytes | str) -> NotDelivered:
    return (Undeliverable if code in REFUSED_FOR_GOOD else NotDelivered)(_words(code, said))


def _words(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"the mail server said {code} {' '.join(text.split())[:200]}"
