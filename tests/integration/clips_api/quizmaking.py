"""Calls worth asking about, and a quiz of every kind made from them."""

from __future__ import annotations

from dataclasses import replace

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clips_api.spans import clip_id
from clips_api.store import people
from clips_api.store.people import Person
from nlp.findings import Parts, Step
from pipeline.library import Library
from tests.integration.clips_api.conftest import PRICE, Made, Said, write_call

URL = "/api/v1/quizzes"
SAM = Person("Sam", "sam@example.com", "North")
ANA = Person("Ana", "ana@example.com", "North")
PRIYA = Person("Priya", "priya@example.com", "South")
DANA = Person("Dana", "dana@example.com", "North", role="manager")
OLA = Person("Ola", "ola@example.com", "South", role="manager")
STRONG = ("That's fair, the budget matters.", "What did you have in it, and for which shops?",
          "A bakery like yours got back twelve hours a week.", "Would that settle it for you?")  # fmt: skip
RICH = (
    Said("rep", "Hi Elena, it's Sam from Juniper Lane, is now still a good time?", ("step.greeting",)),
    Said("customer", "Look, I like it, but that is far more than we set aside for this year.", ("objection.price",)),
    Said("rep", " ".join(STRONG), ("handling.explore",)),
    Said("customer", "Yes, twelve hours would settle it for me."),
    Said("rep", "Thanks, I'll send a proposal on Monday at ten.", ("step.next_step",)),
)


def rich_call(library: Library, **how: object) -> tuple[Made, str]:
    """A call with a moment that has every part, and the moment's clip."""
    call = write_call(library, RICH, **{"seed": 11} | how)
    found = call.folder.analysis()
    (moment,) = found.moments
    turns = call.folder.transcript().turns
    better = replace(
        moment,
        turns=(1, 2, 3),
        end=turns[3].end,
        score=9,
        exemplar=True,
        parts=Parts(*STRONG),
        why="All four parts were heard.",
    )
    call.folder.keep(found.model_copy(update={"moments": (better,)}))
    return call, clip_id(call.id, moment.start, turns[3].end, 1)


def poorer_call(library: Library) -> tuple[Made, str]:
    """A call with a moment in which the concern was named and asked about, and nothing more."""
    call = write_call(library)
    found = call.folder.analysis()
    (moment,) = found.moments
    call.folder.keep(
        found.model_copy(update={"steps": (*found.steps, Step("discovery", "done", 2, PRICE[2].text, ""))})
    )
    return call, clip_id(call.id, moment.start, moment.end, 3)


def propose(client: TestClient, clip: str) -> dict[str, dict]:
    """The questions that are proposed about a clip, by their kind."""
    answer = client.get(f"{URL}/proposals", params={"clip": clip})
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one for one in reversed(answer.json()["items"])}


def write(client: TestClient, quiz: dict, questions: list[dict], **more: object) -> dict:
    body = {"questions": questions, "revision": quiz["revision"], **more}
    answer = client.put(f"{URL}/{quiz['id']}/draft", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def make(client: TestClient, questions: list[dict], title: str = "Before you answer", **more: object) -> dict:
    made = client.post(URL, json={"title": title, **more})
    assert made.status_code == 201, made.text
    return write(client, made.json(), questions)


def agree(client: TestClient) -> None:
    """Every rep who was asked says yes."""
    for one in client.get("/api/v1/consents?waiting=true").json()["items"]:
        assert client.post(f"/api/v1/consents/{one['id']}", json={"agreed": True}).status_code == 200


def publish(client: TestClient, quiz: dict) -> dict:
    agree(client)
    answer = client.post(f"{URL}/{quiz['id']}/publish")
    assert answer.status_code == 200, answer.text
    return answer.json()


def give(app: FastAPI, client: TestClient, quiz: dict, person: Person = ANA) -> tuple[str, int]:
    """Give a quiz to somebody: the path of their link, and the assignment's number."""
    parts = app.state.parts
    people.keep(parts.store, [person])
    known = next(one for one in people.find(parts.store) if one.name == person.name)
    made = client.post("/api/v1/assignments", json={"quiz_id": quiz["id"], "people": [known.id]})
    assert made.status_code == 201, made.text
    number = made.json()["items"][0]["id"]
    url = client.post(f"/api/v1/assignments/{number}/link").json()["url"]
    return "/q/" + url.rpartition("/q/")[2], number


def start(stranger: TestClient, path: str) -> str:
    """Press Start; where the quiz goes on."""
    assert stranger.post(f"{path}/start").headers["location"] == f"{path}/quiz"
    answer = stranger.get(f"{path}/quiz")
    assert answer.status_code == 303
    return answer.headers["location"]


def say(stranger: TestClient, path: str, question: str, *given: str, attempt: int = 1, go: str = "next"):
    return stranger.post(f"{path}/quiz/{question}", data={"given": list(given), "attempt": attempt, "go": go})


def right(question: dict) -> list[str]:
    """The right answer to a question, as it is sent."""
    if question["kind"] == "order":
        return [one["id"] for one in question["options"]]
    if question["kind"] == "own":
        return ["I would ask what the budget was made for."]
    return question["right"] if isinstance(question["right"], list) else [question["right"]]


def every_kind(client: TestClient, rich: str, poor: str) -> list[dict]:
    """One question of each kind."""
    first, second = propose(client, rich), propose(client, poor)
    return [first["reply"], second["spot"], second["several"], first["order"], first["one"], first["own"]]


def pages(client: httpx.Client, rich: str, poor: str) -> dict[str, str]:
    """Quizzes as their pages can be looked at: one under way (`asked`), one handed in (`handed`, by `handed_by`)."""
    names = [{"name": name, "email": f"{name.lower()}@example.com", "team": "South"} for name in ("Omar", "Ida")]
    client.put("/api/v1/people", json={"people": names}).raise_for_status()
    numbers = {one["name"]: one["id"] for one in client.get("/api/v1/people").json()["items"]}
    questions = every_kind(client, rich, poor)
    exam = publish(client, make(client, questions))
    found = {"exam": str(exam["id"])} | {f"ask_{one['kind']}": one["id"] for one in questions}
    for name, what in (("Omar", "asked"), ("Ida", "handed")):
        given = client.post("/api/v1/assignments", json={"quiz_id": exam["id"], "people": [numbers[name]]}).json()
        number = given["items"][0]["id"]
        url = client.post(f"/api/v1/assignments/{number}/link").json()["url"]
        path = "/q/" + url.rpartition("/q/")[2]
        client.post(f"{path}/start")
        for one in questions[1:]:
            say(client, path, one["id"], *right(one))
        found |= {what: path, f"{what}_by": str(number)}
    client.post(f"{found['handed']}/quiz/end", data={"attempt": 1})
    return found
