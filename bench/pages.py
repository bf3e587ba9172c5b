"""Pages as a person first sees them: a new Chromium context for each load, nothing cached, signed in beforehand.

The search page over 200 made calls, also with words and filters set; the page of the longest sample call, and of a call
of an hour. Largest contentful paint and layout shift are what the browser says, 0.8 s after everything is loaded.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from bench import many_calls
from bench.clips import SAMPLES, an_hour, kept, served
from bench.results import write
from pipeline.library import Library
from tests.browser import QUIET, find_chromium

CALLS = 200
LOADS = 5
SETTLED_MS = 800
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SEEN = """() => new Promise(done => {
    const seen = { paint: 0, shift: 0 };
    const paints = list => list.getEntries().forEach(one => (seen.paint = Math.max(seen.paint, one.startTime)));
    new PerformanceObserver(paints).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver(list => list.getEntries().forEach(one => (seen.shift += one.value)))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(seen), 300);
})"""


def run() -> None:
    """Measure and write the section."""
    program = find_chromium()
    if program is None:
        print("pages: no Chromium found; set EXEMPLAR_CHROMIUM to one")
        return
    with tempfile.TemporaryDirectory(prefix="exemplar-bench-") as room, sync_playwright() as playwright:
        library = Library(Path(room) / "data")
        library.prepare()
        for one in many_calls.calls(0, CALLS):
            many_calls.keep(library, one)
        truths = [json.loads(path.read_text()) for path in sorted((SAMPLES / "truth").glob("*.json"))]
        longest = max(truths, key=lambda truth: truth["duration_s"])
        sample, _ = kept(library, SAMPLES / longest["file"], longest)
        hour, _ = kept(library, *an_hour(Path(room), truths))
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        with served(library) as client:
            pages = {
                "the search page": "/search",
                "… with words and three filters": "/search?q=the&rep=Rep+7&speaker=customer&min_length=60",
                "the page of a sample call": f"/calls/{sample.id}",
                "the page of a call of an hour": f"/calls/{hour.id}",
            }
            rows = [row for name, path in pages.items() for row in seen(browser, client, library, name, path)]
        browser.close()
    write("pages", "Pages", rows)


def seen(
    browser: Browser, client: httpx.Client, library: Library, name: str, path: str
) -> Iterator[tuple[str, str, str]]:
    """Largest paint and shift of a page, wide and on a phone."""
    for where, size in (("wide", WIDE), ("phone", PHONE)):
        found = [loaded(browser, client, library, path, size) for _ in range(LOADS)]
        paints = [paint for paint, _ in found]
        yield (
            f"{name}, {where}, cold: largest paint, median, slowest of {LOADS}",
            f"{np.median(paints):.0f} ms, **{max(paints):.0f} ms**",
            "under 1 s",
        )
        yield "… layout shift, most", f"**{max(shift for _, shift in found):.3f}**", "0"


def loaded(
    browser: Browser, client: httpx.Client, library: Library, path: str, size: dict[str, int]
) -> tuple[float, float]:
    """Milliseconds to the largest paint, and the sum of shifts, of one load in a new context."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        is_mobile=size is PHONE,
        base_url=str(client.base_url),
    )
    context.request.get(f"/status?token={library.secret()}", max_redirects=0)
    page = context.new_page()
    page.goto(path)
    page.wait_for_timeout(SETTLED_MS)
    figures = page.evaluate(SEEN)
    context.close()
    return figures["paint"], figures["shift"]
