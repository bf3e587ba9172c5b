"""The sign-in secret of a data folder, and every key that is made from it."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def is_token(given: str) -> bool:
    """Whether this has the form of a link's token."""
    return _TOKEN.fullmatch(given) is not None


@dataclass(frozen=True)
class Keys:
    """The secret and what is derived from it: a key a use, so that no key tells of another."""

    secret: str

    def derive(self, use: str) -> str:
        """The key of one use."""
        return hmac.new(self.secret.encode(), use.encode(), "sha256").hexdigest()

    def token(self, use: str, what: str) -> str:
        """A link's token: nobody else can make it, and it can always be made again."""
        made = hmac.digest(self.derive(use).encode(), what.encode(), "sha256")
        return urlsafe_b64encode(made).rstrip(b"=").decode()

    @property
    def cookie_name(self) -> str:
        """Cookies are shared by all ports of a host: two Exemplars on one machine must not share a name."""
        return f"exemplar_{self.derive('cookie name')[:8]}"

    @property
    def cookie(self) -> str:
        """What the cookie of whoever opened the start-up link holds."""
        return self.derive("cookie 1")

    def is_secret(self, given: str) -> bool:
        """Whether somebody shows the secret itself."""
        return hmac.compare_digest(given.encode(), self.secret.encode())

    def is_cookie(self, given: str) -> bool:
        """Whether a cookie is that of the start-up link."""
        return hmac.compare_digest(given.encode(), self.cookie.encode())
