"""The library: collections, what is kept in them and in which order, duplicates, uses, many hands at once."""

from __future__ import annotations

import io
import json
import shutil
import threading
import zipfile
from datetime import timedelta

import pytest

from clips_api.spans import clip_id
from clips_api.store import kept
from pipeline.library import now
from tests.integration.clips_api.conftest import PRICE, Said, write_call

URL = "/api/v1/collections"


@pytest.fixture(autouse=True)
def _before_the_client(calls):
    """Calls are there when the index is built."""


@pytest.fixture
def moments(calls):
    """The ids of clips that share nothing: a moment of each call, then single turns."""
    found = [(call.id, call.folder.analysis().moments[0]) for call in calls]
    turns = [(call.id, turn) for call in calls for turn in call.folder.transcript().turns[:1]]
    turns += [(calls[0].id, turn) for turn in calls[0].folder.transcript().turns[5:]]
    return [clip_id(call, one.start, one.end, 0) for call, one in found + turns]


@pytest.fixture
def shelf(client):
    """The number of an empty collection."""
    return client.post(URL, json={"title": "  Price,\n answered  "}).json()["id"]


def keep(client, number, clip, **more):
    return client.post(f"{URL}/{number}/clips", json={"clip_id": clip, **more})


def order(client, number):
    return [one["id"] for one in client.get(f"{URL}/{number}/clips").json()["items"]]


def test_a_collection_is_made_changed_and_deleted(client):
    soon = str(now().date() + timedelta(days=3))
    answer = client.post(URL, json={"title": "Price", "purpose": "for new reps", "review_on": soon})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["title"], made["review_on"], made["clips"], made["uses"], made["version"]) == ("Price", soon, 0, 0, 1)
    changed = client.patch(f"{URL}/{made['id']}", json={"review_on": None, "version": 1}).json()
    assert (changed["title"], changed["purpose"], changed["review_on"]) == ("Price", "for new reps", None)
    late = client.patch(f"{URL}/{made['id']}", json={"purpose": "for all", "version": 1})
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert client.get(f"{URL}/{made['id']}").json()["purpose"] == "for new reps"
    assert client.delete(f"{URL}/{made['id']}").status_code == 204
    assert client.get(f"{URL}/{made['id']}").status_code == 404
    again = client.post(URL, json={"title": "Another"}).json()
    assert again["id"] != made["id"]


def test_a_kept_clip_has_its_words_and_its_call(client, moments, shelf):
    clip = client.get(f"/api/v1/clips/{moments[0]}").json()
    answer = keep(client, shelf, moments[0], why=" Names the concern\tfirst. ")
    made = answer.json()
    assert answer.status_code == 201
    same = ("recording_id", "quote", "reply", "tag", "rep", "customer", "started_at", "start", "end")
    assert {name: made[name] for name in same} == {name: clip[name] for name in same}
    assert (made["why"], made["place"], made["playable"], made["duplicates"]) == (
        "Names the concern first.",
        1,
        True,
        [],
    )
    [one] = client.get(URL).json()["items"]
    assert (one["clips"], one["title"]) == (1, "Price, answered")
    assert one["seconds"] == pytest.approx(clip["end"] - clip["start"], abs=0.01)
    assert client.get(URL, params={"clip": moments[0]}).json()["total"] == 1
    assert client.get(URL, params={"clip": moments[1]}).json() == {"items": [], "next": None, "total": 0}


def test_order_changes_by_one_call_and_removing_can_be_undone(client, moments, shelf):
    for clip in moments[:4]:
        assert keep(client, shelf, clip, anyway=True).status_code == 201
    a, b, c, d = moments[:4]
    assert order(client, shelf) == [a, b, c, d]
    assert client.patch(f"{URL}/{shelf}/clips/{d}", json={"place": 1}).json()["place"] == 1
    assert order(client, shelf) == [d, a, b, c]
    client.patch(f"{URL}/{shelf}/clips/{d}", json={"place": 99})
    assert order(client, shelf) == [a, b, c, d]
    assert client.delete(f"{URL}/{shelf}/clips/{b}").status_code == 204
    assert order(client, shelf) == [a, c, d]
    assert client.delete(f"{URL}/{shelf}/clips/{b}").status_code == 404
    assert client.post(f"{URL}/{shelf}/clips/{b}/back").json()["place"] == 2
    assert order(client, shelf) == [a, b, c, d]
    assert client.post(f"{URL}/{shelf}/clips/{b}/back").status_code == 404
    client.delete(f"{URL}/{shelf}/clips/{b}")
    assert keep(client, shelf, b, anyway=True, why="anew").json()["place"] == 4


def test_many_hands_lose_nothing(client, moments, shelf):
    clips = moments[:6]
    numbers = [client.post(URL, json={"title": f"Other {n}"}).json()["id"] for n in range(2)]
    for clip in clips[:2]:
        keep(client, shelf, clip, anyway=True)

    def work(mine):
        for clip in mine:
            assert keep(client, shelf, clip, anyway=True).status_code == 201
            assert client.patch(f"{URL}/{shelf}/clips/{clip}", json={"place": 1}).status_code == 200
            assert keep(client, numbers[0], clip, anyway=True).status_code == 201

    hands = [threading.Thread(target=work, args=([clip],)) for clip in clips[2:]]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    found = client.get(f"{URL}/{shelf}/clips").json()["items"]
    assert sorted(one["id"] for one in found) == sorted(clips)
    assert [one["place"] for one in found] == [1, 2, 3, 4, 5, 6]
    assert [one["id"] for one in found][-2:] == clips[:2]


def test_a_sentence_that_somebody_else_changed_is_not_written_over(client, moments, shelf):
    keep(client, shelf, moments[0], why="mine")
    path = f"{URL}/{shelf}/clips/{moments[0]}"
    assert client.patch(path, json={"why": "theirs", "version": 1}).json()["version"] == 2
    assert client.patch(path, json={"why": "mine again", "version": 1}).status_code == 409
    [one] = client.get(f"{URL}/{shelf}/clips").json()["items"]
    assert one["why"] == "theirs"
    answer = client.post(f"/library/{shelf}/clips/{moments[0]}/why", data={"why": "mine again", "version": 1})
    assert answer.status_code == 409
    assert "theirs" in answer.text
    assert "mine again" in answer.text


def test_the_same_clip_twice_is_noticed(client, moments, shelf):
    keep(client, shelf, moments[0])
    answer = keep(client, shelf, moments[0])
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    [found] = answer.json()["duplicates"]
    assert found == {
        "collection_id": shelf,
        "title": "Price, answered",
        "clip_id": moments[0],
        "place": 1,
        "reason": "same",
    }
    assert keep(client, shelf, moments[0], anyway=True).status_code == 409
    other = client.post(URL, json={"title": "Other"}).json()["id"]
    told = keep(client, other, moments[0])
    assert told.status_code == 201
    assert [(one["title"], one["reason"]) for one in told.json()["duplicates"]] == [("Price, answered", "same")]


@pytest.mark.parametrize(("shift", "noticed"), [(0.2, True), (0.45, True), (0.55, False), (1.5, False)])
def test_a_clip_that_shares_more_than_half_is_noticed(client, calls, shelf, shift, noticed):
    keep(client, shelf, f"{calls[0].id}-2000-6000")
    start = 2000 + round(4000 * shift)
    other = f"{calls[0].id}-{start}-{start + 4000}"
    answer = keep(client, shelf, other)
    assert answer.status_code == (409 if noticed else 201)
    if noticed:
        assert answer.json()["duplicates"][0]["reason"] == "overlap"
        assert keep(client, shelf, other, anyway=True).status_code == 201


def test_the_same_words_of_a_call_recorded_twice_are_noticed(client, calls, library, shelf):
    heard = [Said(one.speaker, one.text.replace("tile shops", "tiled shops"), one.tags) for one in PRICE]
    twice = write_call(library, heard, seed=9)
    span = "1000-20000"
    keep(client, shelf, f"{calls[0].id}-{span}")
    answer = keep(client, shelf, f"{twice.id}-{span}")
    assert [one["reason"] for one in answer.json()["duplicates"]] == ["words"]
    assert keep(client, shelf, f"{calls[1].id}-1000-9000").status_code == 201
    short = write_call(library, [Said("rep", "Yes, go ahead.")], seed=10)
    shorter = write_call(library, [Said("rep", "Yes, go ahead.")], seed=11)
    assert [keep(client, shelf, f"{one.id}-500-2500").status_code for one in (short, shorter)] == [201, 201]


def test_uses_are_counted(client, moments, shelf):
    keep(client, shelf, moments[0])
    other = client.post(URL, json={"title": "Other"}).json()["id"]
    keep(client, other, moments[0])
    for use in (
        {"what": "played", "collection_id": shelf, "clip_id": moments[0]},
        {"what": "packed", "collection_id": shelf},
        {"what": "attached", "clip_id": moments[0]},
    ):
        assert client.post("/api/v1/uses", json=use).status_code == 204
    assert {one["id"]: one["uses"] for one in client.get(URL).json()["items"]} == {shelf: 3, other: 1}
    assert client.get(f"{URL}/{shelf}/clips").json()["items"][0]["uses"] == 2
    assert "used 3 times" in client.get("/library").text
    assert client.post("/api/v1/uses", json={"what": "played", "collection_id": 999}).status_code == 404
    assert client.post("/api/v1/uses", json={"what": "eaten"}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [{}, {"title": ""}, {"title": " \n "}, {"title": "x" * 201}, {"title": "\ud800"}, {"title": "a", "review_on": "soon"}, {"title": "a", "b": 1}],
)  # fmt: skip
def test_what_can_not_be_a_collection_is_refused(client, body):
    answer = client.post(URL, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert client.get(URL).json()["total"] == 0


@pytest.mark.parametrize("clip", ["nonsense", "0" * 16 + "-0-1000", "f" * 40, "../../etc", "\0"])
def test_what_is_no_clip_is_not_kept(client, shelf, clip):
    assert keep(client, shelf, clip).status_code in (404, 422)
    assert client.post("/library/keep", data={"clip": clip, "title": "New"}).status_code in (404, 422)
    assert client.get(URL).json()["total"] == 1


def test_ids_that_do_not_exist(client, moments, shelf):
    assert keep(client, 999, moments[0]).status_code == 404
    for path in (f"{URL}/999", f"{URL}/999/clips", "/library/999"):
        assert client.get(path).status_code == 404
    assert client.patch(f"{URL}/999", json={"title": "a"}).status_code == 404
    assert client.delete(f"{URL}/999").status_code == 404
    assert client.patch(f"{URL}/{shelf}/clips/{moments[0]}", json={"place": 1}).status_code == 404
    assert client.get(f"{URL}/{2**40}").status_code == 422


def test_personal_data_stays_hidden(client, library, shelf):
    said = write_call(library, [Said("customer", "My number is 020 7946 0018 if you want to call.")], seed=12)
    made = keep(client, shelf, f"{said.id}-1000-5000").json()
    assert "7946" not in made["quote"]
    assert "•" in made["quote"]
    assert "7946" not in client.get(f"/library/{shelf}").text


# pages


def test_the_empty_library_says_what_to_do(client):
    html = client.get("/library").text
    assert "Nothing kept yet" in html
    assert 'href="/search"' in html


def test_reviews_are_due(client):
    today = now().astimezone().date()
    for title, days in (("late", -1), ("today", 0), ("soon", 6), ("later", 60)):
        client.post(URL, json={"title": title, "review_on": str(today + timedelta(days=days))})
    html = client.get("/library").text
    assert html.count('class="review overdue"') == 1
    assert html.count('class="review due"') == 2
    assert "review due today" in html


def test_the_pages_work_without_scripts(client, moments):
    made = client.post("/library", data={"title": "Price", "purpose": "for new reps", "review_on": "2026-12-24"})
    where = made.headers["location"]
    assert "No clips in it yet" in client.get(where).text
    asked = client.get("/library/keep", params={"clip": moments[0]}).text
    assert 'name="collection"' in asked
    number = int(where.rpartition("/")[2])
    kept = client.post("/library/keep", data={"clip": moments[0], "collection": number, "why": "It asks first."})
    assert kept.headers["location"] == f"{where}#{moments[0]}"
    client.post("/library/keep", data={"clip": moments[1], "collection": number, "anyway": "1"})
    assert order(client, number) == moments[:2]
    client.post(f"{where}/clips/{moments[1]}/move", data={"place": 1})
    assert order(client, number) == moments[1::-1]
    out = client.post(f"{where}/clips/{moments[0]}/remove")
    html = client.get(out.headers["location"]).text
    assert "Taken out." in html
    assert "It asks first." not in html
    client.post(f"{where}/clips/{moments[0]}/back")
    assert "It asks first." in client.get(where).text
    again = client.post("/library/keep", data={"clip": moments[0], "collection": number})
    assert again.status_code == 409
    assert "is already kept in “Price”, number 2" in again.text
    client.post(where, data={"title": "Price 2", "purpose": "", "review_on": "", "version": 1})
    assert client.get(f"{URL}/{number}").json()["title"] == "Price 2"
    late = client.post(where, data={"title": "Price 3", "purpose": "", "review_on": "", "version": 1})
    assert (late.status_code, "Price 3" in late.text, "Price 2" in late.text) == (409, True, True)
    assert client.post(where, data={"title": " ", "version": 2}).status_code == 422
    new = client.post("/library/keep", data={"clip": moments[2], "collection": number, "title": "A new one"})
    assert new.headers["location"] != f"{where}#{moments[2]}"
    assert client.post(f"{where}/delete").headers["location"] == "/library"
    assert client.get(where).status_code == 404


def test_search_says_what_is_kept(client, moments, shelf):
    keep(client, shelf, moments[0])
    html = client.get("/search").text
    assert html.count("<span>kept</span>") == 1
    assert "Kept in “Price, answered”" in html
    assert "<span>keep</span>" in html


def test_what_is_removed_for_a_day_is_gone_for_good(client, moments, shelf, app):
    keep(client, shelf, moments[0])
    kept.remove(app.state.parts.store, shelf, moments[0], at=now() - timedelta(days=2))
    assert keep(client, shelf, moments[1]).status_code == 201
    assert client.post(f"{URL}/{shelf}/clips/{moments[0]}/back").status_code == 404


def test_a_clip_outlives_a_playbook_change(client, calls, moments, shelf):
    keep(client, shelf, moments[0])
    before = client.get(f"{URL}/{shelf}/clips").json()["items"]
    for call in calls:
        (call.folder.path / "analysis.json").unlink()
    client.app.state.parts.indexer.refresh([call.id for call in calls])
    assert client.get(f"{URL}/{shelf}/clips").json()["items"] == before


def test_a_collection_is_taken_along(client, moments, shelf, calls):
    assert client.get(f"{URL}/{shelf}/pack").status_code == 409
    for clip in moments[:2]:
        keep(client, shelf, clip, why="It asks before it answers.")
    assert "Download pack" in client.get(f"/library/{shelf}").text
    answer = client.get(f"/library/{shelf}/pack")
    assert answer.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert [name for name in names if name.endswith(".txt")] == ["01-price.txt", "02-timing.txt"]
    assert "index.html" in names
    assert client.get(f"{URL}/{shelf}").json()["uses"] == 1
    shutil.rmtree(calls[0].folder.path)
    left = zipfile.ZipFile(io.BytesIO(client.get(f"{URL}/{shelf}/pack").content)).namelist()
    assert len([name for name in left if name.endswith(".txt")]) == 1
