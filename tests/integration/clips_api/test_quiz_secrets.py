"""Nothing that is sent before a quiz is handed in tells an answer, of any kind of question.

Two ways to make sure: every answer is searched for what is told only afterwards; and a quiz in which other answers are
right, explained otherwise, whose clips go on otherwise, must send the same bytes.
"""

from __future__ import annotations

import io
import re
import wave
from collections import Counter

import numpy as np
import pytest
from httpx import Response

from clips_api import questions
from clips_api.asking import Option
from clips_api.grading import mixed
from clips_api.store import people
from clips_api.store import quizzes as store
from tests.integration.clips_api.quizmaking import (
    ANA,
    PRIYA,
    SAM,
    STRONG,
    every_kind,
    give,
    make,
    poorer_call,
    publish,
    rich_call,
    right,
    say,
    start,
)  # fmt: skip


@pytest.fixture
def rich(library):
    return rich_call(library)


@pytest.fixture
def poor(library):
    return poorer_call(library)


@pytest.fixture
def records(app, rich, poor, client):
    people.keep(app.state.parts.store, [SAM, ANA])
    return app.state.parts.store


@pytest.fixture
def quiz(records, client, rich, poor):
    asked = every_kind(client, rich[1], poor[1])
    for number, one in enumerate(asked):  # what is told afterwards, so that it can be searched for
        one["explanation"] = f"Told afterwards {number}."
        for option in one.get("options", ()):
            option["why"] = f"Because {option['id'][::-1]}."
        if one["kind"] == "own":
            one["look_for"] = ["Looked for one", "Looked for another"]
    return publish(client, make(client, asked))


def everything(stranger, path: str, quiz: dict) -> dict[str, Response]:
    """Every answer that a link's quiz gives before it is handed in, in the order in which somebody takes it."""
    found: dict[str, Response] = {}

    def get(where: str, **how) -> None:
        found[f"GET {where} {how}"] = stranger.get(f"{path}{where}", **how)

    get("")
    get("/quiz")
    for one in quiz["asks"]:
        ids = sorted(option["id"] for option in one.get("options", ()))
        get(f"/quiz/{one['id']}")
        get(f"/quiz/{one['id']}", headers={"Accept": "application/json"})
        found[f"HEAD {one['id']}"] = stranger.head(f"{path}/quiz/{one['id']}/audio")
        for form in ("wav", "opus"):
            get(f"/quiz/{one['id']}/audio?format={form}")
        get(f"/quiz/{one['id']}/audio", headers={"Range": "bytes=0-999"})
        get(f"/quiz/{one['id']}/rest")
        found[f"HEAD rest {one['id']}"] = stranger.head(f"{path}/quiz/{one['id']}/rest")
        for given in ([], ids[:1], ids[1:2], ids[2:3], ids, ids[::-1], ["My words"]):
            for go in ("stay", "next", "back"):
                found[f"POST {one['id']} {given} {go}"] = say(stranger, path, one["id"], *given, go=go)
            get(f"/quiz/{one['id']}", params={"after": len(given)})
        if one["kind"] == "order":
            found[f"POST up {one['id']}"] = say(stranger, path, one["id"], *ids, go=f"up:{ids[1]}")
    for where in (
        "/quiz/end",
        "/quiz/result",
        "/quiz/result?attempt=1",
        "/quiz/deadbeef",
        "/quiz/end/audio",
        "/lesson",
    ):
        get(where)
    found["POST done"] = stranger.post(f"{path}/quiz/done")
    return found


def told(answer: Response) -> tuple[int, dict[str, str], bytes]:
    """All that an answer tells."""
    return answer.status_code, {name: value for name, value in answer.headers.items() if name != "date"}, answer.content


def other_answers(asked: list[questions.Kind]) -> list[questions.Kind]:
    """The same questions, with other answers right and everything told otherwise that is told afterwards."""
    changed = []
    for one in asked:
        new: dict[str, object] = {"explanation": "Quite another explanation", "points": one.points}
        if one.clip is not None and one.clip.stops:
            rest = tuple(line.model_copy(update={"text": "It went otherwise"}) for line in one.clip.rest)
            new["clip"] = one.clip.model_copy(update={"rest": rest, "end": one.clip.end + 0.25})
        if isinstance(one, questions.Choosing):
            new["options"] = tuple(option.model_copy(update={"why": "Otherwise"}) for option in one.options)
        if isinstance(one, questions.Single):
            new["right"] = next(option.id for option in one.options if option.id != one.right)
        if isinstance(one, questions.Several):
            new["right"] = tuple(option.id for option in one.options if option.id not in one.right)
        if isinstance(one, questions.Order):
            new["options"] = new["options"][::-1]
        if isinstance(one, questions.Own):
            new["look_for"] = ("Something else",)
        changed.append(one.model_copy(update=new))
        assert changed[-1].grade(right(one.model_dump())).right is not True
    return changed


def test_no_answer_holds_what_is_told_afterwards(app, client, stranger, quiz):
    path, _ = give(app, client, quiz)
    start(stranger, path)
    secrets = {one["explanation"] for one in quiz["asks"]} | {"Looked for"}
    secrets |= {option["why"] for one in quiz["asks"] for option in one.get("options", ())}
    secrets |= {line["text"] for one in quiz["asks"] if one["clip"] for line in one["clip"]["rest"]}
    secrets |= {one["clip"]["clip_id"] for one in quiz["asks"]} | {one["clip"]["clip_id"][:16] for one in quiz["asks"]}
    secrets |= {"Sam", "twelve hours would settle", '"right"', "correct", 'class="right"', "explanation", "look_for"}
    secrets -= set(STRONG)  # those stand to be chosen, among others
    assert len(secrets) > 30
    found = everything(stranger, path, quiz)
    for name, answer in found.items():
        head = " ".join(f"{key}: {value}" for key, value in answer.headers.items())
        text = (
            answer.text if answer.headers.get("content-type", "").startswith(("text", "application/j")) else ""
        ) + head
        for secret in secrets:
            assert secret not in text, (name, secret)
    pages = "".join(answer.text for answer in found.values() if "html" in answer.headers.get("content-type", ""))
    scripts = set(re.findall(r'src="(/static/[^"]+\.js)"', pages))
    assert any("quiz.js" in address for address in scripts)
    for address in scripts:
        assert not any(secret in stranger.get(address).text for secret in secrets - {"Sam"}), address


def test_other_answers_send_the_same_bytes(app, records, client, stranger, quiz):
    path, _ = give(app, client, quiz)
    start(stranger, path)
    version = store.published(records, quiz["id"])
    everything(stranger, path, quiz)  # from here on the same answers stand in both
    first = everything(stranger, path, quiz)
    store.rewrite(records, {version.id: questions.stored(other_answers(questions.read(version.questions)))})
    second = everything(stranger, path, quiz)
    assert first.keys() == second.keys()
    assert len(first) > 150
    for name in first:
        assert told(first[name]) == told(second[name]), name


def test_only_once_it_was_handed_in_everything_is_told(app, client, stranger, quiz):
    path, _ = give(app, client, quiz)
    start(stranger, path)
    stranger.post(f"{path}/quiz/end", data={"attempt": 1})
    result = stranger.get(f"{path}/quiz/result").text
    for one in quiz["asks"]:
        assert one["explanation"] in result
    assert "Looked for another" in result
    assert "settle it for me" in result
    assert stranger.get(f"{path}/quiz/{quiz['asks'][0]['id']}/rest").status_code == 200
    assert stranger.get(f"{path}/quiz/{quiz['asks'][1]['id']}/rest").status_code == 404  # it was heard whole


def samples(answer: Response) -> np.ndarray:
    with wave.open(io.BytesIO(answer.content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())


def test_the_sound_ends_before_the_reply_and_the_rest_begins_there(app, client, stranger, quiz, rich):
    path, _ = give(app, client, quiz)
    start(stranger, path)
    call = rich[0]
    one = quiz["asks"][0]
    heard = samples(stranger.get(f"{path}/quiz/{one['id']}/audio"))
    clip, turns = one["clip"], call.folder.transcript().turns
    assert turns[1].end < clip["until"] <= turns[2].words[0].start
    low, high, end = (round(clip[name] * call.rate) for name in ("start", "until", "end"))
    assert len(heard) == high - low
    fade = round(0.02 * call.rate)
    assert np.array_equal(heard[fade:-fade], call.sound[low + fade : high - fade])
    stranger.post(f"{path}/quiz/end", data={"attempt": 1})
    rest = samples(stranger.get(f"{path}/quiz/{one['id']}/rest"))
    assert len(rest) == end - high
    assert np.array_equal(rest[fade:-fade], call.sound[high + fade : end - fade])


def test_no_other_address_gives_the_rest_to_who_has_the_link(app, client, stranger, quiz, signed_in_as):
    path, number = give(app, client, quiz, PRIYA)
    start(stranger, path)
    one = quiz["asks"][0]
    clip = one["clip"]["clip_id"]
    call = clip[:16]
    inside = [
        f"/quizzes/{quiz['id']}/preview/quiz/{one['id']}/rest", f"/api/v1/quizzes/{quiz['id']}", f"/quizzes/{quiz['id']}",
        f"/api/v1/clips/{clip}", f"/api/v1/clips/{clip}/audio", f"/api/v1/clips/{clip}/captions.vtt", f"/clips/{clip}",
        f"/api/v1/calls/{call}", f"/api/v1/calls/{call}/audio", f"/api/v1/calls/{call}/transcript.vtt", f"/calls/{call}",
        f"/api/v1/quizzes/proposals?clip={clip}", f"/api/v1/quizzes/{quiz['id']}/results",
        f"/assignments/{number}/quiz/{one['id']}/rest", f"/assignments/{number}/quiz/result",
    ]  # fmt: skip
    for where in inside:
        assert stranger.get(where).status_code == 401, where
    for where in (f"{path}/lesson/clips/1/audio", f"{path}/lesson/1", f"{path}/quiz/{one['id']}/captions.vtt"):
        assert stranger.get(where).status_code in (303, 404), where
    priya = signed_in_as(PRIYA)
    for where in inside[:-2]:
        assert priya.get(where).status_code in (403, 404), where
    assert priya.get(inside[-2]).status_code == 404
    assert priya.get(inside[-1]).status_code == 303
    for where in ("/api/v1/assignments", f"/api/v1/assignments/{number}"):
        assert not any(option["id"] in priya.get(where).text for option in one["options"])


@pytest.mark.parametrize("kind", list(questions.KINDS))
def test_each_kind_shows_only_what_may_be_seen(kind):
    options = tuple(Option(text=f"text {n}", why=f"why {n}") for n in range(4))
    given: dict[str, object] = {"text": "Asked", "explanation": "Told afterwards"}
    if kind != "own":
        given["options"] = options
    if kind in ("one", "spot", "reply"):
        given["right"] = options[2].id
    if kind == "several":
        given["right"] = (options[0].id, options[3].id)
    if kind == "own":
        given["look_for"] = ("why 1",)
    one = questions.KINDS[kind].model_validate(given)
    shown = one.shown(mixed("a secret", 7, one.id)).model_dump_json()
    for word in (
        "why",
        "Told afterwards",
        "right",
        "look_for",
        "explanation",
        kind if kind in ("spot", "reply") else "why",
    ):
        assert word not in shown
    assert {"Asked", one.id} <= set(re.findall(r"[\w ]+", shown))


def test_neither_order_nor_ids_tell_which_option_is_right():
    made = [questions.One(text="x", options=(strong := Option(text="a"), *(Option(text=t) for t in "bcd")), right=strong.id)
            for _ in range(2000)]  # fmt: skip
    places = Counter(
        [one.id for one in made_one.shown(mixed("a secret", 7, made_one.id)).choices].index(made_one.right)
        for made_one in made
    )
    ranks = Counter(sorted(option.id for option in one.options).index(one.right) for one in made)
    for counted in (places, ranks):
        assert all(400 < counted[place] < 600 for place in range(4)), counted


def test_the_order_is_the_same_for_one_person_and_another_for_others():
    options = [Option(text=str(n)) for n in range(6)]
    mine = mixed("a secret", 1, "question")(options)
    assert mine == mixed("a secret", 1, "question")(options[::-1])
    assert len({tuple(one.id for one in mixed("a secret", number, "question")(options)) for number in range(30)}) > 25
    assert len({tuple(one.id for one in mixed(secret, 1, "question")(options)) for secret in "abcdefgh"}) > 5
