"""Personal data is hidden wherever it is shown or indexed, its offsets and times kept; the documents keep it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from clips_api.app import create_app
from clips_api.masking import KINDS, MARK, hide, masked
from nlp import pii
from nlp.findings import Moment, Parts, Step, Turn
from pipeline.folder import CallFolder
from pipeline.records import Analysis, Transcript
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import BASE, Made, Said, wait_for, write_call

SCRIPT = (
    Said("rep", "Hi, it's Sam from Juniper Lane. What's the card number?", ("step.greeting",)),
    Said("customer", "It's way too expensive, but put it on 4111 1111 1111 1111.", ("objection.price",)),
    Said("rep", "That's fair. Is it still jane.doe@example.com for the receipt?", ("handling.explore",)),
    Said("customer", "No, it's kim dot roe at example dot com, call oh two oh, seven nine four six, oh one two three."),
    Said("rep", "Thanks, and the 12 seats start on Monday at ten."),
)
SECRETS = ("4111", "1111", "jane", "roe", "seven nine", "nine four six")


@pytest.fixture
def made(library) -> Made:
    return write_call(library, SCRIPT)


@contextmanager
def served_with(settings: Settings, library) -> Iterator[TestClient]:
    app = create_app(settings)
    headers = {"Authorization": f"Bearer {library.secret()}"}
    with TestClient(app, base_url=BASE, headers=headers, follow_redirects=False) as client:
        wait_for(app.state.parts.database.complete)
        yield client


def tells(text: str) -> list[str]:
    """The secrets in an answer; figures such as 0.954111 tell nothing."""
    said = re.sub(r"\d+\.\d+", "", text)
    return [secret for secret in SECRETS if secret in said]


def test_what_is_hidden_cannot_be_searched_and_the_rest_can(made, client):
    for secret in ('"4111 1111"', "4111", "jane", '"seven nine four six"'):
        assert client.get("/api/v1/clips", params={"q": secret}).json()["total"] == 0, secret
    found = client.get("/api/v1/clips", params={"q": "way too expensive"}).json()["items"]
    assert [clip["quote"] for clip in found] == [f"It's way too expensive, but put it on {' '.join([MARK * 4] * 4)}."]
    assert not tells(json.dumps(client.get("/api/v1/clips").json(), ensure_ascii=False))
    assert client.get("/api/v1/clips", params={"q": "12 seats"}).json()["total"] == 1


@pytest.mark.parametrize("path", ["", "/analysis", "/transcript.vtt"])
def test_the_api_hides_it(made, client, path):
    answer = client.get(f"/api/v1/calls/{made.id}{path}")
    assert answer.status_code == 200
    text = answer.text if path.endswith("vtt") else json.dumps(answer.json(), ensure_ascii=False)
    assert MARK * 4 in text
    assert not tells(text)


def test_pages_hide_it(made, client):
    for page in (f"/calls/{made.id}", "/search?q=expensive"):
        text = client.get(page).text
        assert MARK * 4 in text, page
        assert not tells(text), page


def test_a_span_of_one_s_own_choosing_hides_it(made, client):
    turn = made.folder.transcript().turns[1]
    span = f"{made.id}-{round(turn.words[6].start * 1000)}-{round(turn.end * 1000)}"
    clip = client.get(f"/api/v1/clips/{span}").json()
    assert MARK * 4 in clip["quote"]
    assert not tells(json.dumps(clip, ensure_ascii=False))


def test_offsets_words_and_times_stay(made, client):
    plain = made.folder.transcript().turns
    shown = client.get(f"/api/v1/calls/{made.id}").json()["transcript"]["turns"]
    for one, other in zip(plain, shown, strict=True):
        assert len(other["text"]) == len(one.text)
        assert " ".join(word["text"] for word in other["words"]) == other["text"]
        assert [word["start"] for word in other["words"]] == [word.start for word in one.words]
    spans = client.get(f"/api/v1/calls/{made.id}/analysis").json()["pii"]
    assert [(one["kind"], one["turn"]) for one in spans] == [("card", 1), ("email", 2), ("email", 3), ("phone", 3)]
    card = spans[0]
    assert plain[1].text[card["start_char"] : card["end_char"]] == "4111 1111 1111 1111"
    assert (card["start"], card["end"]) == (plain[1].words[8].start, plain[1].words[-1].end)


def test_the_documents_keep_it(made, client):
    client.get(f"/calls/{made.id}")
    assert "4111 1111 1111 1111" in made.folder.transcript().turns[1].text


@pytest.mark.parametrize("upto", ["heard", "done"])
def test_it_is_hidden_before_anything_is_analysed_too(library, upto, settings):
    made = write_call(library, SCRIPT, upto=upto)
    with served_with(settings, library) as client:
        assert not tells(json.dumps(client.get(f"/api/v1/calls/{made.id}").json(), ensure_ascii=False))
        assert client.get("/api/v1/clips", params={"q": "4111"}).json()["total"] == 0


def test_the_setting_shows_it_and_the_index_follows_the_setting(made, library, settings):
    unmasked = settings.model_copy(update={"mask": False})
    for held, total in ((settings, 0), (unmasked, 1), (settings, 0)):
        with served_with(held, library) as client:
            assert client.get("/api/v1/clips", params={"q": "4111"}).json()["total"] == total
            text = client.get(f"/api/v1/calls/{made.id}").text + client.get(f"/calls/{made.id}").text
            assert ("jane.doe@example.com" in text) == bool(total)


def test_the_setting_is_read_from_the_environment(monkeypatch, tmp_path):
    assert Settings(data=tmp_path).mask
    monkeypatch.setenv("EXEMPLAR_MASK", "false")
    assert not Settings(data=tmp_path).mask


def test_every_kind_has_its_words():
    assert set(KINDS) == set(pii.KINDS)


def analysed(transcript: Transcript, analysis: Analysis, **changes) -> Analysis:
    shown = masked(transcript, analysis.model_copy(update=changes))[1]
    assert shown is not None
    return shown


def test_quotes_of_parts_steps_and_reasons_are_hidden(made):
    transcript, analysis = made.folder.transcript(), made.folder.analysis()
    cut = "put it on 4111 1111"
    moment = Moment(
        "objection.price", (1, 2), 1.0, 2.0, 8, Parts(explore="Is it still jane.doe@example.com"), (), None,
        f"“{cut}”, then a reply that asks “still jane.doe@example.com for”",
    )  # fmt: skip
    step = Step("recap", "done", 3, "call oh two oh, seven nine", "“kim dot roe at example dot com” was heard")
    shown = analysed(transcript, analysis, moments=(moment,), steps=(step,))
    assert shown.moments[0].parts.explore == f"Is it still {hide('jane.doe@example.com')}"
    assert shown.moments[0].parts.acknowledge is None
    assert shown.moments[0].tag == "objection.price"
    assert f"put it on {MARK * 4} {MARK * 4}”" in shown.moments[0].why
    assert shown.steps[0].step == "recap"
    assert not tells(shown.model_dump_json())


def test_a_word_is_not_hidden_because_an_address_holds_it():
    text = "Mail customer at example dot com. The customer is happy."
    spoken = Transcript(turns=[{"speaker": "customer", "text": text}])
    found = Analysis(
        playbook={},
        type={"value": "conversation", "why": "x"},
        steps=(Step("agenda", "done", 0, "The customer is happy", "customer"),),
    )
    shown = masked(spoken, found)[1]
    assert shown.steps[0].quote == "The customer is happy"


def test_a_transcript_without_anything_personal_is_the_same_object(library):
    transcript = write_call(library).folder.transcript()
    assert masked(transcript, None)[0].turns == transcript.turns


def test_hiding_keeps_the_length_of_any_text():
    for text in ("İİ jane.doe@example.com ﬁ", "4111 1111 1111 1111", "", "Straße 5, Lindenweg 4"):
        assert len(hide(text)) == len(text)
    assert pii.spans([Turn("customer", "")]) == ()


def test_one_sees_on_the_page_what_is_hidden_and_clicks_seek(made, page):
    page.goto(f"/calls/{made.id}")
    card = page.locator("#turn-1 .masked")
    expect(card).to_have_attribute("title", re.compile("card number, masked$"))
    expect(page.locator("#turn-3 .masked").first).to_have_attribute("title", "e-mail address, masked")
    expect(page.locator("#turn-3 .masked").last).to_have_attribute("title", "phone number, masked")
    folder: CallFolder = made.folder
    word = folder.transcript().turns[1].words[8]
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    page.mouse.click(box["x"] + 6, box["y"] + box["height"] / 2)
    wait_for(lambda: abs(page.eval_on_selector("#audio", "audio => audio.currentTime") - word.start) < 0.6)
