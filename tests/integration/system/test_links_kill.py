"""Whoever sends links, and the pages, are killed between "assigned" and "sent": no link is lost, none is sent twice.

The one exception: the mail server had accepted a letter and the sender was killed before it could say so. Then both
copies have the same Message-ID and the same link. Slack has nothing like it; there the test allows that one repeat.

The moments are seen from outside: in the outbox's rows, and by the mail server. The seed decides which, whom, and how
many milliseconds later. Twelve in `make test`, fifty in `make soak`.
"""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from clips_api.store import assignments
from clips_api.store.database import Store
from clips_api.store.schema import outbox as outbox_table
from pipeline import files
from pipeline.library import Library
from tests.mailbox import Mailbox, mail_server
from tests.slack import TOKEN, Slack, slack_server
from tests.training import a_quiz

MOMENTS = ("assigned", "leased", "asked", "sent", "kept", "later")
ON_SLACK = 5  # every fifth person is told there
LINK = re.compile(r"http://coach\.example/q/([\w-]{43})")


@dataclass
class Killed:
    """A sender that was killed: when, and what was not said to be sent by then."""

    at: float
    unsent: set[str]


@dataclass
class House:
    """The pages and a sender as processes of their own, a mail server and a Slack."""

    data: Path
    port: int
    box: Mailbox
    slack: Slack
    kills: list[Killed] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)  # when the mail server kept each letter
    waits_for: str | None = None
    reached: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.store = Store.at(Library(self.data).records)
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {Library(self.data).secret()}"},
            timeout=30,
        )
        self.box.seen = self._seen

    def start(self, what: str) -> None:
        """Start the pages or the sender (again)."""
        log = (self.data / "logs" / f"{what}.txt").open("ab")
        program = {
            "pages": ["clips_api", "--data", str(self.data), "--host", "127.0.0.1", "--port", str(self.port)],
            "sender": ["tests.sender", str(self.data)],
        }[what]
        made = subprocess.Popen([sys.executable, "-m", *program], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        setattr(self, what, made)
        if what == "pages":
            self.until(self._answers, 60, "the pages")

    def kill(self, what: str) -> None:
        process = getattr(self, what)
        process.kill()
        process.wait(10)
        if what == "sender":
            self.kills.append(Killed(time.monotonic(), {row.message_id for row in self.rows() if row.sent_at is None}))

    def rows(self) -> list:
        with self.store.read() as connection:
            return list(connection.execute(select(outbox_table)))

    def until(self, holds: Callable[[], object], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
            time.sleep(0.01)

    def reach(self, moment: str) -> bool:
        """Wait until a moment has come; some last a few milliseconds only."""
        if moment in ("assigned", "later"):
            return True
        if moment != "leased":
            return self.reached.wait(4)
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            if any(row.leased_until is not None and row.sent_at is None for row in self.rows()):
                return True
        return False

    def _seen(self, what: str) -> None:
        if what == "kept":
            self.kept.append(time.monotonic())
        if what == self.waits_for:
            self.waits_for = None
            self.reached.set()
            time.sleep(0.03)  # so that the kill comes before the answer

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return self.http.get("/healthz").is_success
        return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    library = Library(tmp_path / "data")
    library.prepare()
    with socket.create_server(("127.0.0.1", 0)) as lent:
        port = lent.getsockname()[1]
    with mail_server() as box, slack_server() as slack, files.lock(library.run_lock):
        library.announce({"address": f"http://127.0.0.1:{port}", "pid": "0"})
        (library.root / "exemplar.toml").write_text(
            f'public_url = "http://coach.example"\nquiet_hours = ""\nquiet_weekends = false\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {box.port}\ntls = "none"\nfrom = "coach@example.com"\n'
            f'[slack]\ntoken = "{TOKEN}"\napi = "{slack.api}"\n'
        )
        made = House(library.root, port, box, slack)
        try:
            made.start("pages")
            made.start("sender")
            yield made
        finally:
            for what in ("sender", "pages"):
                with suppress(AttributeError):
                    getattr(made, what).kill()
            made.http.close()
            made.store.close()


def everybody(house: House, number: int) -> list[int]:
    people = [
        {"name": f"Rep {place}", "slack": f"U00000{place:04}"}
        if place % ON_SLACK == 0
        else {"name": f"Rep {place}", "email": f"rep{place}@example.com"}
        for place in range(number)
    ]
    house.http.put("/api/v1/people", json={"people": people}).raise_for_status()
    found = {one["name"]: one["id"] for one in house.http.get("/api/v1/people").json()["items"]}
    return [found[f"Rep {place}"] for place in range(number)]


def a_round(house: House, seed: random.Random, body: dict, caught: Counter[str]) -> None:
    moment, victim = seed.choice(MOMENTS), seed.choices(("sender", "pages"), (2, 1))[0]
    house.reached.clear()
    house.waits_for = moment
    asked = threading.Thread(target=lambda: _assign(house, body))
    asked.start()
    if moment in ("assigned", "later"):
        asked.join()
    caught[f"{moment}, {victim}"] += house.reach(moment)
    time.sleep(seed.choice([0.05, 0.2, 0.5]) if moment == "later" else seed.choice([0, 0, 0.002, 0.01]))
    house.kill(victim)
    asked.join()
    house.waits_for = None
    house.start(victim)


def _assign(house: House, body: dict) -> None:
    with suppress(httpx.TransportError):  # the pages were killed: then it was given, or it was not
        house.http.post("/api/v1/assignments", json=body).raise_for_status()


@pytest.mark.timeout(600)
def test_kills_between_assigned_and_sent(house: House) -> None:
    kills(house, 6)


@pytest.mark.soak
@pytest.mark.timeout(1800)  # each kill costs a start; on a busy machine they add up
def test_fifty_kills_between_assigned_and_sent(house: House) -> None:
    kills(house, 50)


def kills(house: House, rounds: int) -> None:
    """So many kills; then every link is there, once."""
    seed = random.Random(20261122)
    quiz = a_quiz(house.store)
    reps = iter(everybody(house, rounds * 3))
    caught: Counter[str] = Counter()
    for _ in range(rounds):
        some = [next(reps) for _ in range(seed.choice([1, 2, 3]))]
        a_round(house, seed, {"quiz_id": quiz, "people": some}, caught)
    house.until(lambda: all(row.sent_at is not None for row in house.rows()), 60, "everything sent")
    time.sleep(3)  # longer than a lease: what would be sent twice would be sent now
    house.kill("sender")

    given = assignments.find(house.store)
    rows = {row.about: row for row in house.rows()}
    assert len(given) >= rounds
    assert set(rows) == {one.about for one in given}, "an assignment without its row, or a row without its cause"
    mails = {row.message_id for row in rows.values() if row.channel == "mail"}

    copies: dict[str, list[tuple[float, str]]] = {}
    for letter, at in zip(house.box.letters, house.kept, strict=True):
        text = letter.get_body(("plain",)).get_content()
        copies.setdefault(letter["Message-ID"][1:].partition("@")[0], []).append((at, LINK.search(text)[1]))
    assert set(copies) == mails, "a link was lost, or nobody knows where it came from"
    for name, sent in copies.items():
        assert len({token for _, token in sent}) == 1, "two copies with different links"
        for (first, _), (second, _) in pairwise(sent):
            assert excused(house, name, first, second), "sent twice, and nobody was killed in between"

    told = Counter(post["channel"] for post in house.slack.posts)
    directly = {row.address for row in rows.values() if row.channel == "slack"}
    assert set(told) == directly
    assert sum(told.values()) - len(told) <= len(house.kills)

    tokens = {token for sent in copies.values() for _, token in sent}
    assert len(tokens) == len(mails), "two people with the same link"
    for token in tokens:
        assert house.http.get(f"/q/{token}").status_code == 200
    again = sum(len(sent) - 1 for sent in copies.values()) + sum(told.values()) - len(told)
    print(f"{rounds} kills, {len(given)} links, {again} repeats; moments caught: {dict(caught)}")
    assert sum(caught.values()) > rounds // 2


def excused(house: House, name: str, first: float, second: float) -> bool:
    """Whether a sender was killed between two copies, before it could say that the first was accepted."""
    return any(first <= kill.at <= second and name in kill.unsent for kill in house.kills)
