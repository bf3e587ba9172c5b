"""The worker looks for what comes back to somebody: here a question that was due yesterday, where it is noon now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clips_api.quiet import WEEKENDS
from clips_api.store import assignments, people, quizzes, repetitions
from clips_api.store.assignments import Assignment
from clips_api.store.database import Store
from clips_api.store.people import Person
from clips_api.store.repetitions import Repetition
from pipeline.library import now
from tests.running import Running
from tests.training import a_quiz, keep


def at_work(name: str) -> Person:
    """Somebody who works now: about noon on their clock, on a day that is none of their weekend."""
    ahead = 12 - now().hour
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    day = now().weekday()
    country = None if day < 5 else next(code for code, weekend in WEEKENDS.items() if day not in weekend)
    return Person(name, f"{name.split(maxsplit=1)[0].lower()}@example.com", zone=zone, country=country)


@pytest.mark.soak
def test_the_worker_has_a_question_come_back_once(running: Running) -> None:
    store = Store.at(running.library.records)
    (noa,) = keep(store, at_work("Noa Berg"))
    version = quizzes.latest(store, a_quiz(store, "What stuck"))
    yesterday = (now() - timedelta(days=1)).date()
    with store.write() as connection:
        given = assignments.add(connection, Assignment(noa.id, "Dana", now(), quiz_id=version.quiz_id))
        asked = version.questions[0]["id"]
        back = Repetition(noa.id, version.quiz_id, version.id, given.id, asked, 0, yesterday, now())
        repetitions.keep(store, connection, back)
    assert people.get(store, noa.id) == noa
    store.close()

    def made() -> list[dict]:
        return running.http.get("/api/v1/practices", params={"person": noa.id}).json()["items"]

    running.wait(made, 90, "a practice for Noa")
    ((questions, answered),) = [(one["questions"], one["answered"]) for one in made()]
    assert (questions, answered) == (1, 0)
    rows = running.http.get("/api/v1/outbox").json()["items"]
    assert [row["address"] for row in rows if row["kind"] == "practice"] == ["noa@example.com"]
    assert running.http.get("/api/v1/practices/due").json() == {"due": 0}
    log = (running.library.logs / "worker.log").read_text()
    assert "Nobody could be" not in log
    assert "noa@example.com" not in log
