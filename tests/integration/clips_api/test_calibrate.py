"""Calibrate: which tags are asked, and what twenty answers say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from clips_api.pages.calibrate import AROUND, deal, worst
from clips_api.store import judgements as store
from clips_api.store import people
from tests.integration.clips_api.conftest import PRICE, TIMING, Said, wait_for, write_call
from tests.integration.clips_api.quizmaking import OLA, PRIYA, SAM


@pytest.fixture
def many(library, client):
    """A dozen calls, the price tags of each other by three rules."""
    made = []
    for seed in range(12):
        call = write_call(library, PRICE if seed % 2 else TIMING, seed=40 + seed, customer=f"Customer {seed}")
        analysis = call.folder.analysis()
        tags = [replace(tag, rule=f"rule_{seed % 3}: words") for tag in analysis.tags]
        call.folder.keep(analysis.model_copy(update={"tags": tuple(tags)}))
        library.to_index.leave(call.id)
        made.append(call)
    wait_for(lambda: client.app.state.parts.database.rows("states") == [{"state": "done", "calls": 12}])
    return made


def test_one_tag_is_asked_from_all_rules_and_calls(many, client):
    parts = client.app.state.parts
    found = deal(parts, "objection.price", seed="1")
    assert len(found) == 12
    assert {one.finding.tag for one in found} == {"objection.price"}
    assert len({one.recording.id for one in found}) == 12
    first = [one.finding.rule for one in found[:3]]
    assert len(set(first)) == 3, "each rule once before any comes twice"


def test_a_round_has_twenty_and_asks_the_least_judged_tags_first(many, client):
    parts = client.app.state.parts
    found = deal(parts, None, seed="1")
    assert len(found) == 20
    tags = {one.finding.tag for one in found}
    assert {"objection.price", "objection.timing", "step.greeting", "step.next_step"} <= tags
    one = next(one for one in found if one.finding.tag == "objection.price")
    judged = client.post(
        "/api/v1/judgements",
        json={
            "recording_id": one.recording.id,
            "tag": "objection.price",
            "sentence": one.finding.sentence,
            "right": True,
        },
    )
    assert judged.status_code == 200
    kept = store.find(parts.store)[0]
    for number in range(30):
        store.judge(parts.store, replace(kept, recording_id=f"{number:016x}"))
    again = deal(parts, None, seed="1")
    assert "objection.price" not in {one.finding.tag for one in again}, "it was judged often; others were not"
    assert one.name not in {other.name for other in deal(parts, "objection.price")}, "nothing is asked twice"


def test_another_round_asks_in_another_order(many, client):
    parts = client.app.state.parts
    names = [tuple(one.name for one in deal(parts, None, seed=seed)) for seed in ("1", "1", "2")]
    assert names[0] == names[1] != names[2]


def test_what_was_said_before_and_after_is_shown_and_the_sound_plays(library, client):
    long = "so " * 300
    script = (
        Said("rep", f"Before {long}end."),
        Said("customer", "That is way over our budget. Sorry.", ("objection.price",)),
        Said("rep", "What is it then?"),
    )
    made = write_call(library, script, seed=77)
    analysis = made.folder.analysis()
    tag = replace(analysis.tags[0], start_char=8, end_char=27, quote="way over our budget")
    made.folder.keep(analysis.model_copy(update={"tags": (tag,)}))
    client.app.state.parts.indexer.refresh([made.id])
    (one,) = deal(client.app.state.parts, "objection.price")
    assert one.finding.quote == "That is way over our budget."
    assert one.before.startswith("… so")
    assert one.before.endswith("end.")
    assert len(one.before) <= AROUND + 2
    assert (one.after, one.reply) == ("Sorry.", "What is it then?")
    sound = client.get(f"/api/v1/clips/{one.clip}/audio?air=0")
    assert sound.status_code == 200
    assert one.seconds == pytest.approx((len(sound.content) - 44) / 8000 / 4, abs=0.05)


def test_the_form_without_scripts_keeps_all_answers_and_tells_the_result(many, client):
    page = client.get("/playbook/calibrate?tag=objection.price").text
    names = list(dict.fromkeys(re.findall(r'name="([0-9a-f]{16} objection\.price \d+)"', page)))
    assert len(names) == 12
    answers = {name: "0" if number < 3 else "1" for number, name in enumerate(names[:-1])} | {names[-1]: "skip"}
    result = client.post("/playbook/calibrate", data=answers | {"tag": "objection.price"}).text
    assert "<b>8 of 11</b> right" in result
    assert "Worst rule: “rule " in result
    assert "judged right 8 of 11 times: figures that rest on it say so" in result
    assert len(store.find(client.app.state.parts.store)) == 11
    sent_again = client.post("/playbook/calibrate", data=answers).text
    assert "<b>8 of 11</b> right" in sent_again
    assert len(store.find(client.app.state.parts.store)) == 11
    assert re.search(r"Learn from \d+ new answers?", result)
    learnt = client.post("/playbook/calibrate/learn")
    assert learnt.status_code == 303
    assert "Every call is looked at again" in client.get(learnt.headers["location"]).text


def test_answers_to_what_is_gone_are_left_out(client):
    result = client.post("/playbook/calibrate", data={f"{'f' * 16} objection.price 12": "1", "nonsense": "0"})
    assert result.status_code == 200
    assert "Nothing was answered" in result.text


def test_an_empty_page_says_what_to_do(client):
    assert "Nothing to judge yet" in client.get("/playbook/calibrate").text
    assert "Once calls tagged price are here" in client.get("/playbook/calibrate?tag=objection.price").text


def test_a_round_is_of_calls_that_one_sees_and_ends_when_all_was_judged(library, many, client, signed_in_as):
    people.keep(client.app.state.parts.store, [SAM, PRIYA])
    for seed in range(3):
        many.append(write_call(library, PRICE, seed=80 + seed, rep="Priya"))
    wait_for(lambda: client.app.state.parts.database.rows("states") == [{"state": "done", "calls": 15}])
    ola = signed_in_as(OLA)
    path = "/playbook/calibrate?tag=objection.price"
    asked = re.findall(r'data-recording="(\w+)" data-tag="([\w.]+)" data-sentence="(\w+)"', ola.get(path).text)
    assert {recording for recording, _, _ in asked} == {call.id for call in many[-3:]}
    for recording, tag, sentence in asked:
        place = {"recording_id": recording, "tag": tag, "sentence": sentence, "right": True}
        assert ola.post("/api/v1/judgements", json=place).status_code == 200
    assert "You have judged every sentence tagged price in the calls that you see" in ola.get(path).text
    assert ola.post("/playbook/calibrate/learn").headers["location"].endswith("?learnt=1")  # the same sentence thrice
    learnt = ola.get("/playbook/calibrate?learnt=1").text
    assert "Handed over 1 answer" in learnt
    assert "Twenty more" in learnt
    assert "Nothing" not in learnt.partition("Handed over")[2].partition("</main>")[0]


def test_the_worst_rule_is_the_one_wrong_most_often():
    def judged(rule, *answers):
        return [
            store.Judgement("a", "tag", "t", "1", rule, "rep", "q", None, None, 0, "", right, "m", None)
            for right in answers
        ]

    assert worst(judged("fine: x", True, True)) is None
    found = worst(judged("a: x", False, True, True) + judged("b: x", False, False, True) + judged("c: x", False))
    assert (found.rule, found.judged, found.right) == ("b", 3, 1)
