"""People: kept in either database, over HTTP, on their pages, and the names in recordings that nobody has claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from clips_api.claims import meant
from clips_api.store import audit, people, tokens
from clips_api.store.database import Store
from clips_api.store.people import Person, Told
from pipeline import files
from pipeline.errors import BadInput
from pipeline.library import now
from pipeline.people import import_
from tests.integration.clips_api.conftest import TIMING, serving, write_call

SAM = Person("Sam Ortega", "sam@example.com", "North", ("Sam", "sam.o"), None, "rep", "ES", "Europe/Madrid")
DANA = Person("Dana Reyes", "dana@example.com", "North", role="manager")
LEFT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def names(plan):
    return [one.name for one in plan.added], [one.name for _, one in plan.changed], [one.name for one in plan.same]


# as they are kept


def test_people_are_known_by_their_address_and_nobody_goes(store):
    assert names(people.keep(store, [SAM, Person("Priya")])) == (["Sam Ortega", "Priya"], [], [])
    assert names(people.keep(store, [SAM])) == ([], [], ["Sam Ortega"])
    assert names(people.keep(store, [replace(SAM, name="Samuel Ortega", team="South")])) == ([], ["Samuel Ortega"], [])
    assert names(people.keep(store, [Person("priya", "priya@example.com", "South")])) == ([], ["priya"], [])
    assert [(one.name, one.email, one.team, one.zone) for one in people.find(store)] == [
        ("priya", "priya@example.com", "South", None), ("Samuel Ortega", "sam@example.com", "South", "Europe/Madrid")
    ]  # fmt: skip


def test_what_is_not_said_stays(store):
    people.keep(store, [DANA])
    told = Told(Person("Dana Reyes", team="South"), frozenset({"email", "role", "aliases", "slack", "country", "zone"}))
    people.keep(store, [told])
    found = people.find(store)[0]
    assert (found.email, found.role, found.team) == ("dana@example.com", "manager", "South")


def test_who_left_is_not_brought_back_by_a_table(store):
    people.keep(store, [SAM])
    number = people.find(store)[0].id
    people.change(store, number, left_at=LEFT)
    assert names(people.keep(store, [SAM])) == ([], [], ["Sam Ortega"])
    people.keep(store, [replace(SAM, team="South")])
    found = people.get(store, number)
    assert found is not None
    assert (found.left_at, found.team) == (LEFT, "South")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([Person("Priya"), Person("Sam", "other@example.com")], "would mean two people"),
        ([Person("Sam Ortega", "other@example.com")], "would mean two people"),
        ([Person("Priya"), Person("Priya")], "would mean two people"),
        ([replace(SAM, team="A"), replace(SAM, team="B")], "stands there twice"),
        ([Person("Priya", "p@example.com"), Person("Bo", "p@example.com")], "would be two people's"),
        ([Person("Priya", slack="U0123456789"), Person("Bo", slack="U0123456789")], "would be two people's"),
    ],
)
def test_a_name_or_an_address_means_one_person(store, given, told):
    people.keep(store, [SAM])
    with pytest.raises(BadInput, match=told):
        people.keep(store, given)
    assert [replace(one, id=0) for one in people.find(store)] == [SAM]


def test_one_person_is_written_by_number(store):
    sam = people.save(store, SAM)
    dana = people.save(store, DANA)
    people.save(store, replace(sam, name="Samuel", email="samuel@example.com"))
    assert [(one.id, one.name) for one in people.find(store)] == [(dana.id, "Dana Reyes"), (sam.id, "Samuel")]
    with pytest.raises(BadInput, match="two people's"):
        people.save(store, replace(dana, email="samuel@example.com"))


# over HTTP


def test_a_table_over_http_is_looked_at_before_it_is_kept(client):
    body = {"people": [{"name": "Sam Ortega", "email": "Sam@Example.com", "country": "es", "zone": "europe/madrid"}]}
    looked = client.post("/api/v1/people/preview", json=body).json()
    assert (looked["added"], looked["total"]) == (["Sam Ortega"], 0)
    assert client.get("/api/v1/people").json()["items"] == []
    assert client.put("/api/v1/people", json=body).json()["added"] == ["Sam Ortega"]
    known = client.get("/api/v1/people").json()["items"][0]
    assert (known["email"], known["country"], known["zone"], known["role"]) == (
        "sam@example.com", "ES", "Europe/Madrid", "rep"
    )  # fmt: skip
    again = {"people": [{"name": "Sam Ortega", "email": "sam@example.com", "role": "manager"}]}
    kept = client.put("/api/v1/people", json=again).json()
    assert kept["changes"] == [
        {"name": "Sam Ortega", "changes": [{"field": "role", "before": "rep", "after": "manager"}]}
    ]
    assert client.get(f"/api/v1/people/{known['id']}").json()["zone"] == "Europe/Madrid"
    told = [(one.what, one.detail) for one in audit.find(client.app.state.parts.store, audit.Asked(), limit=9)]
    assert ("changed", "role") in told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"country": "Atlantis"}, "no country"),
        ({"zone": "Mars/Base"}, "no time zone"),
        ({"email": "nobody"}, "no e-mail address"),
        ({"slack": "#deals"}, "no Slack member id"),
        ({"role": "boss"}, "role"),
        ({"left_at": "2026-01-01"}, "left_at"),
    ],
)
def test_what_is_no_person_is_told(client, fields, told):
    answer = client.put("/api/v1/people", json={"people": [{"name": "Sam", **fields}]})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert client.get("/api/v1/people").json()["total"] == 0


def test_who_left_cannot_come_in(client, signed_in_as):
    sam = signed_in_as(SAM)
    assert sam.get("/search").status_code == 200
    records = client.app.state.parts.store
    number = people.find(records)[0].id
    _, secret = tokens.add(records, number, "a script", now())
    script = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/clips", headers=script).status_code == 200
    assert client.post(f"/api/v1/people/{number}/leave").json()["left_at"]
    assert sam.get("/search").status_code == 401
    assert client.get("/api/v1/clips", headers=script).status_code == 401
    assert client.post(f"/api/v1/people/{number}/return").json()["left_at"] is None
    assert sam.get("/search").status_code == 401, "coming back opens no old session"
    assert client.get("/api/v1/clips", headers=script).status_code == 401
    assert client.post("/api/v1/people/999/leave").status_code == 404


def test_nobody_takes_themselves_out(client, signed_in_as):
    admin = signed_in_as(replace(DANA, role="admin"))
    number = people.find(client.app.state.parts.store)[0].id
    assert admin.post(f"/people/{number}/leave").status_code == 409
    assert admin.get("/people").status_code == 200


def test_a_manager_sees_the_list_and_changes_nothing(client, signed_in_as):
    manager = signed_in_as(DANA)
    number = people.find(client.app.state.parts.store)[0].id
    shown = manager.get("/people").text
    assert "Dana Reyes" in shown
    assert f'href="/people/{number}"' not in shown
    for answer in (
        manager.get(f"/people/{number}"),
        manager.post(f"/people/{number}", data={"name": "Dana", "role": "admin"}),
        manager.post("/people/import/keep", data={"table": "name\nBo"}),
        manager.put("/api/v1/people", json={"people": []}),
        signed_in_as(SAM).get("/people"),
    ):
        assert answer.status_code == 403


# names that nobody has


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Priya", "Priya Nair"),
        ("PriyaN", "Priya Nair"),
        ("priya.n", "Priya Nair"),
        ("S. Ortega", None),
        ("Sam", None),
        ("dana.reyes", "Dana R"),
        ("RE4b7", None),
    ],
)
def test_whose_a_name_may_be(name, who):
    everybody = [
        Person("Priya Nair"), Person("Sam Ortega"), Person("Sam Lund"), Person("Dana R", "dana.reyes@example.com")
    ]  # fmt: skip
    found = meant(name, everybody)
    assert (found.name if found else None) == who


def test_a_claimed_name_is_theirs(calls, client):
    client.put("/api/v1/people", json={"people": [{"name": "Priya Nair", "team": "South"}, {"name": "Sam"}]})
    shown = client.get("/people").text
    assert "Recordings name 1 rep whom nobody here is" in shown
    priya = next(one for one in people.find(client.app.state.parts.store) if one.name == "Priya Nair")
    assert client.post("/people/claim", data={"name": "Priya", "whose": 0}).status_code == 422
    assert client.post("/people/claim", data={"name": "Priya", "whose": priya.id}).status_code == 303
    assert client.post("/people/claim", data={"name": "priya", "whose": priya.id}).status_code == 303
    assert "whom nobody here is" not in client.get("/people").text
    assert client.get("/api/v1/people").json()["items"][0]["aliases"] == ["Priya"]
    assert client.get("/api/v1/clips", params={"team": "South"}).json()["total"] > 0


# their pages


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(client):
    typed = {
        "name": "Sam Ortega",
        "email": "sam at example",
        "team": "Nörth & <b>",
        "role": "manager",
        "aliases": "Sam, s.o",
    }
    answer = client.post("/people/new", data=typed)
    assert answer.status_code == 422
    for part in ("is no e-mail address", "N&ouml;rth".replace("&ouml;", "ö") + " &amp; &lt;b&gt;", 'value="Sam, s.o"'):
        assert part in answer.text
    assert 'value="manager" checked' in answer.text
    assert client.post("/people/new", data={"name": " "}).status_code == 422
    assert client.post("/people/77", data={"name": "Sam"}).status_code == 404
    assert client.get("/people/77").status_code == 404


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"data": {"table": ""}}, "paste a table"),
        ({"data": {"table": "who\nSam"}}, "first line has to name the columns"),
        ({"data": {"table": "name,role\nSam,boss"}}, "line 2: &#39;boss&#39; is no role"),
        ({"data": {"table": "name,e-mail\nSam,nobody"}}, "no e-mail address"),
        ({"files": {"file": ("p.csv", b"name\nJos\xe9")}}, "p.csv is not UTF-8"),
        ({"files": {"file": ("p.csv", b"name\n" + b"x" * 1_000_001)}}, "larger than 1 MB"),
        ({"data": {"table": "name\n" + "x" * 201}}, "at most 200 characters"),
    ],
)
def test_a_table_that_cannot_be_taken_is_told_of(client, how, told):
    answer = client.post("/people/import", **how)
    assert answer.status_code == 422
    assert told in answer.text
    assert people.find(client.app.state.parts.store) == []


@pytest.fixture
def unclaimed(library):
    return write_call(library, TIMING, seed=4, rep="Priya", customer="Ivy")


def test_a_team_comes_in_by_pasting_a_table(unclaimed, page: Page):
    page.goto("/people")
    expect(page.get_by_role("heading", name="Nobody is in the list yet")).to_be_visible()
    page.get_by_role("link", name="Import a table").click()
    page.get_by_label("Paste a table").fill(
        "name\te-mail\tteam\trole\nPriya Nair\tpriya@example.com\tSouth\t\nDana Reyes\tdana@example.com\tSouth\tmanager"
    )
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("list").filter(has_text="Priya Nair")).to_contain_text("Dana Reyes")
    page.get_by_role("button", name="Add 2 people").click()
    expect(page.get_by_role("status")).to_have_text("The table is in.")
    page.get_by_role("button", name="That’s them: Priya").click()
    row = page.get_by_role("row").filter(has_text="Priya Nair")
    expect(row).to_contain_text("in recordings also Priya")
    expect(row).to_contain_text("1 call")
    row.get_by_role("link", name="Priya Nair").click()
    page.wait_for_load_state()
    page.get_by_label("Country").select_option("PT")
    expect(page.get_by_label("Time zone")).to_have_value("")  # it has three
    page.get_by_label("Country").select_option("SE")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Stockholm")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Priya Nair")).to_contain_text("Stockholm")


def test_somebody_who_left_stands_apart(page: Page, served):
    with served.client() as http:
        http.put("/api/v1/people", json={"people": [{"name": "Bo Lind"}, {"name": "Sam Ortega"}]}).raise_for_status()
    page.goto("/people")
    page.get_by_role("link", name="Bo Lind").click()
    page.get_by_text("They left …").click()
    page.get_by_role("button", name="Take them out").click()
    page.get_by_text("1 person who left").click()
    gone = page.get_by_role("row").filter(has_text="Bo Lind")
    expect(gone).to_contain_text("left")
    gone.get_by_role("link", name="Bo Lind").click()
    page.get_by_role("button", name="They are back").click()
    expect(page.get_by_role("heading", name="People")).to_contain_text("2")


# on the command line


def test_a_table_by_the_command_line(app, library, tmp_path, capsys):
    file = tmp_path / "people.csv"
    file.write_text("name,e-mail,team,shoes\nSam Ortega,sam@example.com,North,44\nDana Reyes,dana@example.com,North,\n")
    with serving(app, library) as served, files.lock(library.run_lock):
        library.announce({"address": served.address})
        import_(file, library.root, preview=True)
        assert "2 would be added, 0 changed; nothing was" in capsys.readouterr().out
        import_(file, library.root, preview=False)
        told = capsys.readouterr().out
        assert "2 added, 0 changed, 2 known now" in told
        assert "Columns that mean nothing here: shoes" in told
        file.write_text("name,team\nSam Ortega,South\n")
        import_(file, library.root, preview=True)
        assert "~ Sam Ortega: team: North → South" in capsys.readouterr().out
    records = Store.at(library.records)
    assert [one.team for one in people.find(records)] == ["North", "North"]
    records.close()


def test_an_admin_passes_a_link_to_sign_in_on(client, app, signed_in_as):
    dana = signed_in_as(Person("Dana", "dana@example.com", role="manager"))
    number = next(one.id for one in people.find(app.state.parts.store) if one.name == "Dana")
    assert "Make a link to sign in" in client.get(f"/people/{number}").text
    made = client.post(f"/people/{number}/sign-in")
    assert made.status_code == 201
    assert "/sign-in/" in made.text
    assert dana.post(f"/people/{number}/sign-in").status_code == 403
    assert client.post("/people/999999/sign-in").status_code == 404
