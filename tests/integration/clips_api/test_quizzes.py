"""Quizzes: proposed from moments, written, published, given, taken, handed in, marked; their results."""

from __future__ import annotations

import pytest

from clips_api.store import assignments, outbox, people
from clips_api.store import attempts as tries
from clips_api.store import quizzes as store
from tests.integration.clips_api.conftest import wait_for
from tests.integration.clips_api.quizmaking import (
    ANA,
    DANA,
    OLA,
    PRIYA,
    SAM,
    STRONG,
    URL,
    agree,
    every_kind,
    give,
    make,
    poorer_call,
    propose,
    publish,
    rich_call,
    right,
    say,
    start,
    write,
)  # fmt: skip


@pytest.fixture
def rich(library):
    return rich_call(library)[1]


@pytest.fixture
def poor(library):
    return poorer_call(library)[1]


@pytest.fixture
def records(app, rich, poor, client):
    people.keep(app.state.parts.store, [SAM, ANA])
    return app.state.parts.store


@pytest.fixture
def quiz(records, client, rich, poor):
    return publish(client, make(client, every_kind(client, rich, poor)))


def answer_all(stranger, path, quiz, *, wrong=(), attempt=1):
    for one in quiz["asks"]:
        given = right(one)
        if one["kind"] in wrong:
            ids = [option["id"] for option in one["options"]]
            given = ids[::-1] if one["kind"] == "order" else [name for name in ids if name not in given][:1]
        assert say(stranger, path, one["id"], *given, attempt=attempt).status_code == 303


def hand_in(stranger, path, attempt=1):
    answer = stranger.post(f"{path}/quiz/end", data={"attempt": attempt})
    assert answer.headers["location"] == f"{path}/quiz/result"
    return stranger.get(f"{path}/quiz/result")


# --- made


def test_a_moment_proposes_a_question_that_stops_before_the_reply(records, client, rich):
    found = propose(client, rich)
    asked = found["reply"]
    strong = next(one for one in asked["options"] if one["id"] == asked["right"])
    assert strong["text"] == " ".join(STRONG)
    assert len(asked["options"]) == 4
    assert len({one["why"] for one in asked["options"]}) == 4
    clip = asked["clip"]
    assert "set aside" in " ".join(line["text"] for line in clip["heard"])
    assert "fair" not in " ".join(line["text"] for line in clip["heard"])
    assert " ".join(line["text"] for line in clip["rest"]).startswith("That's fair")
    assert {line["who"] for line in [*clip["heard"], *clip["rest"]]} == {"Customer", "Rep"}
    assert [one["text"] for one in found["order"]["options"]] == list(STRONG)
    assert found["one"]["options"][0]["text"] == "Price"
    assert not {"several", "spot"} & {
        one["kind"] for one in found.values() if one["text"].startswith("What do you hear")
    }


def test_what_is_missing_is_asked_about(records, client, poor):
    found = propose(client, poor)
    assert {one["text"] for one in found["several"]["options"] if one["id"] in found["several"]["right"]} == {
        "Names the concern", "Asks back",
    }  # fmt: skip
    missing = next(one for one in found["spot"]["options"] if one["id"] == found["spot"]["right"])
    assert missing["text"] == "Checks that it is settled"
    assert found["spot"]["clip"]["until"] is None


def test_the_missed_step_of_an_opening_is_asked_about(records, client, poor):
    asked = client.get(f"{URL}/proposals", params={"clip": poor}).json()["items"]
    step = next(one for one in asked if "opening" in one["text"])
    assert [option["text"] for option in step["options"] if option["id"] == step["right"]] == ["Agenda"]
    assert "Greeting" in [option["text"] for option in step["options"]]


def test_a_reply_that_is_not_strong_is_never_the_strong_answer(library, app, client):
    from tests.integration.clips_api.conftest import TIMING, write_call

    call = write_call(library, TIMING, seed=5, rep="Priya")
    library.to_index.leave(call.id)
    turns = call.folder.transcript().turns
    asked = propose(client, f"{call.id}-{round(turns[1].start * 1000)}-{round(turns[2].end * 1000)}")
    assert "reply" not in asked
    assert "own" in asked


def test_a_clip_that_may_not_be_seen_can_not_be_asked_about(records, client, rich, signed_in_as):
    people.keep(records, [SAM])
    south = signed_in_as(OLA)
    assert south.get(f"{URL}/proposals", params={"clip": rich}).status_code == 404
    made = south.post(URL, json={"title": "Theirs"}).json()
    asked = propose(client, rich)["reply"]
    body = {"questions": [asked], "revision": made["revision"]}
    assert south.put(f"{URL}/{made['id']}/draft", json=body).status_code == 404
    mine = make(client, [asked])
    assert south.get(f"{URL}/{mine['id']}").status_code == 404
    publish(client, mine)
    assert south.get(f"{URL}/{mine['id']}").status_code == 200  # the rep agreed that others see it


def test_words_and_times_of_a_clip_are_never_taken_from_who_writes(records, client, rich):
    asked = propose(client, rich)["reply"]
    lie = {"start": 0, "end": 99, "heard": [{"start": 0, "end": 1, "who": "Rep", "text": "never said"}]}
    made = make(client, [asked | {"clip": asked["clip"] | lie}])
    assert made["asks"][0]["clip"] == asked["clip"]


@pytest.mark.parametrize("until", [0, 1e9, -5])
def test_a_clip_stops_within_itself(records, client, rich, until):
    asked = propose(client, rich)["reply"]
    made = client.post(URL, json={"title": "x"}).json()
    wrong = asked | {"clip": asked["clip"] | {"until": until}}
    answer = client.put(f"{URL}/{made['id']}/draft", json={"questions": [wrong], "revision": made["revision"]})
    assert answer.status_code == 422
    assert "it can stop between" in answer.json()["detail"]


def test_publishing_says_what_is_in_the_way(records, client, rich):
    asked = propose(client, rich)["reply"]
    made = make(client, [])
    assert "it asks nothing yet" in client.post(f"{URL}/{made['id']}/publish").json()["detail"]
    made = write(client, made, [asked, asked | {"id": "00000001", "right": "", "text": ""}])
    refused = client.post(f"{URL}/{made['id']}/publish")
    assert refused.status_code == 409
    assert "question 1: Sam has not yet agreed that this clip is used." in refused.json()["detail"]
    assert "question 2: Say what is asked. Say which answer is right." in refused.json()["detail"]
    (one,) = client.get("/api/v1/consents").json()["items"]
    client.post(f"/api/v1/consents/{one['id']}", json={"agreed": False})
    assert "Sam does not want this clip" in client.get(f"{URL}/{made['id']}").text
    client.post(f"/api/v1/consents/{one['id']}", json={"agreed": True})
    made = write(client, client.get(f"{URL}/{made['id']}").json(), [asked])
    assert client.post(f"{URL}/{made['id']}/publish").json()["published"] == 1


def test_two_who_write_at_once_are_told(records, client, rich):
    made = make(client, [propose(client, rich)["own"]])
    write(client, made, [])
    again = client.put(f"{URL}/{made['id']}/draft", json={"questions": [], "attempts": 3, "revision": made["revision"]})
    assert again.status_code == 409


def test_a_published_version_never_changes_and_who_has_begun_keeps_theirs(app, records, client, stranger, quiz, rich):
    before = store.published(records, quiz["id"])
    path, number = give(app, client, quiz)
    start(stranger, path)
    changed = [one | {"text": "Asked otherwise"} for one in quiz["asks"]]
    opened = write(client, client.get(f"{URL}/{quiz['id']}").json(), changed[:2])
    assert opened["published"] == 1
    assert opened["number"] == 2
    assert opened["draft"]
    assert store.version(records, before.id) == before
    publish(client, opened)
    assert "Asked otherwise" not in stranger.get(f"{path}/quiz/{quiz['asks'][0]['id']}").text
    assert assignments.get(records, number).quiz_version_id == before.id
    other, _ = give(app, client, quiz, SAM)
    assert "Asked otherwise" in stranger.get(start(stranger, other)).text


# --- taken


def test_a_quiz_is_taken_from_start_to_result(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    assert stranger.get(f"{path}/quiz").headers["location"] == path  # Start first
    first = start(stranger, path)
    assert first == f"{path}/quiz/{quiz['asks'][0]['id']}"
    assert tries.of(records, [number]) == {}  # looking begins nothing
    answer_all(stranger, path, quiz)
    end = stranger.get(f"{path}/quiz/end")
    assert "All answered" in end.text
    result = hand_in(stranger, path)
    assert "5 <small>of 7 points" in result.text
    assert "waits for your manager" in result.text
    assert "All four parts were heard." in result.text
    assert "How it went on" in result.text
    assert "settle it for me" in result.text
    rest = stranger.get(f"{path}/quiz/{quiz['asks'][0]['id']}/rest")
    assert rest.headers["content-type"] == "audio/wav"


def test_answers_are_kept_as_they_are_given_and_shown_again(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    start(stranger, path)
    one, many, words = quiz["asks"][0], quiz["asks"][2], quiz["asks"][5]
    assert say(stranger, path, one["id"], one["options"][1]["id"], go="stay").status_code == 204
    assert say(stranger, path, many["id"], *(each["id"] for each in many["options"][:2]), go="stay").status_code == 204
    assert say(stranger, path, words["id"], "First <line>\nsecond", go="stay").status_code == 204
    assert stranger.get(f"{path}/quiz").headers["location"].endswith(quiz["asks"][1]["id"])
    assert f'value="{one["options"][1]["id"]}" checked' in stranger.get(f"{path}/quiz/{one['id']}").text
    assert stranger.get(f"{path}/quiz/{many['id']}").text.count(" checked") == 2
    assert "First &lt;line&gt;\nsecond" in stranger.get(f"{path}/quiz/{words['id']}").text
    say(stranger, path, words["id"], "  ", go="stay")  # emptied
    (attempt,) = tries.of(records, [number])[number]
    assert set(tries.said(records, [attempt.id])[attempt.id]) == {one["id"], many["id"]}
    end = stranger.get(f"{path}/quiz/end").text
    assert "4 questions still open" in end


def test_things_are_put_in_order_without_scripts(app, records, client, stranger, quiz):
    path, _ = give(app, client, quiz)
    start(stranger, path)
    asked = quiz["asks"][3]
    wanted = right(asked)
    shown = [wanted[2], wanted[0], wanted[1], wanted[3]]
    for name, way in ((wanted[2], "down"), (wanted[2], "down")):
        answer = say(stranger, path, asked["id"], *shown, go=f"{way}:{name}")
        assert answer.headers["location"] == f"{path}/quiz/{asked['id']}"
        place = shown.index(name)
        shown[place], shown[place + 1] = shown[place + 1], shown[place]
    assert shown == wanted
    page = stranger.get(f"{path}/quiz/{asked['id']}").text
    assert [name for name in wanted if name in page] == sorted(wanted, key=page.index)


def test_an_answer_that_is_none_is_not_kept(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    start(stranger, path)
    order = quiz["asks"][3]
    say(stranger, path, quiz["asks"][0]["id"], "deadbeef")
    say(stranger, path, order["id"], right(order)[0])
    say(stranger, path, order["id"], *right(order)[:3], right(order)[0])
    (attempt,) = tries.of(records, [number])[number]
    assert tries.said(records, [attempt.id]) == {}
    assert say(stranger, path, "deadbeef", "x").status_code == 404
    assert stranger.post(f"{path}/quiz/{order['id']}", data={"go": "elsewhere"}).status_code == 422


def test_everything_twice_is_once(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    start(stranger, path)
    answer_all(stranger, path, quiz, wrong=("reply",))
    for _ in range(3):
        hand_in(stranger, path)
    (attempt,) = tries.of(records, [number])[number]
    assert (attempt.points, attempt.possible) == (4, 7)
    late = quiz["asks"][0]  # another tab, which still shows the first question
    assert say(stranger, path, late["id"], *right(late)).headers["location"] == f"{path}/quiz"
    assert say(stranger, path, late["id"], *right(late), go="stay").status_code == 409
    assert tries.of(records, [number])[number] == [attempt]
    for _ in range(2):
        stranger.post(f"{path}/quiz")
    assert [one.number for one in tries.of(records, [number])[number]] == [1, 2]
    assert stranger.post(f"{path}/quiz/end", data={"attempt": 1}).status_code == 303  # of the first tab
    assert tries.of(records, [number])[number][1].submitted_at is None
    assert say(stranger, path, late["id"], *right(late), attempt=1, go="stay").status_code == 409


def test_the_best_try_counts_and_there_are_only_so_many(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    start(stranger, path)
    asked = {"asks": quiz["asks"][:5]}
    answer_all(stranger, path, asked)
    assert "Try again (1 left)" in hand_in(stranger, path).text
    stranger.post(f"{path}/quiz")
    answer_all(stranger, path, asked, wrong=("reply", "order"), attempt=2)
    result = hand_in(stranger, path, 2).text
    assert "Try again" not in result
    assert "Your best counts: 5 of 7." in result
    assert assignments.get(records, number).finished_at is not None
    assert stranger.post(f"{path}/quiz").headers["location"] == f"{path}/quiz"
    assert len(tries.of(records, [number])[number]) == 2
    told = client.get(f"{URL}/{quiz['id']}/results").json()
    (ana,) = [one for one in told["items"] if one["name"] == "Ana"]
    assert (ana["points"], ana["first_points"], ana["tries"], ana["state"]) == (5, 5, 2, "done")


def test_everything_right_needs_no_second_try(app, records, client, stranger, rich):
    asked = propose(client, rich)["reply"]
    quiz = publish(client, make(client, [asked]))
    path, number = give(app, client, quiz)
    start(stranger, path)
    say(stranger, path, asked["id"], asked["right"])
    assert "Everything right." in hand_in(stranger, path).text
    assert assignments.get(records, number).finished_at is not None
    assert "Everything right." in stranger.get(f"{path}/quiz/result").text  # for a while it can be looked at


def test_done_is_done(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    start(stranger, path)
    stranger.post(f"{path}/quiz/done")
    assert assignments.get(records, number).finished_at is None  # nothing is handed in
    hand_in(stranger, path)
    assert stranger.post(f"{path}/quiz/done").headers["location"] == f"{path}/quiz/result"
    assert assignments.get(records, number).finished_at is not None
    assert "Try again" not in stranger.get(f"{path}/quiz/result").text


def test_what_was_deleted_or_taken_back_is_not_asked_any_more(app, records, client, stranger, quiz, rich, poor):
    path, _number = give(app, client, quiz)
    start(stranger, path)
    mine = [one for one in client.get("/api/v1/consents").json()["items"] if one["clip_id"] == poor]
    client.post(f"/api/v1/consents/{mine[0]['id']}", json={"agreed": False})
    assert stranger.get(f"{path}/quiz/{quiz['asks'][1]['id']}").status_code == 404
    assert stranger.get(f"{path}/quiz/{quiz['asks'][1]['id']}/audio").status_code == 404
    assert "4 questions still open" in stranger.get(f"{path}/quiz/end").text
    told = client.get(f"/api/v1/calls/{rich[:16]}/deletion").json()
    assert told["quizzes"] == [quiz["title"]]
    page = client.get(f"/calls/{rich[:16]}/delete").text
    assert f"The questions about it in 1 quiz: {quiz['title']}." in page
    assert "Take the words too" in page
    assert client.delete(f"/api/v1/calls/{rich[:16]}?words=true").status_code == 202
    gone = stranger.get(f"{path}/quiz")
    assert gone.status_code == 200
    assert "Nothing is asked any more" in gone.text
    kept = str(store.published(records, quiz["id"]).questions)
    for words in ("set aside", *STRONG):
        assert words not in kept
    assert "What did you have in the budget" in kept  # of the other call


# --- marked


def test_own_words_wait_for_a_manager_and_the_rep_is_told(app, records, client, stranger, signed_in_as, quiz):
    dana, ola = signed_in_as(DANA), signed_in_as(OLA)
    path, number = give(app, client, quiz)
    start(stranger, path)
    answer_all(stranger, path, quiz)
    hand_in(stranger, path)
    (waits,) = dana.get(f"{URL}/marking").json()["items"]
    assert (waits["name"], waits["given"], waits["points"]) == ("Ana", right(quiz["asks"][5])[0], 2)
    assert ola.get(f"{URL}/marking").json()["items"] == []  # of another team
    where = f"{URL}/marking/{waits['attempt']}/{waits['question']}"
    assert ola.post(where, json={"points": 1}).status_code == 404
    assert dana.post(where, json={"points": 3}).status_code == 422
    assert dana.post(f"{URL}/marking/{waits['attempt']}/{quiz['asks'][0]['id']}", json={"points": 1}).status_code == 404
    assert not [row for row in outbox.waiting(records) if row.kind == "marked"]
    for points in (1, 2):  # marked, then marked otherwise: told once
        assert dana.post(where, json={"points": points, "comment": "Ask what it was made for."}).status_code == 204
    (row,) = [row for row in outbox.waiting(records) if row.kind == "marked"]
    assert row.address == "ana@example.com"
    assert "Ask what" not in str(row.payload)
    from clips_api import marking

    subject, (said,) = marking.words(app.state.parts, row)
    assert "7 of 7 points" in said.text
    assert "Before you answer" in subject
    link = said.link[said.link.index("/q/") :]
    result = stranger.get(f"{link}/quiz/result")
    assert "Dana: “Ask what it was made for.”" in result.text
    (attempt,) = tries.of(records, [number])[number]
    assert (attempt.points, attempt.marked_at is not None) == (7, True)


def test_an_answer_that_was_not_handed_in_can_not_be_marked(app, records, client, stranger, quiz):
    path, number = give(app, client, quiz)
    start(stranger, path)
    answer_all(stranger, path, quiz)
    (attempt,) = tries.of(records, [number])[number]
    assert client.get(f"{URL}/marking").json()["items"] == []
    own = quiz["asks"][5]["id"]
    assert client.post(f"{URL}/marking/{attempt.id}/{own}", json={"points": 1}).status_code == 404


# --- results


def test_results_say_who_did_how_well_and_what_is_hard(app, records, client, stranger, signed_in_as, quiz):
    dana, ola = signed_in_as(DANA), signed_in_as(OLA)
    ana, number = give(app, client, quiz)
    sam, _ = give(app, client, quiz, SAM)
    give(app, client, quiz, PRIYA)
    start(stranger, ana)
    answer_all(stranger, ana, quiz, wrong=("reply", "several"))
    hand_in(stranger, ana)
    start(stranger, sam)
    answer_all(stranger, sam, quiz, wrong=("reply",))
    hand_in(stranger, sam)
    told = dana.get(f"{URL}/{quiz['id']}/results").json()
    assert [(one["name"], one["state"], one["points"]) for one in told["items"]] == [
        ("Ana", "marking", 3), ("Sam", "marking", 4),
    ]  # fmt: skip
    hard = {one["id"]: one for one in told["questions"]}
    reply, several = hard[quiz["asks"][0]["id"]], hard[quiz["asks"][2]["id"]]
    assert (reply["asked"], reply["right"]) == (2, 0)
    assert reply["mistaken"] in [one["text"] for one in quiz["asks"][0]["options"]]
    assert reply["mistaken"] != " ".join(STRONG)
    assert (several["asked"], several["right"]) == (2, 1)
    assert [(one["name"], one["state"]) for one in ola.get(f"{URL}/{quiz['id']}/results").json()["items"]] == [
        ("Priya", "given")
    ]
    page = dana.get(f"/quizzes/{quiz['id']}/results/{number}")
    assert "Ana" in page.text
    assert "I would ask what the budget was made for." in page.text
    assert ola.get(f"/quizzes/{quiz['id']}/results/{number}").status_code == 404
    assert "0 of 2 right" in dana.get(f"/quizzes/{quiz['id']}/results").text
    assert "1 of 2" in dana.get("/marking").text or "2" in dana.get("/marking").text


def test_a_rep_gets_nothing_of_what_managers_see(app, records, client, signed_in_as, quiz):
    ana = signed_in_as(ANA)
    number = quiz["id"]
    for where in (
        "",
        "/marking",
        f"/{number}",
        f"/{number}/results",
        f"/proposals?clip={quiz['asks'][0]['clip']['clip_id']}",
    ):
        assert ana.get(f"{URL}{where}").status_code == 403, where
    for where in ("/quizzes", f"/quizzes/{number}", f"/quizzes/{number}/results", "/marking",
                  f"/quizzes/{number}/preview/quiz/{quiz['asks'][0]['id']}/rest"):  # fmt: skip
        assert ana.get(where).status_code == 403, where


def test_signed_in_only_ones_own_quiz_opens(app, records, client, signed_in_as, quiz):
    _, number = give(app, client, quiz)
    ana, sam = signed_in_as(ANA), signed_in_as(SAM)
    assert ana.post(f"/assignments/{number}/start").status_code == 303
    where = ana.get(f"/assignments/{number}/quiz").headers["location"]
    assert ana.get(where).status_code == 200
    for path in (f"/assignments/{number}/quiz", where, f"{where}/audio", f"/assignments/{number}/quiz/result"):
        assert sam.get(path).status_code == 404, path
    assert sam.post(where, data={"given": "x", "attempt": 1}).status_code == 404


def test_the_rep_whose_clip_it_is_is_told_that_it_helps(app, records, client, stranger, quiz):
    path, _ = give(app, client, quiz)
    start(stranger, path)
    hand_in(stranger, path)
    wait_for(
        lambda: [row for row in outbox.waiting(records) if row.kind == "helped" and row.address == "sam@example.com"]
    )
    agree(client)
