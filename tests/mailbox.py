"""A real mail server on loopback: keeps what it accepts, refuses whom it is told to, and can be made to fail."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope


@dataclass
class Mailbox:
    """What came, and how the server behaves. `say` maps an address to the answer that refuses it."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    say: dict[str, str] = field(default_factory=dict)
    after_data: list[str] = field(default_factory=list)  # answers to DATA in place of the usual one, one a letter
    secured: list[bool] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    seen: Callable[[str], None] = lambda _: None  # told of each letter: asked, sent, kept

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.say:
            return self.say[address]
        self.seen("asked")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.seen("sent")
        if self.after_data:
            answer = self.after_data.pop(0)
            if not answer.startswith("250"):
                return answer
        letter = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append(envelope)
        self.secured.append(session.ssl is not None)
        self.seen("kept")
        return "250 accepted"

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        login, password = given.login.decode(), given.password.decode()
        self.signed_in.append(login)
        return AuthResult(success=(login, password) == ("exemplar", "correct horse"))


@contextmanager
def mail_server(context: ssl.SSLContext | None = None, *, sign_in: bool = False) -> Iterator[Mailbox]:
    """A server that runs until the end; with a context it insists on STARTTLS."""
    box = Mailbox()
    how: dict[str, Any] = {"authenticator": box.sign_in, "auth_required": True} if sign_in else {}
    if context is None:
        how["auth_require_tls"] = False
    else:
        how |= {"tls_context": context, "require_starttls": True}
    with socket.create_server(("127.0.0.1", 0)) as lent:  # the controller wants to know its port beforehand
        box.port = lent.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port, **how)
    server.start()
    try:
        yield box
    finally:
        server.stop()
