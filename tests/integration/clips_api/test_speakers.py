"""Who is who: the question on the call page, a swap, one turn; over HTTP, as forms, and by keyboard.

The worker's part is played by the function that it calls: the transcript written anew from what was heard.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from nlp.findings import CallType
from pipeline.library import now
from pipeline.records import Correction, Heard, Progress, Speakers, Voice, VoiceIs
from pipeline.speakers import attribute
from tests.integration.clips_api.conftest import PRICE, found, wait_for, write_call

WHY = "What is said does not tell which voice is Sam."


def hear(made, *, asked=True, source=None, lanes=(0, 1)):
    """Make a written call one with two voices, of which it is open (or not) which is whose."""
    sides = ("rep", "customer")
    turns = made.folder.transcript().turns
    voices = tuple(
        Voice(lane=lane, words=tuple(word for turn in turns if turn.speaker == side for word in turn.words))
        for side, lane in zip(sides, lanes, strict=True)
    )
    made.folder.keep(Heard(recording_id=made.id, language="en", model="made up", voices=voices))
    if source:
        made.folder.keep(made.folder.recording().model_copy(update={"source": source}))
    shown = []
    for number, side in enumerate(sides):
        turn = next(turn for turn in turns if turn.speaker == side)
        speaker = "unknown" if asked else side
        shown.append(VoiceIs(voice=number, speaker=speaker, start=turn.start, end=turn.end, quote=turn.text))
    told = Speakers(sure=not asked, by="nobody" if asked else "map", why=WHY, voices=tuple(shown))
    written = [
        turn.model_copy(update={"voice": sides.index(turn.speaker), "speaker": "unknown" if asked else turn.speaker})
        for turn in turns
    ]
    made.folder.keep(made.folder.transcript().model_copy(update={"turns": tuple(written), "speakers": told}))
    return made


def work(library, made):
    """What the worker does with its notes: the transcript anew, then the analysis of it, then a note to the index."""
    wait_for((library.to_work.path / made.id).exists)
    for name in library.to_work.take():
        call = library.call(name)
        transcript = attribute(call.heard(), call.recording(), call.corrections())
        call.keep(transcript)
        digest = {"transcript": call.digest("transcript.json")}
        call.keep(found(PRICE[: len(transcript.turns)], transcript.turns).model_copy(update={"made_from": digest}))
        library.to_index.leave(name)


@pytest.fixture
def asked(library):
    return hear(write_call(library), source="twilio")


def speakers(made):
    return [turn.speaker for turn in made.folder.transcript().turns]


def patch(client, made, **body):
    return client.patch(f"/api/v1/calls/{made.id}/speakers", json=body)


def test_an_answer_is_a_correction_and_the_original_stays(asked, library, client):
    heard = asked.folder.digest("heard.json")
    answer = patch(client, asked, speakers={"0": "customer", "1": "rep"})
    assert (answer.status_code, answer.json()) == (202, {"ids": [asked.id]})
    [correction] = asked.folder.corrections()
    assert correction.set == {"speakers": {"0": "customer", "1": "rep"}}
    work(library, asked)
    assert set(speakers(asked)[::2]) == {"customer"}
    assert asked.folder.transcript().speakers.by == "person"
    assert asked.folder.digest("heard.json") == heard
    patch(client, asked, swap=True)
    work(library, asked)
    assert set(speakers(asked)[::2]) == {"rep"}, "answering again undoes it"


def test_a_swap_builds_on_an_answer_that_is_not_worked_in_yet(asked, client):
    patch(client, asked, speakers={"0": "rep", "1": "customer"})
    patch(client, asked, swap=True)
    assert asked.folder.corrections()[-1].set == {"speakers": {"0": "customer", "1": "rep"}}


def test_one_stretch_is_reassigned_and_earlier_ones_stay(asked, library, client):
    turns = asked.folder.transcript().turns
    patch(client, asked, speakers={"0": "rep", "1": "customer"})
    first = {"start": turns[1].start, "end": turns[1].end, "speaker": "rep"}
    assert patch(client, asked, turns=[first]).status_code == 202
    patch(client, asked, turns=[{"start": turns[3].start, "end": turns[3].end, "speaker": "unknown"}])
    patch(client, asked, turns=[first | {"speaker": "customer"}])
    said = asked.folder.corrections()[-1].set["turns"]
    assert list(said.values()) == ["unknown", "customer"], "the latest stands last"
    work(library, asked)
    by_start = {turn.start: turn.speaker for turn in asked.folder.transcript().turns}
    assert by_start[turns[1].start] == "customer"
    assert by_start[turns[3].start] == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"speakers": {"7": "rep"}},
        {"speakers": {"one": "rep"}},
        {"speakers": {"0": "boss"}},
        {"speakers": {"0": "rep"}, "swap": True},
        {"swap": True},  # nothing is known yet
        {"turns": [{"start": 5, "end": 2, "speaker": "rep"}]},
        {"turns": [{"start": 9000, "end": 9001, "speaker": "rep"}]},
        {"turns": [{"start": 1, "end": "NaN", "speaker": "rep"}]},
        {"set": {}},
    ],
)
def test_an_answer_that_can_not_be_understood(asked, client, body):
    answer = patch(client, asked, **body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert asked.folder.corrections() == []


def test_a_call_without_voices_says_so(library, calls, client):
    taken = write_call(library, seed=9, upto="taken")
    assert patch(client, taken, swap=True).status_code == 404
    assert "no voice" in patch(client, calls[0], swap=True).json()["detail"]
    assert client.patch(f"/api/v1/calls/{'0' * 16}/speakers", json={"swap": True}).status_code == 404


def test_the_answer_is_remembered_for_the_source_where_lanes_tell(library, client, app, monkeypatch):
    learnt = []
    monkeypatch.setattr(
        type(library), "learn", lambda _, recording, lane: learnt.append((recording.source, lane)), raising=False
    )
    patch(client, hear(write_call(library), source="twilio"), speakers={"0": "customer", "1": "rep"})
    assert learnt == [("twilio", 1)]
    patch(
        client, hear(write_call(library, seed=2), source="twilio", lanes=(0, 0)), speakers={"0": "rep", "1": "customer"}
    )
    patch(client, hear(write_call(library, seed=3)), speakers={"0": "rep", "1": "customer"})
    patch(client, hear(write_call(library, seed=4), source="twilio"), speakers={"0": "rep", "1": "rep"})
    assert len(learnt) == 1


def test_the_index_follows_the_transcript(asked, library, client):
    params = {"q": "way over", "speaker": "customer"}
    library.to_index.leave(asked.id)
    assert client.get("/api/v1/clips", params=params).json()["total"] == 0
    assert client.get("/api/v1/calls", params={"unclear": True}).json()["total"] == 1
    patch(client, asked, speakers={"0": "rep", "1": "customer"})
    work(library, asked)
    wait_for(lambda: client.get("/api/v1/clips", params=params).json()["total"] == 1)
    assert client.get("/api/v1/calls", params={"unclear": True}).json()["total"] == 0


def test_an_analysis_of_an_older_transcript_is_left_out(calls, library, client):
    call = calls[0].folder
    call.keep(call.analysis().model_copy(update={"made_from": {"transcript": call.digest("transcript.json")}}))
    assert client.get(f"/api/v1/calls/{call.id}").json()["state"] == "done"
    call.keep(call.transcript().model_copy(update={"turns": call.transcript().turns[:1]}))
    assert client.get(f"/api/v1/calls/{call.id}").json()["state"] == "heard"
    assert client.get(f"/calls/{call.id}").status_code == 200
    library.to_index.leave(call.id)
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "way over"}).json()["total"] == 0)


def test_captions_name_voices_that_are_not_told_apart_yet(asked, client):
    captions = client.get(f"/api/v1/calls/{asked.id}/transcript.vtt").text
    assert "<v Voice 1>Hi Elena" in captions
    assert "<v Voice 2>" in captions


def test_a_call_in_another_language_is_shown_plainly_and_found_by_its_words(calls, library, client):
    call = calls[0].folder
    why = "This call is in German; the playbook covers English."
    kind = CallType("not_analysed", why)
    call.keep(call.analysis().model_copy(update={"type": kind, "tags": (), "moments": (), "steps": (), "metrics": {}}))
    library.to_index.leave(call.id)
    html = client.get(f"/calls/{call.id}").text
    assert why in html
    assert "No objection was heard" not in html
    wait_for(lambda: "not analysed" in client.get("/calls").text)
    assert client.get("/api/v1/clips", params={"q": "way over"}).json()["total"] == 1
    assert "not analysed" in client.get("/status").text


def test_forms_without_scripts(asked, library, client):
    page = client.get(f"/calls/{asked.id}").text
    assert "Which voice is Sam?" in page
    address = f"/calls/{asked.id}/speakers"
    assert client.post(address, data={"rep": "1"}).headers["location"] == f"/calls/{asked.id}"
    assert asked.folder.corrections()[-1].set == {"speakers": {"0": "customer", "1": "rep"}}
    page = client.get(f"/calls/{asked.id}").text
    assert "Which voice is Sam?" not in page
    assert "Noted. The transcript is put right once Exemplar works" in page
    library.report(Progress(pid=1, at=now()))
    assert "Noted. The transcript is being put right." in client.get(f"/calls/{asked.id}").text
    work(library, asked)
    page = client.get(f"/calls/{asked.id}").text
    assert "Noted." not in page
    assert "Somebody said who is who." in page
    client.post(address, data={"swap": "1"})
    assert asked.folder.corrections()[-1].set == {"speakers": {"0": "rep", "1": "customer"}}
    turn = asked.folder.transcript().turns[1]
    client.post(address, data={"turn": f"{turn.start:.2f}-{turn.end:.2f}=unknown"})
    assert list(asked.folder.corrections()[-1].set["turns"].values()) == ["unknown"]
    for wrong in ({"turn": "x"}, {"rep": "-1"}, {"rep": "7"}, {"voice-0": "boss"}, {}):
        assert client.post(address, data=wrong).status_code == 422, wrong


def test_the_live_part_says_when_nothing_changed(asked, client):
    address = f"/calls/{asked.id}?part=live"
    first = client.get(address)
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get(address, headers=tag).status_code == 304
    asked.folder.correct(Correction(at=now(), by="test", set={"speakers": {"0": "rep"}}))
    assert client.get(address, headers=tag).status_code == 200


# --- in a browser


def test_one_tap_answers_and_the_page_follows_while_the_sound_goes_on(asked, library, page):
    library.report(Progress(pid=1, at=now()))
    page.goto(f"/calls/{asked.id}")
    card = page.locator(".question")
    expect(card.get_by_role("heading")).to_have_text("Which voice is Sam?")
    expect(page.locator("#turn-0 .who b")).to_have_text("Voice 1")
    play = card.locator(".play").nth(1)
    play.click()
    expect(play).to_have_class(re.compile("playing"))
    expect(play).not_to_have_class(re.compile("playing"), timeout=5000)
    sample = asked.folder.transcript().speakers.voices[1]
    at = page.eval_on_selector("#audio", "audio => audio.currentTime")
    assert sample.end <= at < sample.end + 0.6, "it stops where the sample ends"
    page.locator("[data-do=play]").click()
    card.get_by_role("button", name="This is Sam").first.click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    work(library, asked)
    expect(page.locator("#turn-0 .who b")).to_have_text("Sam")
    expect(page.locator("#turn-1 .who b")).to_have_text("Corbel Tiles")
    expect(page.locator(".question")).to_have_count(0)
    assert not page.eval_on_selector("#audio", "audio => audio.paused")
    page.get_by_text("Who was on this call?").click()
    page.get_by_role("button", name="Swap speakers").click()
    wait_for(lambda: len(asked.folder.corrections()) == 2)
    work(library, asked)
    expect(page.locator("#turn-0 .who b")).to_have_text("Corbel Tiles")


def test_a_turn_is_reassigned_by_keyboard_and_the_focus_stays(library, page):
    made = hear(write_call(library), asked=False)
    library.report(Progress(pid=1, at=now()))
    page.goto(f"/calls/{made.id}")
    turn = page.locator("#turn-1")
    turn.locator(".say summary").focus()
    page.keyboard.press("Enter")
    expect(turn.get_by_role("button", name="Corbel Tiles")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(turn.locator(".say summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(turn.get_by_role("button", name="Sam")).to_be_focused()
    page.keyboard.press("Enter")
    wait_for(made.folder.corrections)
    start = made.folder.transcript().turns[1].start
    work(library, made)
    expect(page.locator(".turn", has_text="Yes, go ahead.").locator(".who b")).to_have_text("Sam")
    inside = page.evaluate("Number(document.activeElement.closest('.turn')?.dataset.start)")
    assert inside <= start


def test_the_menu_of_a_turn_fits_a_finger(library, served, chromium):
    made = hear(
        write_call(library, rep="A name that is rather long for a phone", customer="Another one, longer than that"),
        asked=False,
    )
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=served.address, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"/calls/{made.id}?token={served.secret}")
    page.locator("#turn-3 .say summary").tap()
    boxes = [button.bounding_box() for button in page.locator("#turn-3 .choices button").all()]
    assert len(boxes) == 3
    assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    assert page.locator("#turn-3 .say summary").bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    said = page.locator("#turn-3 .said").bounding_box()
    assert boxes[0]["y"] + boxes[0]["height"] <= said["y"] + 1, "it covers no words"
    context.close()


def test_an_answer_works_without_scripts(asked, library, served, chromium):
    context = chromium.new_context(java_script_enabled=False, base_url=served.address)
    page = context.new_page()
    page.goto(f"/calls/{asked.id}?token={served.secret}")
    page.get_by_role("button", name="This is Sam").nth(1).click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    work(library, asked)
    page.reload()
    expect(page.locator("#turn-0 .who b")).to_have_text("Corbel Tiles")
    page.locator("#turn-1 .say summary").click()
    page.locator("#turn-1").get_by_role("link", name="Somebody else").click()
    page.locator("#turn-1").get_by_role("button", name="Not sure").click()
    wait_for(lambda: "turns" in asked.folder.corrections()[-1].set)
    context.close()
