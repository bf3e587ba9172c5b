"""The team's names: edited over HTTP and as a table, worked in at once, and an offer to hear calls again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pipeline.records import Heard, Voice
from pipeline.vocabulary import load
from tests.integration.clips_api.conftest import Said, write_call

LANE = {"name": "Juniper Lane", "kind": "company", "heard_as": ["juniper line"]}
MISHEARD = (Said("rep", "Hi, it's Sam from juniper line."), Said("customer", "Hello Sam."))


def written(library, seed, *script):
    """A call and what was heard of it."""
    made = write_call(library, script, seed=seed)
    words = tuple(word for turn in made.folder.transcript().turns for word in turn.words)
    made.folder.keep(Heard(recording_id=made.id, voices=(Voice(lane=0, words=words),)))
    return made


@pytest.fixture
def misheard(library):
    return written(library, 1, *MISHEARD)


@pytest.fixture
def right(library):
    return written(library, 2, Said("rep", "Hi, it's Sam from Juniper Lane."), Said("customer", "Hello Sam."))


def put(client, *names, **more):
    return client.put("/api/v1/vocabulary", json={"names": list(names), **more})


def test_names_are_kept_and_calls_that_read_differently_are_worked_in(misheard, right, library, client):
    assert client.get("/api/v1/vocabulary").json()["names"] == []
    saved = put(client, LANE).json()
    assert saved["names"] == [LANE]
    assert saved["changed"] == saved["redo"] == [misheard.id]
    assert library.to_work.take() == [misheard.id]
    assert load(library.root / "vocabulary.yml").names[0].heard_as == ("juniper line",)
    again = put(client, LANE).json()
    assert again["changed"] == []
    assert again["version"] == saved["version"]
    assert put(client).json()["changed"] == [misheard.id], "taking it away changes it back"


def test_affected_calls_are_heard_again_when_asked(misheard, right, library, client):
    version = put(client, LANE).json()["version"]
    library.to_work.take()
    assert not misheard.folder.wants_hearing()
    assert client.post("/api/v1/vocabulary/redo").json() == {"ids": [misheard.id]}
    assert misheard.folder.wants_hearing()
    assert not right.folder.wants_hearing()
    assert library.to_work.take() == [misheard.id]
    assert client.get("/api/v1/vocabulary").json()["redo"] == [], "it was asked for"
    heard = misheard.folder.heard()
    misheard.folder.keep(heard.model_copy(update={"made_from": {"vocabulary": version}}))
    misheard.folder.hear_again(wanted=False)
    assert client.get("/api/v1/vocabulary").json()["redo"] == [], "it was heard with these names"


@pytest.mark.parametrize(
    "names",
    [
        [{"name": ""}],
        [{"name": "x" * 81}],
        [{"name": "A", "kind": "thing"}],
        [LANE, {"name": "juniper lane"}],
        [LANE, {"name": "Other", "heard_as": ["Juniper Line"]}],
        [{"nom": "A"}],
    ],
)
def test_names_that_can_not_be_kept(library, client, names):
    answer = put(client, *names)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert not (library.root / "vocabulary.yml").exists()


def test_an_edit_never_overwrites_somebody_elses(client):
    version = client.get("/api/v1/vocabulary").json()["version"]
    assert put(client, LANE, version=version).status_code == 200
    late = put(client, {"name": "Corbel"}, version=version)
    assert (late.status_code, late.json()["title"]) == (409, "Somebody else changed this meanwhile.")
    assert client.get("/api/v1/vocabulary").json()["names"] == [LANE]


def test_a_file_that_was_broken_by_hand_is_named_and_kept(library, client):
    (library.root / "vocabulary.yml").write_text("names:\n - nom: x\n")
    assert "vocabulary.yml" in client.get("/api/v1/vocabulary").json()["detail"]
    assert client.get("/vocabulary").status_code == 422
    assert put(client, LANE).status_code == 422
    assert (library.root / "vocabulary.yml").read_text() == "names:\n - nom: x\n"


def test_the_table_without_scripts(misheard, library, client):
    page = client.get("/vocabulary").text
    assert "Your products, competitors and people" in page
    rows = {
        "name": ["Juniper Lane", "", "Flowdesk"],
        "kind": ["company", "product", "competitor"],
        "heard_as": ["juniper line,  Jennifer Lane ,", "", ""],
    }
    saved = client.post("/vocabulary", data=rows)
    assert saved.headers["location"] == "/vocabulary?changed=1"
    assert "1 call reads differently now" in client.get(saved.headers["location"]).text
    names = client.get("/api/v1/vocabulary").json()["names"]
    assert [(one["name"], one["heard_as"]) for one in names] == [
        ("Juniper Lane", ["juniper line", "Jennifer Lane"]),
        ("Flowdesk", []),
    ]
    clash = client.post("/vocabulary", data=rows | {"name": ["Juniper Lane", "", "juniper line"]})
    assert clash.status_code == 422
    assert "Not saved" in clash.text
    assert 'value="juniper line"' in clash.text, "what was typed is still there"
    stale = client.post("/vocabulary", data=rows | {"version": "0"})
    assert "Somebody else changed this meanwhile" in stale.text
    assert client.post("/vocabulary/redo").headers["location"] == "/vocabulary?again=1"
    assert "1 call is heard again" in client.get("/vocabulary?again=1").text


def test_adding_and_removing_names_in_a_browser(misheard, library, page):
    page.goto("/vocabulary")
    rows = page.locator(".names tbody tr")
    expect(rows).to_have_count(3)
    rows.nth(0).get_by_label("Name").fill("Juniper Lane")
    rows.nth(0).get_by_label("Kind").select_option("company")
    rows.nth(0).get_by_label("Heard as").fill("juniper line")
    rows.nth(1).get_by_label("Name").fill("Mistake")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 call reads differently now")).to_be_visible()
    expect(rows).to_have_count(3)
    rows.nth(1).get_by_role("button", name="Remove Mistake").click()
    page.get_by_role("button", name="Add a name").click()
    page.keyboard.type("Flowdesk")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("No call reads differently now")).to_be_visible()
    assert [one.name for one in load(library.root / "vocabulary.yml").names] == ["Juniper Lane", "Flowdesk"]
    page.get_by_role("button", name="Hear it again").click()
    expect(page.get_by_text("1 call is heard again")).to_be_visible()
    assert misheard.folder.wants_hearing()
