"""A browser as a person knows it: Firefox on Windows."""

from __future__ import annotations

import re

from fastapi import Request

_BROWSERS = (  # the first that is named wins: others name their ancestors too
    ("Edge", re.compile(r"Edg(e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"(Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"(Chrome|CriOS)/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("Android", re.compile(r"Android")),
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Windows", re.compile(r"Windows")),
    ("Mac", re.compile(r"Macintosh")),
    ("ChromeOS", re.compile(r"CrOS")),
    ("Linux", re.compile(r"Linux|X11")),
)


def device(request: Request) -> str:
    """The browser that a request comes from, by what it says of itself."""
    return named(request.headers.get("user-agent", ""))


def named(agent: str) -> str:
    """The browser and the system that a User-Agent header names."""
    browser = next((name for name, pattern in _BROWSERS if pattern.search(agent)), "A browser")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(agent)), None)
    return f"{browser} on {system}" if system else browser
