"""A Slack on loopback that enforces what Slack documents: blocks, characters, one message a second, 429 with a pause."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "xoxb-for-tests"
HOOK = "/hooks/T000/B000/for-tests"


@dataclass
class Slack:
    """What was posted, and what was refused. `errors`: what to answer for a channel; `pauses`: Retry-After, one a request."""

    address: str = ""
    posts: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    pauses: list[int] = field(default_factory=list)
    _last: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def api(self) -> str:
        return f"{self.address}/api/"

    @property
    def hook(self) -> str:
        return f"{self.address}{HOOK}"

    def take(self, channel: str, post: dict[str, Any]) -> tuple[str | None, int | None]:
        """The error and the pause with which a post is answered; neither where it is taken."""
        with self._lock:
            error, pause = self._judge(channel, post)
            if error is None:
                self.posts.append({"channel": channel, **post})
                self._last[channel] = time.monotonic()
            else:
                self.refused.append(error)
            return error, pause

    def _judge(self, channel: str, post: dict[str, Any]) -> tuple[str | None, int | None]:
        if self.pauses:
            return "ratelimited", self.pauses.pop(0)
        if time.monotonic() - self._last.get(channel, -9.0) < 0.95:  # one a second, whatever the network adds
            return "ratelimited", 1
        if channel in self.errors:
            return self.errors[channel], None
        if not post.get("text"):
            return "no_text", None
        blocks = post.get("blocks", [])
        if len(blocks) > 50:
            return "invalid_blocks", None
        for block in blocks:
            if not 0 < len(block["text"]["text"]) <= 3000:
                return "invalid_blocks", None
        return None, None


@contextmanager
def slack_server() -> Iterator[Slack]:
    """A server that runs until the end."""
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == HOOK:
                error, pause = slack.take("webhook", json.loads(body))
                self._answer(200 if error is None else 429 if pause else 400, (error or "ok").encode(), pause)
                return
            if self.path != "/api/chat.postMessage":
                self._answer(404, b"", None)
                return
            if "json" in self.headers["Content-Type"]:
                post = json.loads(body)
            else:
                post = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
                if isinstance(post.get("blocks"), str):
                    post["blocks"] = json.loads(post["blocks"])
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                error, pause = "invalid_auth", None
            else:
                error, pause = slack.take(post.pop("channel"), post)
            said = {"ok": True, "ts": "1.2"} if error is None else {"ok": False, "error": error}
            self._answer(429 if pause else 200, json.dumps(said).encode(), pause)

        def _answer(self, status: int, body: bytes, pause: int | None) -> None:
            self.send_response(status)
            if pause:
                self.send_header("Retry-After", str(pause))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    slack.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
