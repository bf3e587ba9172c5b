"""What is heard when: the order, this one first, cancelled, and files that were set aside deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pipeline.library import now
from pipeline.records import Doing, Progress
from tests.integration.clips_api.conftest import PRICE, set_aside, wait_for, write_call


@pytest.fixture
def line(library):
    """Three calls that wait, in another order than they came in, and one that is being heard."""
    made = [write_call(library, PRICE[:3], seed=20 + n, upto="taken", name=f"{n}.wav") for n in range(4)]
    report(library, made, [made[2], made[0], made[1]])
    return made


def report(library, made, queue):
    doing = (Doing(id=made[3].id, name="3.wav", stage="hear", percent=40.0, left_s=75.0, since=now()),)
    library.report(Progress(pid=1, at=now(), waiting=len(queue), queue=tuple(one.id for one in queue), doing=doing))


def waiting(client, **params):
    return client.get("/api/v1/status/waiting", params=params).json()


def test_the_line_is_shown_in_its_order(line, client):
    items = waiting(client)["items"]
    assert [(item["name"], item["place"]) for item in items] == [("2.wav", 1), ("0.wav", 2), ("1.wav", 3)]
    html = client.get("/status").text
    assert html.index("Heard next") < html.index("Number 2 in line") < html.index("Number 3 in line")
    first = waiting(client, limit=2)
    assert [item["name"] for item in waiting(client, cursor=first["next"])["items"]] == ["1.wav"]
    [hearing] = client.get("/api/v1/status/hearing").json()["items"]
    assert hearing["cancel"]


def test_this_one_first(line, library, client):
    assert client.post(f"/api/v1/calls/{line[1].id}/first").json() == {"ids": [line[1].id]}
    [item] = [item for item in waiting(client)["items"] if item["id"] == line[1].id]
    assert item["asked"] == "first"
    assert library.to_put_first.take() == [line[1].id]


def test_cancel(line, library, client):
    for made in (line[0], line[3]):
        assert client.post(f"/api/v1/calls/{made.id}/cancel").status_code == 202
    asked = {item["name"]: item["asked"] for item in client.get("/api/v1/status/hearing").json()["items"]}
    assert asked == {"3.wav": "cancel"}
    assert sorted(library.to_cancel.take()) == sorted([line[0].id, line[3].id])


@pytest.mark.parametrize("what", ["cancel", "first"])
def test_what_is_over_can_not_be_stopped(calls, library, client, what):
    for name in (calls[0].id, set_aside(library)):
        answer = client.post(f"/api/v1/calls/{name}/{what}")
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
        assert answer.json()["title"] == "That can't be done with this recording as it stands."
    assert client.post(f"/api/v1/calls/{'0' * 16}/{what}").status_code == 404
    assert library.to_cancel.take() == library.to_put_first.take() == []


def test_a_call_that_is_to_be_heard_again_waits_in_line_and_keeps_its_words_when_cancelled(calls, library, client):
    call = calls[0].folder
    call.hear_again()
    library.report(Progress(pid=1, at=now(), queue=(call.id, calls[1].id)))
    assert [item["id"] for item in waiting(client)["items"]] == [call.id]
    done = client.get("/api/v1/status/done").json()
    assert [item["id"] for item in done["items"]] == [calls[1].id]
    assert client.post(f"/api/v1/calls/{call.id}/cancel").status_code == 202
    assert not call.wants_hearing()
    assert call.transcript()
    assert library.to_cancel.take() == [call.id]


def test_a_file_that_was_set_aside_is_deleted_for_good(calls, library, client):
    held = set_aside(library)
    library.to_index.leave(held)
    wait_for(lambda: client.get("/api/v1/status/needs_you").json()["total"] == 1)
    assert client.delete(f"/api/v1/calls/{held}").status_code == 202
    assert library.known(held) is None
    wait_for(lambda: client.get("/api/v1/status/needs_you").json()["total"] == 0)
    assert client.delete(f"/api/v1/calls/{held}").status_code == 404
    client.post("/status/discard", data={"id": calls[0].id})
    assert calls[0].folder.exists()
    assert calls[0].folder.transcript()


def test_the_forms_of_the_status_page(line, calls, library, client):
    held = set_aside(library)
    for what, made in (("first", line[1]), ("cancel", line[0]), ("cancel", calls[0])):
        assert client.post(f"/status/{what}", data={"id": made.id}).headers["location"] == "/status"
    assert library.to_put_first.take() == [line[1].id]
    assert library.to_cancel.take() == [line[0].id], "what is done is not cancelled, and no error page comes"
    client.post("/status/discard", data={"id": held})
    assert library.known(held) is None
    assert client.post("/status/explode", data={"id": held}).status_code == 422


def test_rows_act_in_place(line, library, page):
    held = set_aside(library)
    library.to_index.leave(held)
    page.goto("/status")
    row = page.locator("li", has_text="1.wav")
    row.get_by_role("button", name="This one first").click()
    expect(row).to_contain_text("Moving to the front")
    assert library.to_put_first.take() == [line[1].id]
    report(library, line, [line[1], line[2], line[0]])
    expect(page.locator(".waiting li .name")).to_have_text(["1.wav", "2.wav", "0.wav"], timeout=4000)
    page.locator(".hearing").get_by_role("button", name="Cancel").click()
    expect(page.locator(".hearing")).to_contain_text("Cancelling")
    expect(page.locator(".hearing button")).to_be_disabled()
    aside = page.locator(".needs_you li")
    aside.get_by_text("Delete", exact=True).click()
    aside.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".needs_you")).to_have_count(0)
    assert library.known(held) is None


def test_try_again_is_asked_once(calls, library, page):
    (calls[0].folder.path / "analysis.json").write_text("{")
    library.to_index.leave(calls[0].id)
    page.goto("/status")
    button = page.locator(".needs_you button", has_text="again")
    button.click()
    expect(button).to_be_disabled()
    expect(button).to_have_text("Trying again")
    page.wait_for_timeout(1500)
    expect(button).to_be_disabled()
    page.reload()
    expect(page.locator(".needs_you button", has_text="again")).to_be_disabled()
    assert library.to_work.take() == [calls[0].id]
