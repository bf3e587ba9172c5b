"""Lessons: written, counted, published when every rep agreed, in versions; who may see what of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from clips_api import lessons
from clips_api.spans import clip_id
from clips_api.store import assignments, places
from clips_api.store import modules as store
from clips_api.store.assignments import Assignment
from clips_api.store.learners import find as learners
from clips_api.store.lesson_tables import assignments as given_table
from clips_api.store.lesson_tables import lesson_places
from clips_api.store.people import Person
from pipeline.library import now

URL = "/api/v1/modules"
SAM = Person("Sam", "sam@example.com", "North")
PRIYA = Person("Priya", "priya@example.com", "South")
DANA = Person("Dana", "dana@example.com", "North", role="manager")
OLA = Person("Ola", "ola@example.com", "South", role="manager")


@pytest.fixture
def records(app, client):
    return app.state.parts.store


@pytest.fixture
def clips(calls) -> list[str]:
    """A moment of Sam's and one of Priya's."""
    ids = []
    for call, turns in zip(calls, ((3, 4), (1, 2)), strict=True):
        said = call.folder.transcript().turns
        ids.append(clip_id(call.id, said[turns[0]].start, said[turns[1]].end, 0))
    return ids


def make(client, title="Price", items=None, **more):
    made = client.post(URL, json={"title": title, **more})
    assert made.status_code == 201, made.text
    return write(client, made.json(), items) if items is not None else made.json()


def write(client, module, items, **more):
    body = {"items": items, "revision": module["version"]["revision"], **more}
    answer = client.put(f"{URL}/{module['id']}/draft", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def agree(client, clip, agreed=True):
    asked = client.post("/api/v1/consents", json={"clip_id": clip}).json()
    answer = client.post(f"/api/v1/consents/{asked['id']}", json={"agreed": agreed})
    assert answer.status_code == 200, answer.text


def out(client, clips, **more):
    """A published lesson: a text and some clips."""
    items = [{"kind": "text", "title": "Price", "text": "Ask first."}]
    items += [{"kind": "clip", "clip_id": one} for one in clips]
    module = make(client, items=items, **more)
    for one in clips:
        agree(client, one)
    published = client.post(f"{URL}/{module['id']}/publish")
    assert published.status_code == 200, published.text
    return published.json()


def text(words=3):
    return {"kind": "text", "text": " ".join(["word"] * words)}


def hand(records, person: str, module: int) -> Assignment:
    """Give a lesson without telling anybody."""
    with records.write() as connection:
        who = connection.execute(select(given_table.metadata.tables["people"].c.id).filter_by(name=person)).scalar_one()
        return assignments.add(connection, Assignment(who, "Dana", now(), module_id=module))


def test_a_clip_keeps_its_words_and_times(client, clips, calls):
    module = make(client, items=[{"kind": "clip", "clip_id": clips[0], "note": " Hear the  question. "}])
    [item] = module["version"]["items"]
    assert [line["speaker"] for line in item["said"]] == ["customer", "rep"]
    assert item["said"][0]["text"] == "Look, I like it, but it's way over what we budgeted for this year."
    assert item["note"] == "Hear the question."
    assert (item["rep"], item["customer"]) == ("Sam", "Corbel Tiles")
    assert (item["start_s"], item["end_s"]) == (10.42, 19.8)
    assert module["version"]["seconds"] == lessons.seconds(lessons.read([item]))
    # the words are those of then, also where the transcript was made anew since
    turns = calls[0].folder.transcript().turns
    other = turns[3].model_copy(update={"text": "Something else.", "words": ()})
    new = calls[0].folder.transcript().model_copy(update={"turns": (*turns[:3], other, *turns[4:])})
    calls[0].folder.keep(new)
    kept = write(client, module, [{"kind": "clip", "id": item["id"], "clip_id": clips[0], "note": "New note."}])
    assert kept["version"]["items"][0]["said"] == item["said"]
    assert kept["version"]["items"][0]["note"] == "New note."


def test_over_five_minutes_is_not_published_and_says_by_how_much(client):
    module = make(client, items=[text(550), text(500)])
    assert module["version"]["counter"] == "5:15 of 5:00, 0:15 too long"
    assert [one["why"] for one in module["obstacles"]] == ["long"]
    refused = client.post(f"{URL}/{module['id']}/publish")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert "0:15 too long" in refused.json()["detail"]
    assert client.get(f"{URL}/{module['id']}").json()["number"] is None
    shorter = write(client, module, [text(500), text(500)])
    assert (shorter["version"]["counter"], shorter["obstacles"]) == ("5:00 of 5:00", [])
    assert client.post(f"{URL}/{module['id']}/publish").json()["number"] == 1


def test_what_stands_in_the_way_is_told_item_by_item(client, clips):
    module = make(client, items=[])
    assert [one["why"] for one in module["obstacles"]] == ["empty"]
    module = write(client, module, [{"kind": "text"}, {"kind": "clip", "clip_id": clips[0]}])
    ids = [item["id"] for item in module["version"]["items"]]
    assert [(one["why"], one["item"]) for one in module["obstacles"]] == [("blank", ids[0]), ("ask", ids[1])]
    asked = client.post("/api/v1/consents", json={"clip_id": clips[0]}).json()
    again = client.get(f"{URL}/{module['id']}").json()
    assert again["obstacles"][1]["why"] == "asked"
    client.post(f"/api/v1/consents/{asked['id']}", json={"agreed": False})
    assert client.get(f"{URL}/{module['id']}").json()["obstacles"][1]["why"] == "no"
    assert client.post(f"{URL}/{module['id']}/publish").status_code == 409
    client.post(f"/api/v1/consents/{asked['id']}", json={"agreed": True})
    module = write(client, module, [text(), {"kind": "clip", "clip_id": clips[0]}])
    assert client.post(f"{URL}/{module['id']}/publish").status_code == 200


def test_every_rep_who_was_not_asked_is_asked_by_one_button(client, clips, records):
    module = make(client, items=[{"kind": "clip", "clip_id": one} for one in clips])
    page = client.get(f"/modules/{module['id']}").text
    assert "Ask for all clips" in page
    items = module["version"]["items"]
    form = {"title": "Price", "revision": "2", "quiz": "", "do": "ask-all", "key": [one["id"] for one in items]}
    form |= {"clip": clips, "heading": ["", ""], "words": ["", ""]}
    assert client.post(f"/modules/{module['id']}", data=form).status_code == 303
    assert [one["why"] for one in client.get(f"{URL}/{module['id']}").json()["obstacles"]] == ["asked", "asked"]
    assert {one["clip_id"] for one in client.get("/api/v1/consents").json()["items"]} == set(clips)


def test_a_clip_of_a_deleted_call_must_go(client, clips, calls):
    module = make(client, items=[{"kind": "clip", "clip_id": clips[0]}])
    assert client.delete(f"/api/v1/calls/{calls[0].id}").status_code == 202
    opened = client.get(f"{URL}/{module['id']}").json()
    assert [one["why"] for one in opened["obstacles"]] == ["gone"]
    assert opened["version"]["items"][0]["said"], "its words outlive the call, unless they are deleted too"


def test_words_that_are_deleted_with_their_call_leave_every_version(client, clips, calls, records):
    module = out(client, clips[:1])
    write(client, module, [{"kind": "clip", "clip_id": clips[0], "note": "changed"}])
    assert client.delete(f"/api/v1/calls/{calls[0].id}", params={"words": True}).status_code == 202
    for version in store.history(records, [module["id"]])[module["id"]]:
        [clip] = [item for item in version.items if item["kind"] == "clip"]
        assert (clip["said"], clip["customer"]) == ([], None)


def test_from_a_collection_in_one_step(client, clips):
    made = {"title": "Openers", "purpose": "How to begin."}
    number = client.post("/api/v1/collections", json=made).json()["id"]
    empty = client.post(URL, json={"collection_id": number})
    assert empty.status_code == 422
    for clip, why in zip(clips, ("It asks.", ""), strict=True):
        client.post(f"/api/v1/collections/{number}/clips", json={"clip_id": clip, "why": why})
    answer = client.post("/modules", data={"collection": number})
    assert answer.status_code == 303
    module = client.get(f"/api/v1{answer.headers['location']}").json()
    assert module["title"] == "Openers"
    opening, *held = module["version"]["items"]
    assert (opening["title"], opening["text"]) == ("Openers", "How to begin.")
    assert [(item["clip_id"], item["note"]) for item in held] == [(clips[0], "It asks."), (clips[1], "")]
    assert all(item["said"] for item in held)
    assert client.post(URL, json={"collection_id": 999}).status_code == 404
    assert client.post(URL, json={}).status_code == 422


def test_versions_whoever_has_started_keeps_theirs(client, signed_in_as, records, clips):
    sam = signed_in_as(SAM)
    module = out(client, clips[:1])
    started, waiting = hand(records, "Sam", module["id"]), hand(records, "Sam", module["id"])
    assignments.start(records, started.id, now())
    draft = write(client, module, [text(10)])
    assert (draft["number"], draft["draft"], draft["version"]["number"]) == (1, True, 2)
    assert "Ask first." in sam.get(f"/assignments/{started.id}/lesson/1").text
    published = client.post(f"{URL}/{module['id']}/publish").json()
    assert (published["number"], published["draft"]) == (2, False)
    assignments.start(records, waiting.id, now())
    assert "Ask first." in sam.get(f"/assignments/{started.id}/lesson/1").text
    assert "Ask first." not in sam.get(f"/assignments/{waiting.id}/lesson/1").text
    versions = client.get(f"{URL}/{module['id']}/versions").json()["items"]
    assert [one["number"] for one in versions] == [2, 1]
    assert [len(one["items"]) for one in versions] == [1, 2]
    assert {one.assignment: one.number for one in learners(records, [module["id"]])} == {started.id: 1, waiting.id: 2}


def test_saving_the_same_makes_no_version_and_a_draft_can_be_dropped(client, clips):
    module = out(client, [])
    same = [{"kind": "text", "id": module["version"]["items"][0]["id"], "title": "Price", "text": "Ask first."}]
    assert write(client, module, same)["draft"] is False
    draft = write(client, module, [text()])
    assert draft["draft"] is True
    assert client.delete(f"{URL}/{module['id']}/draft").status_code == 204
    after = client.get(f"{URL}/{module['id']}").json()
    assert (after["draft"], after["version"]["items"][0]["text"]) == (False, "Ask first.")
    late = {"items": [text()], "revision": draft["version"]["revision"]}
    assert client.put(f"{URL}/{module['id']}/draft", json=late).status_code == 409


def test_who_edits_an_old_draft_is_told_and_loses_nothing(client):
    module = make(client, items=[text()])
    write(client, module, [{"kind": "text", "text": "Theirs."}])
    body = {"items": [text()], "revision": module["version"]["revision"]}
    assert client.put(f"{URL}/{module['id']}/draft", json=body).status_code == 409
    form = {"title": "Price", "revision": module["version"]["revision"], "quiz": "", "do": "save"}
    form |= {"key": "1", "clip": "", "heading": "", "words": "Mine, all mine."}
    page = client.post(f"/modules/{module['id']}", data=form)
    assert page.status_code == 409
    assert "Mine, all mine." in page.text
    assert "Somebody else changed this lesson meanwhile" in page.text


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ([{"kind": "clip", "clip_id": "0123456789abcdef-0-1000"}], 404),
        ([{"kind": "clip", "clip_id": "nothing"}], 404),
        ([{"kind": "clip", "clip_id": "../../etc"}], 422),
        ([{"kind": "film"}], 422),
        ([{"kind": "text", "id": "1"}, {"kind": "text", "id": "1"}], 422),
        ([{"kind": "text", "text": "word " * 1000}], 422),
        ([{"kind": "text", "text": "a"}] * 61, 422),
    ],
)
def test_what_no_lesson_holds_is_refused_and_changes_nothing(client, items, status):
    module = make(client, items=[text()])
    answer = client.put(f"{URL}/{module['id']}/draft", json={"items": items})
    assert answer.status_code == status, answer.text
    assert client.get(f"{URL}/{module['id']}").json()["version"] == module["version"]


def test_a_quiz_that_is_not_there_is_not_taken(client):
    module = make(client)
    answer = client.put(f"{URL}/{module['id']}/draft", json={"items": [], "quiz_id": 7})
    assert answer.status_code == 404
    assert client.get(f"{URL}/{module['id']}").json()["quiz_id"] is None


def test_renamed_put_away_and_back(client):
    module = make(client)
    assert client.patch(f"{URL}/{module['id']}", json={"title": " Timing "}).json()["title"] == "Timing"
    assert client.post(f"/modules/{module['id']}/away").status_code == 303
    assert client.get(URL).json()["total"] == 0
    assert client.get(URL, params={"archived": True}).json()["items"][0]["archived"] is True
    assert "is put away" in client.get(f"/modules/{module['id']}").text
    client.patch(f"{URL}/{module['id']}", json={"archived": False})
    assert client.get(URL).json()["total"] == 1


def test_the_list_counts_those_whom_one_coaches(client, signed_in_as, records):
    dana, ola = signed_in_as(DANA), signed_in_as(OLA)
    signed_in_as(SAM), signed_in_as(PRIYA)
    module = out(client, [])
    for _ in range(2):
        assignments.start(records, hand(records, "Sam", module["id"]).id, now())
    last = hand(records, "Sam", module["id"])
    first = learners(records, [module["id"]])[-1]
    assignments.learned(records, first.assignment, now())
    hand(records, "Priya", module["id"])

    def counts(browser):
        [one] = browser.get(URL).json()["items"]
        return one["assigned"], one["started"], one["finished"]

    assert counts(client) == (4, 2, 1)
    assert counts(dana) == (3, 2, 1)
    assert counts(ola) == (1, 0, 0)
    assert {one["name"] for one in dana.get(f"{URL}/{module['id']}/people").json()["items"]} == {"Sam"}
    assignments.revoke(records, last.id, now())
    assert counts(dana) == (2, 2, 1)
    page = dana.get(f"/modules/{module['id']}").text
    assert "Sam" in page
    assert "Priya" not in page


def test_words_of_another_teams_call_are_not_shown_until_the_rep_agrees(client, signed_in_as, clips):
    signed_in_as(SAM), signed_in_as(PRIYA)
    dana, ola = signed_in_as(DANA), signed_in_as(OLA)
    words = "swamped until spring"  # Priya's call, of Ola's team
    module = make(ola, items=[{"kind": "clip", "clip_id": clips[1]}])
    assert words in ola.get(f"/modules/{module['id']}").text
    sound = f"/modules/{module['id']}/v/1/lesson/clips/1/audio"
    assert ola.get(sound).status_code == 200
    for address in (f"/modules/{module['id']}", f"{URL}/{module['id']}", f"/modules/{module['id']}/v/1/lesson/1"):
        assert words not in dana.get(address).text, address
    assert dana.get(sound).status_code == 404
    assert dana.put(f"{URL}/{module['id']}/draft", json={"items": [{"kind": "clip", "clip_id": clips[0]}]}).is_success
    agree(ola, clips[1])
    module = make(ola, items=[{"kind": "clip", "clip_id": clips[1]}])
    assert words in dana.get(f"/modules/{module['id']}").text


def test_reps_see_their_own_lessons_and_no_editor(client, signed_in_as, records):
    sam, priya = signed_in_as(SAM), signed_in_as(PRIYA)
    module = out(client, [], title="Price in five minutes")
    hand(records, "Sam", module["id"])
    assert "Price in five minutes" in sam.get("/modules").text
    assert "Nothing to learn right now" in priya.get("/modules").text
    for address in (f"/modules/{module['id']}", f"/modules/{module['id']}/v/1/lesson/1", URL, f"{URL}/{module['id']}"):
        assert sam.get(address).status_code == 403, address


def test_published_clips_count_as_used_and_are_in_the_trail(client, clips, records):
    out(client, clips[:1])
    with records.read() as connection:
        told = {(row.what, row.about) for row in connection.execute(select(given_table.metadata.tables["audit"]))}
        used = list(connection.execute(select(given_table.metadata.tables["uses"])))
    assert ("shared", f"clip/{clips[0]}") in told
    assert [(row.what, row.clip_id) for row in used] == [("attached", clips[0])]


def test_a_place_only_goes_on(records, client, signed_in_as):
    signed_in_as(SAM)
    given = hand(records, "Sam", out(client, [])["id"])
    assert places.place(records, given.id) == 0
    places.reach(records, given.id, 2, now())
    places.reach(records, given.id, 1, now())
    assert places.place(records, given.id) == 2
    with records.read() as connection:
        assert len(list(connection.execute(select(lesson_places)))) == 1


def test_deleting_a_call_tells_which_lessons_lose_its_clips(client, clips, calls):
    make(client, title="Holds it", items=[{"kind": "clip", "clip_id": clips[0]}])
    put_away = make(client, title="Held it", items=[{"kind": "clip", "clip_id": clips[0]}])
    client.patch(f"{URL}/{put_away['id']}", json={"archived": True})
    make(client, title="Does not", items=[text()])
    told = client.get(f"/api/v1/calls/{calls[0].id}/deletion").json()
    assert told["lessons"] == ["Held it", "Holds it"]
    assert client.get(f"/api/v1/calls/{calls[1].id}/deletion").json()["lessons"] == []
    page = client.get(f"/calls/{calls[0].id}/delete").text
    assert "The sound of its clips in 2 lessons: Held it, Holds it." in page
    assert "Take the words too" in page


def test_given_to_people_from_its_page(client, signed_in_as, records):
    signed_in_as(SAM), signed_in_as(PRIYA)
    dana = signed_in_as(DANA)
    module = out(client, [])
    page = dana.get(f"/modules/{module['id']}").text
    assert "Sam" in page
    sam, priya = (connection_person(records, name) for name in ("Sam", "Priya"))
    answer = dana.post(f"/modules/{module['id']}/assign", data={"person": [sam], "message": "For Monday."})
    assert answer.status_code == 303, answer.text
    assert "Given to 1 person." in dana.get(answer.headers["location"]).text
    again = dana.post(f"/modules/{module['id']}/assign", data={"team": ["North"]})
    told = dana.get(again.headers["location"]).text
    assert "Given to 1 person. 1 person has it already." in told  # Dana herself is of the team
    assert dana.post(f"/modules/{module['id']}/assign", data={}).status_code == 422
    assert not dana.post(f"/modules/{module['id']}/assign", data={"person": [priya]}).is_success
    assert {one.name for one in learners(records, [module["id"]])} == {"Sam", "Dana"}


def connection_person(records, name):
    people = given_table.metadata.tables["people"]
    with records.read() as connection:
        return connection.execute(select(people.c.id).where(people.c.name == name)).scalar_one()
