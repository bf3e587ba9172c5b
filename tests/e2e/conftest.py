"""A signed-in page of a running Exemplar; anything that its scripts complain about fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.running import Running


@pytest.fixture
def page(chromium: Browser, running: Running) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.goto(f"{running.address}/?token={running.secret}")
    yield page
    context.close()
    assert troubles == []
