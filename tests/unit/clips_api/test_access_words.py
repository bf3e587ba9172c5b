"""What a browser is called, where a request comes from, and what a log may hold."""

from __future__ import annotations

import pytest

from clips_api.devices import named
from clips_api.problems import tokenless
from clips_api.throttle import TooOften, place


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPad"),
        ("Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_as_people_know_it(agent, name):
    assert named(agent) == name


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_where_a_request_comes_from(host, where):
    assert place(host) == where


@pytest.mark.parametrize(("wait", "advice"), [(1, "1 minute."), (60, "1 minute."), (61, "2 minutes.")])
def test_how_long_to_wait(wait, advice):
    assert TooOften(wait).advice == f"Try again in {advice}"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/sign-in/abc", "/sign-in/…"),
        ("/sign-in", "/sign-in"),
        ("/c/abc/audio", "/c/…/audio"),
        ("/q/abc/quiz", "/q/…/quiz"),
    ],
)
def test_logs_hold_no_token(path, logged):
    assert tokenless(path) == logged
