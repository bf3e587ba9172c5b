"""A data folder of calls written as documents, the application over it, and a server for browsers."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page

from clips_api.app import create_app
from clips_api.keyring import Keys
from clips_api.store import people, sessions
from clips_api.store.people import Person
from nlp.findings import CallType, Moment, Parts, Step, Tag
from pipeline.folder import CallFolder
from pipeline.library import Library, now
from pipeline.records import Analysis, Reason, Recording, Sighting, Transcript, Turn, Word
from pipeline.settings import Settings
from tests.databases import postgres, store

__all__ = ["postgres", "store"]

BASE = "http://127.0.0.1"


@dataclass(frozen=True)
class Said:
    """A turn of a made-up call: who, what, and the tags of it."""

    speaker: str
    text: str
    tags: tuple[str, ...] = ()


PRICE = (
    Said("rep", "Hi Elena, it's Sam from Juniper Lane, is now still a good time?", ("step.greeting",)),
    Said("customer", "Yes, go ahead."),
    Said("rep", "What do you use today for your stock?"),
    Said("customer", "Look, I like it, but it's way over what we budgeted for this year.", ("objection.price",)),
    Said("rep", "That's fair. What did you have in the budget, and for which shops?", ("handling.explore",)),
    Said("customer", "About twelve thousand, for the café and the two tile shops."),
    Said("rep", "Thanks, I'll send a proposal for those two on Monday at ten.", ("step.next_step",)),
)
TIMING = (
    Said("rep", "Good morning, Priya here from Juniper Lane."),
    Said("customer", "We're swamped until spring, call me next quarter.", ("objection.timing",)),
    Said("rep", "I understand. We have a great discount this week though."),
    Said("customer", "It is too expensive anyway, way too expensive.", ("objection.price",)),
    Said("rep", "Shall I just send you something?"),
)


@dataclass(frozen=True)
class Made:
    """A call that was written, and what it sounds like: samples of shape (n, channels), int16."""

    id: str
    sound: np.ndarray
    rate: int
    folder: CallFolder


def noise(seconds: float, rate: int, channels: int, seed: int) -> np.ndarray:
    """Sound that is nowhere like itself, so that a cut's place can be told."""
    values = np.random.default_rng(seed).normal(0, 6000, (round(seconds * rate), channels))
    smooth = np.apply_along_axis(lambda lane: np.convolve(lane, np.ones(6) / 6, "same"), 0, values)
    return np.clip(smooth, -32000, 32000).astype("<i2")


def wav(samples: np.ndarray, rate: int) -> bytes:
    """Samples as a WAV file."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def spoken(script: Sequence[Said], *, timed: bool = True) -> tuple[Turn, ...]:
    """Turns with words a third of a second each."""
    turns, at = [], 1.0
    for said in script:
        words = []
        for text in said.text.split():
            words.append(Word(start=round(at, 3), end=round(at + 0.3, 3), text=text, probability=0.9))
            at += 0.33
        if timed:
            turns.append(
                Turn(speaker=said.speaker, start=words[0].start, end=words[-1].end, text=said.text, words=tuple(words))
            )
        else:
            turns.append(Turn(speaker=said.speaker, text=said.text))
        at += 0.5
    return tuple(turns)


def found(script: Sequence[Said], turns: Sequence[Turn]) -> Analysis:
    """What an analysis would say: each objection with the turn after it is a moment."""
    tags = [
        Tag(
            tag,
            f"{tag}: made up",
            number,
            0,
            len(said.text),
            said.text,
            said.speaker,
            turns[number].start,
            turns[number].end,
        )
        for number, said in enumerate(script)
        for tag in said.tags
    ]
    moments = []
    for number, said in enumerate(script):
        for tag in said.tags:
            if tag.startswith("objection."):
                explored = "handling.explore" in script[number + 1].tags
                parts = Parts(
                    acknowledge="That's fair." if explored else None, explore="What did you have" if explored else None
                )
                score = 8 if explored else 2
                moments.append(
                    Moment(
                        tag,
                        (number, number + 1),
                        turns[number].start,
                        turns[number + 1].end,
                        score,
                        parts,
                        (),
                        None,
                        f"{tag}, then a reply",
                    )
                )
    steps = (
        Step("greeting", "done", 0, script[0].text, "the rep's name"),
        Step("agenda", "missed", None, None, "nothing like it in the first minutes"),
        Step("recap", "cannot_tell", None, None, "the speakers are not clear"),
    )
    side = {"talk_share": 0.56, "longest_monologue_s": 12.5, "questions": 3, "open_questions": 2}
    return Analysis(
        playbook={"name": "default", "version": "1"},
        type=CallType("conversation", "both speak"),
        tags=tuple(tags),
        moments=tuple(moments),
        steps=steps,
        metrics={"duration_s": 60.0, "rep": side, "customer": side},
    )


def write_call(
    library: Library,
    script: Sequence[Said] = PRICE,
    *,
    seed: int = 1,
    rate: int = 8000,
    channels: int = 2,
    rep: str | None = "Sam",
    customer: str | None = "Corbel Tiles",
    started_at: datetime | None = datetime(2026, 11, 12, 14, 5, tzinfo=UTC),
    name: str | None = None,
    timed: bool = True,
    upto: str = "done",
) -> Made:
    """Write one call's folder as the worker would, as far as `upto`: taken, heard or done."""
    turns = spoken(script, timed=timed)
    seconds = (turns[-1].end or 30.0) + 1.5
    sound = noise(seconds, rate, channels, seed)
    data = wav(sound, rate)
    digest = sha256(data).hexdigest()
    filename = name or f"call {seed}.wav"
    room = CallFolder(library.incoming_folder())
    (room.path / "recording.wav").write_bytes(data)
    room.sight(Sighting(path=filename, at=now(), bytes=len(data), mtime_ns=seed))
    peaks = {
        "per_second": 20,
        "channels": [
            [int(x) for x in lane]
            for lane in np.random.default_rng(seed).integers(0, 100, (channels, int(seconds * 20)))
        ],
    }
    (room.path / "peaks.json").write_text(json.dumps(peaks))
    call = library.arrive(room.path, digest[:16])
    if upto != "taken":
        call.keep(Transcript(recording_id=call.id, language="en", model="made up", turns=turns))
        call.keep(
            Recording(
                id=call.id, sha256=digest, files=("recording.wav",), filename=filename, bytes=len(data), rep=rep,
                customer=customer, started_at=started_at, duration_s=seconds, channels=channels, sample_rate=rate,
                codec="pcm_s16le", container="wav", arrived_at=now(),
            )
        )  # fmt: skip
    if upto == "done":
        call.keep(found(script, turns).model_copy(update={"recording_id": call.id}))
    return Made(call.id, sound, rate, call)


def set_aside(library: Library, name: str = "minutes.wav") -> str:
    """Put a file that is no recording into quarantine; its id."""
    data = name.encode()
    room = CallFolder(library.incoming_folder())
    (room.path / "recording.wav").write_bytes(data)
    room.sight(Sighting(path=f"Sam/{name}", at=now(), bytes=len(data), mtime_ns=1))
    call = library.arrive(room.path, sha256(data).hexdigest()[:16])
    why = "This is not a sound or video file, whatever its name says."
    library.set_aside(
        call,
        Reason(id=call.id, name=name, why=why, advice="Drop the recording itself.", error="NotARecording", at=now()),
    )
    return call.id


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds; fail when it doesn't in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", max_upload_mb=2)


@pytest.fixture
def library(settings: Settings, no_records: Path) -> Library:
    made = Library(settings.data)
    made.prepare()
    shutil.copyfile(no_records, made.records)
    return made


@pytest.fixture
def calls(library: Library) -> list[Made]:
    """Two calls with objections, one by each rep."""
    later = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
    return [
        write_call(library),
        write_call(library, TIMING, seed=2, rep="Priya", customer="Ivy & Sons <Ltd>", started_at=later),
    ]


@pytest.fixture
def app(settings: Settings, library: Library) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI, library: Library) -> Iterator[TestClient]:
    """Signed in with the secret, once everything on disk is indexed."""
    headers = {"Authorization": f"Bearer {library.secret()}"}
    with TestClient(app, base_url=BASE, headers=headers, follow_redirects=False) as made:
        wait_for(app.state.parts.database.complete)
        yield made


@pytest.fixture
def stranger(app: FastAPI, client: TestClient) -> TestClient:
    """The same application, not signed in."""
    return TestClient(app, base_url=BASE, follow_redirects=False)


@pytest.fixture
def signed_in_as(app: FastAPI, client: TestClient, library: Library) -> Callable[[Person], TestClient]:
    """Makes a browser in which somebody is signed in; they are added to the list of people first."""

    def made(person: Person) -> TestClient:
        records = app.state.parts.store
        people.keep(records, [person])
        known = next(one for one in people.find(records) if one.name == person.name)
        _, token = sessions.add(records, known.id, device="a test", at=now())
        cookies = {Keys(library.secret()).cookie_name: token}
        headers = {"Sec-Fetch-Site": "same-origin"}
        return TestClient(app, base_url=BASE, cookies=cookies, headers=headers, follow_redirects=False)

    return made


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    secret: str

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.secret}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)


@contextmanager
def serving(app: FastAPI, library: Library) -> Iterator[Served]:
    """An application behind a real port, once everything on disk is indexed."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_for(lambda: server.started)
        wait_for(app.state.parts.database.complete)
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", library.secret())
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@pytest.fixture
def served(app: FastAPI, library: Library) -> Iterator[Served]:
    """The application behind a real port, for browsers."""
    with serving(app, library) as made:
        yield made


@pytest.fixture
def page(chromium, served: Served) -> Iterator[Page]:
    """A signed-in page; a script error or a refused script fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=served.address)
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on(
        "console",
        lambda told: faults.append(told.text) if told.type == "error" and "Content Security" in told.text else None,
    )
    made.goto(f"/status?token={served.secret}")
    yield made
    context.close()
    assert not faults
