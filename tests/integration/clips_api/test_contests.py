"""A rep contests a tag, a step or a score of their own call; a manager decides; what was right is judged wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from clips_api.keyring import Keys
from clips_api.store import outbox, people, sessions
from nlp.findings import Tag
from pipeline.library import now
from tests.integration.clips_api.team import PEOPLE, team_of

CONTESTS = "/api/v1/contests"


@pytest.fixture
def team(calls, client, signed_in_as):
    return team_of(signed_in_as)


def step(call, name="agenda"):
    return {"recording_id": call.id, "what": "step", "tag": name, "reason": "I said it at the start."}


def price(call, what):
    tag = next(one for one in call.folder.analysis().tags if one.tag == "objection.price")
    sentence = str(round(call.folder.transcript().turns[tag.turn].start * 1000))
    about = {"recording_id": call.id, "what": what, "tag": "objection.price", "sentence": sentence}
    return about | {"reason": "She liked the price."}


def judgements(client, call):
    found = client.get("/api/v1/judgements", params={"recording_id": call.id}).json()["items"]
    return [(one["kind"], one["tag"], one["right"], one["by"]) for one in found]


@pytest.mark.parametrize("what", ["step", "tag", "score"])
def test_what_is_contested_waits_for_the_manager_with_what_was_found(calls, team, what):
    body = step(calls[0]) if what == "step" else price(calls[0], what)
    made = team.sam.post(CONTESTS, json=body)
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["what"], one["by"], one["upheld"]) == (what, "Sam Reed", None)
    assert {"step": "not heard", "tag": "made up", "score": "8 of 10"}[what] in one["found"]
    assert [waiting["id"] for waiting in team.dana.get(CONTESTS, params={"waiting": True}).json()["items"]] == [
        one["id"]
    ]
    assert "I said it" in team.dana.get("/coaching").text or "She liked" in team.dana.get("/coaching").text


def test_upheld_it_is_judged_wrong_by_who_decided(calls, team, client):
    for body in (step(calls[0]), price(calls[0], "tag"), price(calls[0], "score")):
        number = team.sam.post(CONTESTS, json=body).json()["id"]
        decided = team.dana.post(f"{CONTESTS}/{number}", json={"upheld": True, "answer": "You are right."})
        assert (decided.json()["upheld"], decided.json()["decided_by"]) == (True, "Dana Hill")
    assert judgements(client, calls[0]) == [
        ("step", "agenda", False, "Dana Hill"),
        ("tag", "objection.price", False, "Dana Hill"),
    ]


@pytest.mark.parametrize(("verdict", "judged"), [("missed", 1), ("done", 0), ("cannot_tell", 0), (None, 0)])
def test_upheld_after_it_was_found_otherwise_nothing_is_judged(calls, team, client, verdict, judged):
    """What is found now is nothing that the rep spoke of; None: the playbook has no such step any more."""
    number = team.sam.post(CONTESTS, json=step(calls[0])).json()["id"]
    analysis = calls[0].folder.analysis()
    steps = [replace(one, result=verdict) if one.step == "agenda" else one for one in analysis.steps]
    kept = tuple(one for one in steps if one.result is not None)
    calls[0].folder.keep(analysis.model_copy(update={"steps": kept}))
    decided = team.dana.post(f"{CONTESTS}/{number}", json={"upheld": True}).json()
    assert decided["upheld"] is True
    assert len(judgements(client, calls[0])) == judged


def test_kept_as_it_was_nothing_is_judged_and_the_trail_stays(calls, team, client):
    number = team.sam.post(CONTESTS, json=step(calls[0])).json()["id"]
    team.dana.post(f"{CONTESTS}/{number}", json={"upheld": False, "answer": "It was a recap."})
    assert judgements(client, calls[0]) == []
    html = team.sam.get(f"/contests/{number}").text
    for words in ("I said it at the start.", "It stays as it was found.", "It was a recap.", "not heard"):
        assert words in html
    again = team.dana.post(f"{CONTESTS}/{number}", json={"upheld": True})
    assert (again.status_code, again.json()["detail"]) == (422, "somebody has decided this meanwhile")
    assert judgements(client, calls[0]) == []


def test_only_who_made_the_call_contests_and_only_who_coaches_them_decides(calls, team):
    for other, status in ((team.priya, 404), (team.omar, 404), (team.lee, 404), (team.dana, 403)):
        assert other.post(CONTESTS, json=step(calls[0])).status_code == status
    number = team.sam.post(CONTESTS, json=step(calls[0])).json()["id"]
    assert team.sam.post(f"{CONTESTS}/{number}", json={"upheld": True}).status_code == 403
    assert team.lee.post(f"{CONTESTS}/{number}", json={"upheld": True}).status_code == 404
    for other in (team.priya, team.omar, team.lee):
        assert other.get(f"/contests/{number}").status_code == 404
        assert other.get(CONTESTS).json()["total"] == 0


def test_the_same_is_contested_once_until_it_is_decided(calls, team):
    number = team.sam.post(CONTESTS, json=step(calls[0])).json()["id"]
    assert team.sam.post(CONTESTS, json=step(calls[0])).status_code == 422
    team.dana.post(f"{CONTESTS}/{number}", json={"upheld": False})
    assert team.sam.post(CONTESTS, json=step(calls[0])).status_code == 201


def test_what_is_not_there_can_not_be_contested(calls, team):
    assert team.sam.post(CONTESTS, json=step(calls[0], "nothing")).status_code == 404
    assert team.sam.post(CONTESTS, json=step(calls[0]) | {"reason": "  "}).status_code == 422


def test_a_part_of_a_reply_to_no_concern_is_neither_shown_nor_contested(calls, client, team):
    """The analysis keeps it: another playbook may find the concern."""
    call, turn = calls[0], calls[0].folder.transcript().turns[0]
    idle = Tag("handling.respond", "idle: made up", 0, 0, 5, turn.text[:5], "rep", turn.start, turn.end)
    analysis = call.folder.analysis()
    call.folder.keep(analysis.model_copy(update={"tags": (*analysis.tags, idle)}))
    parts = client.app.state.parts
    parts.indexer.refresh([call.id])
    assert (idle in call.folder.analysis().tags, idle in call.folder.analysis().shown_tags) == (True, False)
    assert "idle: made up" not in team.sam.get(f"/calls/{call.id}").text
    assert client.get("/api/v1/clips", params={"tag": "handling.respond"}).json()["items"] == []
    about = {"recording_id": call.id, "what": "tag", "tag": idle.tag, "sentence": str(round(turn.start * 1000))}
    assert team.sam.post(CONTESTS, json=about | {"reason": "I did not."}).status_code == 404


def test_both_sides_are_told(calls, team, client):
    number = team.sam.post(CONTESTS, json=step(calls[0])).json()["id"]
    team.dana.post(f"{CONTESTS}/{number}", json={"upheld": True})
    rows = outbox.waiting(client.app.state.parts.store)
    assert [(row.kind, row.address) for row in rows] == [
        ("contest", "dana@juniper.example"),
        ("decided", "sam@juniper.example"),
    ]


def test_a_deleted_call_leaves_reason_and_decision(calls, team, client):
    number = team.sam.post(CONTESTS, json=price(calls[0], "tag")).json()["id"]
    assert client.get(f"/api/v1/calls/{calls[0].id}/deletion").json()["contests"] == 1
    client.delete(f"/api/v1/calls/{calls[0].id}")
    left = team.dana.get(CONTESTS).json()["items"][0]
    assert (left["quote"], left["found"], left["reason"]) == ("", "", "She liked the price.")
    assert team.dana.post(f"{CONTESTS}/{number}", json={"upheld": True}).json()["upheld"] is True
    assert "deleted with the call" in team.sam.get(f"/contests/{number}").text


def test_each_finding_has_a_link_to_contest_it(calls, team):
    page = team.sam.get(f"/calls/{calls[0].id}").text
    offered = set(re.findall(r'data-wrong="([^"]+)"', page))
    about = price(calls[0], "tag")["sentence"]
    assert {"step agenda", f"tag objection.price {about}", f"score objection.price {about}"} <= offered
    assert offered == set(re.findall(r'<option value="([^"]+)"', page.partition('name="about"')[2]))
    open_form = re.compile(r'<details class="contest" id="contest" open>')
    assert not open_form.search(page)
    link = re.search(r'href="(\?wrong=step[^"#]+)#contest"', page)[1]
    there = team.sam.get(f"/calls/{calls[0].id}{link}").text
    assert open_form.search(there)
    assert len(re.findall(r'<option value="step \w+" selected>', there)) == 1
    number = team.sam.post(CONTESTS, json=step(calls[0])).json()["id"]
    for who in (team.sam, team.dana):
        assert f'<a class="not-right" href="/contests/{number}">' in who.get(f"/calls/{calls[0].id}").text
    assert "step agenda" not in re.findall(r'data-wrong="([^"]+)"', team.sam.get(f"/calls/{calls[0].id}").text)
    assert "data-wrong" not in team.dana.get(f"/calls/{calls[0].id}").text


def test_in_a_browser_the_form_opens_with_what_was_meant(calls, app, chromium, served):
    records = app.state.parts.store
    people.keep(records, [PEOPLE[1]])
    known = next(one for one in people.find(records) if one.name == "Sam Reed")
    _, token = sessions.add(records, known.id, device="a test", at=now())
    with chromium.new_context(base_url=served.address, bypass_csp=True) as context:
        context.add_cookies([{"name": Keys(served.secret).cookie_name, "value": token, "url": served.address}])
        page = context.new_page()
        page.goto(f"/calls/{calls[0].id}")
        page.locator(".steps summary", has_text="agenda").click()
        page.locator('.steps [data-wrong="step agenda"]').click()
        page.wait_for_function("document.activeElement?.name === 'reason'")
        assert page.locator("[name=about]").input_value() == "step agenda"
        assert Axe().run(page).response["violations"] == []
        page.keyboard.type("I said it at the start.")
        page.get_by_role("button", name="Contest it").click()
        page.locator("#coaching").get_by_text("I said it at the start.").wait_for()


def test_a_rep_contests_on_the_page_of_their_call_without_scripts(calls, team):
    page = team.sam.get(f"/calls/{calls[0].id}").text
    assert '<option value="step agenda">Agenda: not heard</option>' in page
    body = {"recording_id": calls[0].id, "about": "step agenda", "reason": "I did."}
    assert team.sam.post("/contests", data=body).status_code == 303
    page = team.sam.get(f"/calls/{calls[0].id}").text
    assert "waits for an answer" in page
    assert '<option value="step agenda">' not in page
    assert 'id="contest"' not in team.dana.get(f"/calls/{calls[0].id}").text
    assert team.sam.post("/contests", data=body | {"about": ""}).status_code == 422
