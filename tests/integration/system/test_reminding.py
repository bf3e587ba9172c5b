"""The worker looks for people to remind: here one who gets an address only after a quiz was given to them."""

from __future__ import annotations

from clips_api.store.database import Store
from tests.running import Running
from tests.training import a_quiz


def test_the_worker_has_somebody_told_who_could_not_be_before(running: Running) -> None:
    store = Store.at(running.library.records)
    quiz = a_quiz(store, "Only for this test")
    store.close()

    def put(**person: str) -> int:
        running.http.put("/api/v1/people", json={"people": [person]}).raise_for_status()
        people = running.http.get("/api/v1/people").json()["items"]
        return next(one["id"] for one in people if one["name"] == person["name"])

    def told() -> list[str]:
        rows = running.http.get("/api/v1/outbox").json()["items"]
        return [row["address"] for row in rows if row["about"] == f"assignment/{given}"]

    number = put(name="Mei Chen")
    body = {"quiz_id": quiz, "people": [number]}
    given = running.http.post("/api/v1/assignments", json=body).raise_for_status().json()["items"][0]["id"]
    assert told() == []
    assert put(name="Mei Chen", email="mei@example.com") == number
    running.wait(lambda: told() == ["mei@example.com"], 90, "a message to Mei")
    log = (running.library.logs / "worker.log").read_text()
    assert "Nobody could be" not in log
    assert "mei@example.com" not in log
