"""Thumbs over HTTP: written down, changed, taken back; what figures say of tags that are often wrong; learning."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from clips_api import documents, findings, goal_setting
from clips_api.seen import seen
from clips_api.sentences import END, LONGEST, around, locate
from clips_api.store import judgements as store
from clips_api.store import people
from clips_api.store.goals import Goal
from clips_api.store.people import Person
from nlp.findings import Moment, Parts, Tag
from nlp.words import stream
from pipeline.library import now
from pipeline.records import Analysis, Sighting, Turn, Word
from tests.integration.clips_api.conftest import Said, wait_for, write_call

ROAD = (
    Said("rep", "Hi, it's Sam from Juniper Lane."),
    Said("customer", "They're literally two minutes down the road. We like them."),
    Said("rep", "Fair enough, what do they do for you?"),
)
MAYBE = {
    "tag": "objection.competitor", "turn": 1, "start_char": 0, "end_char": 44, "speaker": "customer",
    "quote": "They're literally two minutes down the road", "start": None, "end": None, "likeness": 0.8,
    "like": ("they are just around the corner from us",),
}  # fmt: skip


def clip_of(client, **asked):
    return client.get("/api/v1/clips", params=asked).json()["items"][0]


def say(client, clip, right):
    place = {"recording_id": clip["recording_id"], "kind": clip["judged_as"], "tag": clip["tag"]}
    answer = client.post("/api/v1/judgements", json=place | {"sentence": clip["sentence"], "right": right})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_tag_is_judged_changed_and_taken_back(calls, client):
    clip = clip_of(client, tag="objection.price", rep="Sam")
    assert (clip["right"], clip["judged_as"]) == (None, "tag")
    said = say(client, clip, True)
    assert said["quote"] == "Look, I like it, but it's way over what we budgeted for this year."
    assert (said["by"], said["turn"], said["speaker"], said["playbook"]) == ("manager", 3, "customer", "1")
    assert said["rule"] == "objection.price: made up"
    assert clip_of(client, tag="objection.price", rep="Sam")["right"] is True
    again = say(client, clip, False)
    assert (again["id"], again["right"]) == (said["id"], False)
    assert clip_of(client, tag="objection.price", rep="Sam")["judgement"] == said["id"]
    listed = client.get("/api/v1/judgements", params={"recording_id": clip["recording_id"]}).json()
    assert [one["right"] for one in listed["items"]] == [False]
    assert client.delete(f"/api/v1/judgements/{said['id']}").status_code == 204
    assert client.delete(f"/api/v1/judgements/{said['id']}").status_code == 404
    assert clip_of(client, tag="objection.price", rep="Sam")["right"] is None


def test_a_judgement_outlives_swapped_speakers_and_a_longer_match(calls, client):
    made = calls[0]
    clip = clip_of(client, tag="objection.price", rep="Sam")
    say(client, clip, True)
    transcript, analysis = made.folder.transcript(), made.folder.analysis()
    tags = [replace(tag, start_char=10, end_char=30) if tag.tag == "objection.price" else tag for tag in analysis.tags]
    swapped = [turn.model_copy(update={"speaker": "rep"}) for turn in transcript.turns]
    made.folder.keep(transcript.model_copy(update={"turns": tuple(swapped)}))
    made.folder.keep(analysis.model_copy(update={"tags": tuple(tags)}))
    client.app.state.parts.indexer.refresh([made.id])
    assert clip_of(client, tag="objection.price", rep="Sam")["right"] is True


def test_a_step_is_judged(calls, client):
    place = {"recording_id": calls[0].id, "kind": "step", "tag": "agenda", "right": False}
    assert client.post("/api/v1/judgements", json=place).json()["rule"] == "missed"
    assert client.get("/api/v1/judgements/precision?kind=step").json()["items"][0]["judged"] == 1
    (judged,) = store.find(client.app.state.parts.store)
    said = {(judged.recording_id, judged.kind, judged.tag, judged.sentence): judged}
    for verdict, right in (("missed", False), ("done", None)):  # a new playbook says otherwise: nobody judged that
        there = documents.read(calls[0].folder)
        steps = [replace(one, result=verdict) if one.step == "agenda" else one for one in there.analysis.steps]
        there = replace(there, analysis=there.analysis.model_copy(update={"steps": tuple(steps)}))
        assert seen(there, said).steps["agenda"].right is right


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sentence": "1"}, 404),
        ({"tag": "objection.moon"}, 404),
        ({"recording_id": "f" * 16}, 404),
        ({"recording_id": "../../../etc"}, 404),
        ({"kind": "guess"}, 422),
        ({"right": None}, 422),
        ({"by": "me"}, 422),
        ({"sentence": "x" * 900}, 422),
    ],
)
def test_what_is_not_there_cannot_be_judged(calls, client, change, code):
    clip = clip_of(client, tag="objection.price", rep="Sam")
    place = {"recording_id": clip["recording_id"], "tag": clip["tag"], "sentence": clip["sentence"], "right": True}
    assert client.post("/api/v1/judgements", json=place | change).status_code == code


def test_judging_needs_to_be_signed_in(calls, client, stranger):
    assert stranger.post("/api/v1/judgements", json={}).status_code == 401
    assert stranger.post("/judgements").status_code == 401


def test_the_form_without_scripts_judges_takes_back_and_returns(calls, client):
    clip = clip_of(client, tag="objection.price", rep="Sam")
    form = {"recording_id": clip["recording_id"], "kind": "tag", "tag": clip["tag"], "sentence": clip["sentence"]}
    came = {"referer": "http://127.0.0.1/search?tag=objection.price"}
    answer = client.post("/judgements", data=form | {"right": "1"}, headers=came)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?tag=objection.price")
    assert clip_of(client, tag="objection.price", rep="Sam")["right"] is True
    elsewhere = {"referer": "http://example.com/evil"}
    answer = client.post("/judgements", data=form | {"right": ""}, headers=elsewhere)
    assert answer.headers["location"] == f"/calls/{clip['recording_id']}"
    assert clip_of(client, tag="objection.price", rep="Sam")["right"] is None
    assert client.post("/judgements", data=form | {"right": ""}).status_code == 303
    assert client.post("/judgements", data=form | {"right": "perhaps"}).status_code == 422


@pytest.fixture
def counted(library):
    """A call of today's that counts: its rep is nobody's own person, and it came in long ago."""
    made = write_call(library, started_at=now() - timedelta(days=1))
    made.folder.sight(Sighting(path="earlier.wav", at=now() - timedelta(days=30), bytes=1, mtime_ns=0))
    return made


def test_figures_of_teams_and_steps_say_what_they_rest_on(counted, client):
    """Where there are figures, and only there."""
    parts = client.app.state.parts
    people.keep(parts.store, [Person("Sam Reed", "sam@juniper.example", "North", ("Sam",))])
    sam = people.find(parts.store)[0]
    today, around_now = now().date(), timedelta(days=10)
    said = {"kind": "step", "name": "agenda", "by": "Dana", "made_at": now(), "team": "North"}
    agenda = goal_setting.make(parts, Goal(target=60, starts_on=today - around_now, ends_on=today + around_now, **said))
    demos = goal_setting.make(
        parts, Goal("demos", 9, today - around_now, today + around_now, by="Dana", made_at=now(), person_id=sam.id)
    )
    judge_many(client, 6, 4)
    kept = store.find(parts.store, tag="objection.price")[0]
    for tag in ("step.agenda", "handling.acknowledge"):
        for number in range(10):
            store.judge(parts.store, replace(kept, tag=tag, recording_id=f"{number:016x}", right=number < 7))
    price, step, score = (
        "price, judged right 6 of 10 times: Price handled well",
        "agenda, judged right 7 of 10 times: Agenda heard",
        "acknowledged, judged right 7 of 10 times: Objection acknowledged heard, every score",
    )
    days = f"/changed?day={(today - timedelta(days=5)).isoformat()}"
    told = {
        "/team": {price, step, score},
        days: {price, step, score},
        "/team?back=20": set(),
        "/changed?day=2021-01-01": set(),
        "/me": set(),
        "/goals": {step},
        f"/goals/{agenda.id}": {step},
        f"/goals/{demos.id}": set(),
    }
    for path, lines in told.items():
        page = client.get(path).text
        assert {line for line in (price, step, score) if line in page} == lines, path
    page = client.get(f"/calls/{counted.id}").text
    assert "agenda: judged right 7 of 10 times" in page
    assert "acknowledged: judged right 7 of 10 times" in page
    assert "too often to lean on this count" in client.get("/playbook/steps/agenda").text
    assert "too often to lean on this count" not in client.get("/playbook/steps/greeting").text


def judge_many(client, right, wrong):
    """Judgements of one tag in calls that were deleted since: precision is about rules, not calls."""
    parts = client.app.state.parts
    clip = clip_of(client, tag="objection.price", rep="Sam")
    kept = findings.judge(parts, (clip["recording_id"], "tag", clip["tag"], clip["sentence"]), right=True)
    for number in range(right + wrong - 1):
        store.judge(parts.store, replace(kept, recording_id=f"{number:016x}", right=number < right - 1))


def test_figures_that_rest_on_a_doubtful_tag_say_so(calls, client):
    told = "judged right 6 of 10 times"
    assert told not in client.get("/search?tag=objection.price").text.lower()
    judge_many(client, 6, 4)
    assert told in client.get("/search?tag=objection.price").text.lower()
    assert "Judged right: price 6 of 10 times." in client.get("/search").text
    assert "price: judged right 6 of 10 times" in client.get(f"/calls/{calls[0].id}").text
    assert "judged right" not in client.get("/search?tag=objection.timing").text.split('class="summary"')[1]
    found = client.get("/api/v1/judgements/precision").json()["items"]
    assert {"tag": "objection.price", "rule": None, "judged": 10, "right": 6, "share": 0.6, "doubtful": True} in found


def test_learning_hands_over_sorted_examples_once_and_has_every_call_looked_at(calls, client, library):
    library.to_work.take()
    assert client.post("/api/v1/judgements/learn").json() == {"examples": 0, "new": 0}
    assert not library.examples.exists()
    timing = clip_of(client, tag="objection.timing")
    say(client, clip_of(client, tag="objection.price", rep="Sam"), True)
    say(client, timing, False)
    say(client, clip_of(client, tag="step.next_step"), True)  # no objection: nothing to learn from
    assert client.post("/api/v1/judgements/learn").json() == {"examples": 2, "new": 2}
    items = json.loads(library.examples.read_bytes())["items"]
    assert items == sorted(items, key=lambda one: one["text"])
    assert items[1] == {
        "text": "We're swamped until spring, call me next quarter.",
        "speaker": "customer",
        "tag": "objection.timing",
        "right": False,
    }
    assert sorted(library.to_work.take()) == sorted(call.id for call in calls)
    assert client.post("/api/v1/judgements/learn").json() == {"examples": 2, "new": 0}
    assert library.to_work.take() == []
    say(client, timing, True)
    assert client.post("/api/v1/judgements/learn").json() == {"examples": 2, "new": 1}
    library.examples.write_text("{damaged")
    assert client.post("/api/v1/judgements/learn").json() == {"examples": 2, "new": 2}


@pytest.fixture
def road(library, client):
    """A call with a suggestion; once it is indexed."""
    made = write_call(library, ROAD, seed=9, customer="Road & Sons")
    analysis = json.loads(made.folder.analysis().to_json())
    made.folder.keep(Analysis.model_validate(analysis | {"suggestions": [MAYBE]}))
    library.to_index.leave(made.id)
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "literally"}).json()["total"])
    return made


def test_a_suggestion_shows_only_when_asked_for_and_is_never_counted(road, client):
    assert clip_of(client, q="literally")["kind"] == "turn"
    tag = {"tag": "objection.competitor"}
    assert client.get("/api/v1/clips", params=tag).json()["total"] == 0
    asked = client.get("/api/v1/clips", params=tag | {"suggestions": True}).json()
    assert (len(asked["items"]), asked["total"]) == (1, 0)
    assert asked["items"][0]["kind"] == "suggestion"
    assert "they are just around the corner from us" in asked["items"][0]["why"]
    everything = client.get("/api/v1/clips", params={"suggestions": True}).json()
    plain = client.get("/api/v1/clips").json()
    assert everything["total"] == plain["total"]
    assert {one["id"] for one in everything["items"]} == {one["id"] for one in plain["items"]}
    page = client.get("/search").text
    assert "include suggestions" in page
    assert ">competitor <" not in page
    assert "Is this an objection about <b>a competitor</b>?" in client.get("/search?suggestions=1").text


def test_an_agreed_suggestion_is_a_tag_and_a_rejected_one_is_gone(road, client, library):
    clip = clip_of(client, tag="objection.competitor", suggestions=True)
    say(client, clip, True)
    agreed = clip_of(client, tag="objection.competitor")
    assert (agreed["kind"], agreed["judged_as"], agreed["right"]) == ("tag", "suggestion", True)
    assert agreed["why"].startswith("agreed by manager")
    assert ">competitor <" in client.get("/search").text
    # an analysis that suggests it no longer takes nothing back, nor does a new index
    analysis = road.folder.analysis()
    road.folder.keep(analysis.model_copy(update={"suggestions": ()}))
    client.app.state.parts.indexer.refresh([road.id])
    assert clip_of(client, tag="objection.competitor")["kind"] == "tag"
    road.folder.keep(analysis)
    say(client, clip, False)
    assert (
        client.get("/api/v1/clips", params={"tag": "objection.competitor", "suggestions": True}).json()["items"] == []
    )
    assert clip_of(client, q="literally")["kind"] == "turn"
    client.post("/api/v1/judgements/learn")
    assert json.loads(library.examples.read_bytes())["items"] == [
        {
            "text": "They're literally two minutes down the road.",
            "speaker": "customer",
            "tag": "objection.competitor",
            "right": False,
        }
    ]


def test_a_suggestion_that_a_rule_tags_too_is_no_question(road, client):
    analysis = road.folder.analysis()
    tag = Tag("objection.competitor", "near: down the road", 1, 20, 44, "down the road", "customer", 1.0, 2.0)
    moment = Moment("objection.competitor", (1,), 1.0, 2.0, None, Parts(), (), None, "")
    road.folder.keep(analysis.model_copy(update={"tags": (tag,), "moments": (moment,)}))
    client.app.state.parts.indexer.refresh([road.id])
    found = client.get("/api/v1/clips", params={"tag": "objection.competitor", "suggestions": True}).json()
    assert [one["kind"] for one in found["items"]] == ["moment"]


def span(text, quote, turn=0):
    start = text.index(quote)
    return Tag("t", "r", turn, start, start + len(quote), quote, "rep", None, None)


def said(text):
    words = [Word(start=float(number), end=number + 0.5, text=word) for number, word in enumerate(text.split())]
    return Turn(text=text, words=tuple(words))


@pytest.mark.parametrize(
    ("quote", "sentence", "key"),
    [
        ("over budget", "It is way over budget!", "2000"),
        ("Well", "Well, no.", "0"),
        ("budget!", "It is way over budget!", "2000"),
        ("bye", "bye", "7000"),
        ("no. It", "Well, no. It is way over budget!", "0"),
    ],
)
def test_a_sentence_is_found_around_a_tag(quote, sentence, key):
    text = "Well, no. It is way over budget! bye"
    found = around(said(text), span(text, quote))
    assert (found.text, found.key) == (sentence, key)


def test_a_sentence_ends_where_the_tagger_ends_one():
    text = "“It's too dear.” And (is it late?) The price is high... yes [really!] No — never"
    words = stream([text])
    begun = [text[words.begins[one.start] : words.begins[one.start] + 2] for one in words.sentences]
    cut = [text[start:].lstrip("“([ ")[:2] for start in [0, *(found.end() for found in END.finditer(text))]]
    assert cut == begun


@pytest.mark.parametrize("words", [True, False])
def test_a_sentence_is_found_again_by_its_key(words):
    text = "Well, no. It is way over budget! bye"
    turn = said(text) if words else Turn(text=text)
    there = locate([Turn(text="Hm."), turn], around(turn, span(text, "budget", 1)).key)
    assert there is not None
    assert (there.turn, text[there.start_char : there.end_char]) == (1, "It is way over budget!")
    assert [locate([turn], key) for key in ("123", "1000", "turn0-3", "turn9-0", "turn0-999", "nonsense", "")] == [
        None
    ] * 7


def test_speech_without_punctuation_is_cut_around_the_tag():
    text = "word " * 9000 + "way over budget" + " word" * 9000
    found = around(Turn(text=text), span(text, "way over budget", 5))
    assert len(found.text) <= LONGEST
    assert "way over budget" in found.text
    assert not found.text.startswith("ord")
    assert found.key == "turn5-0"
    assert around(Turn(text=""), Tag("t", "r", 0, 0, 0, "", "rep", None, None)).text == ""
