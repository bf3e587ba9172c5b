"""200 reps open their quiz within a minute, and take it: one clip to listen to, four questions, handed in.

Each comes at a random second, looks at the link's page, presses Start, listens, answers and hands in, a second or two
between. Times are those of whole answers over HTTP. The API is one process, as it is served; the reps share its cores.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.clips import SAMPLES, kept, served
from bench.results import write
from pipeline.library import Library

REPS = 200
WITHIN_S = 60.0
THINKING_S = (0.5, 2.0)
NEXT = re.compile(r'action="[^"]*/quiz/([0-9a-f]{8})"')
Times = dict[str, list[float]]


def run() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory(prefix="exemplar-bench-") as room:
        library = Library(Path(room) / "data")
        library.prepare()
        truths = [json.loads(path.read_text()) for path in sorted((SAMPLES / "truth").glob("*.json"))]
        longest = max(truths, key=lambda truth: truth["duration_s"])
        call, transcript = kept(library, SAMPLES / longest["file"], longest)
        turn = next(one for one in transcript.turns[3:] if (one.end or 0) - (one.start or 0) > 4)
        clip = f"{call.id}-{round(turn.start * 1000)}-{round((turn.start + 12) * 1000)}"
        with served(library) as client:
            paths = [httpx.URL(url).path for url in links(client, clip)]
            times = asyncio.run(everybody(str(client.base_url), paths))
    opening = times["the link's page"] + times["Start"] + times["the first question"]
    every = [one for some in times.values() for one in some]
    rows = [
        (f"{REPS} reps open their quiz within a minute (page, Start, first question): p95", shown(opening), "300 ms"),
        *(
            (f"… {name}: median, p95", f"{p(50, some):.0f} ms, {p(95, some):.0f} ms", "")
            for name, some in times.items()
        ),
        (f"all {len(every):,} requests: p95, slowest", f"{p(95, every):.0f} ms, {max(every):.0f} ms", "reported"),
    ]
    write("quiz", "Quiz", rows)


def links(client: httpx.Client, clip: str) -> list[str]:
    """Make a quiz, give it to everybody; their links."""
    people = [{"name": f"Rep {number}"} for number in range(REPS)]
    client.put("/api/v1/people", json={"people": people}).raise_for_status()
    numbers = [one["id"] for one in client.get("/api/v1/people").json()["items"]]
    quiz = client.post("/api/v1/quizzes", json={"title": "When the price comes up"}).raise_for_status().json()["id"]
    draft = {"questions": [question(number, clip if number == 0 else None) for number in range(4)]}
    client.put(f"/api/v1/quizzes/{quiz}/draft", json=draft).raise_for_status()
    for one in client.get("/api/v1/consents", params={"waiting": True}).json()["items"]:
        client.post(f"/api/v1/consents/{one['id']}", json={"agreed": True}).raise_for_status()
    client.post(f"/api/v1/quizzes/{quiz}/publish").raise_for_status()
    given = client.post("/api/v1/assignments", json={"quiz_id": quiz, "people": numbers}).raise_for_status().json()
    return [client.post(f"/api/v1/assignments/{one['id']}/link").json()["url"] for one in given["items"]]


def question(number: int, clip: str | None) -> dict[str, Any]:
    """One question with three answers."""
    texts = ("Ask what they had in mind", "Say what it is worth to them", "Give a discount at once")
    options = [{"id": f"{number:04x}{place:04x}", "text": text} for place, text in enumerate(texts)]
    made = {"kind": "one", "text": f"What would you say? ({number + 1})", "options": options, "right": options[0]["id"]}
    return made | ({"clip": {"clip_id": clip}} if clip else {})


async def everybody(base: str, paths: Sequence[str]) -> Times:
    """All of them at their own time; how long each kind of request took, milliseconds."""
    chance, times = random.Random(7), defaultdict(list)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=base, timeout=60, limits=limits) as client:
        await asyncio.gather(
            *(rep(client, path, chance.uniform(0, WITHIN_S), random.Random(path), times) for path in paths)
        )
    return dict(times)


async def rep(client: httpx.AsyncClient, path: str, after: float, chance: random.Random, times: Times) -> None:
    """One rep, from the link to the result."""

    async def ask(name: str, method: str, address: str, **how: Any) -> httpx.Response:
        await asyncio.sleep(chance.uniform(*THINKING_S))
        began = time.perf_counter()
        answer = await client.request(method, address, **how)
        while answer.is_redirect:
            answer = await client.get(answer.headers["location"])
        times[name].append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        return answer

    await asyncio.sleep(after)
    await ask("the link's page", "GET", path)
    began = time.perf_counter()
    started = await client.post(f"{path}/start")
    times["Start"].append((time.perf_counter() - began) * 1000)
    shown = await ask("the first question", "GET", started.headers["location"])
    first = True
    while (asked := NEXT.search(shown.text)) is not None and asked[1] != "end":
        if first:
            await ask("the clip's sound", "GET", f"{path}/quiz/{asked[1]}/audio?format=opus")
            first = False
        option = re.search(r'value="([0-9a-f]{8})"', shown.text)
        given = {"given": option[1] if option else "", "attempt": "1", "go": "next"}
        shown = await ask("an answer, and the next question", "POST", f"{path}/quiz/{asked[1]}", data=given)
    await ask("handing in, and the result", "POST", f"{path}/quiz/end", data={"attempt": "1"})


def p(share: int, times: Sequence[float]) -> float:
    """A percentile."""
    return float(np.percentile(times, share))


def shown(times: Sequence[float]) -> str:
    """What counts."""
    return f"**{p(95, times):.0f} ms**"
