"""Practices as their pages can be looked at: quizzes are handed in with nothing answered, so that all comes back."""

from __future__ import annotations

from datetime import timedelta

import httpx
from fastapi import FastAPI

from clips_api import practice
from clips_api.store import practices
from clips_api.viewer import HOUSE
from pipeline.library import now


def handed_in(client: httpx.Client, quiz: int, name: str) -> int:
    """Somebody hands a quiz in with nothing answered; their number."""
    person = {"name": name, "email": f"{name.lower()}@example.com", "team": "South"}
    client.put("/api/v1/people", json={"people": [person]}).raise_for_status()
    number = next(one["id"] for one in client.get("/api/v1/people").json()["items"] if one["name"] == name)
    given = client.post("/api/v1/assignments", json={"quiz_id": quiz, "people": [number]}).json()["items"][0]["id"]
    path = "/q/" + client.post(f"/api/v1/assignments/{given}/link").json()["url"].rpartition("/q/")[2]
    client.post(f"{path}/start")
    client.post(f"{path}/quiz/end", data={"attempt": 1})
    return number


def come_back(app: FastAPI, *people: int) -> list[str]:
    """The links of what comes back to some people on their next working day: they work today already."""
    parts = app.state.parts.asked_by(HOUSE)
    noon = now().astimezone().replace(hour=12)
    days = (noon + timedelta(days=day) for day in range(1, 6))
    assert any(practice.practise(parts, at) for at in days)
    made = practices.newest(parts.store, people)
    return [f"/q/{practice.token(parts, made[number].seed)}/practice" for number in people]


def pages(app: FastAPI, client: httpx.Client, quiz: int) -> dict[str, str]:
    """A practice under way (`practice`, its first question `first`), and one that is done (`practised`)."""
    people = [handed_in(client, quiz, name) for name in ("Noor", "Tess")]
    path, done = come_back(app, *people)
    parts = app.state.parts.asked_by(HOUSE)
    items = practice.of_token(parts, done.split("/")[2]).items
    for where in (path, done):
        client.post(f"{where}/start")
    for one in items:
        given = [choice.id for choice in one.shown.choices]
        client.post(f"{done}/{one.question.id}", data={"given": given if one.shown.way == "order" else given[:1]})
    return {"practice": path, "practised": done, "first": items[0].question.id}
