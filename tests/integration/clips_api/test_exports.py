"""What leaves Exemplar: tables, xAPI, GIFT, captions and vCons, each read back by a program that is not ours."""

from __future__ import annotations

import csv
import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha512
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import jsonschema
import pytest
import webvtt
from fastapi.testclient import TestClient
from pygiftparser import parser
from pygiftparser.utils import transformSpecials
from sqlalchemy import func, select, text

from clips_api.app import create_app
from clips_api.exports import found, tables
from clips_api.store import people
from clips_api.store.access_tables import audit
from clips_api.store.tables import metadata
from nlp.findings import Step
from tests.integration.clips_api import quizmaking as making
from tests.integration.clips_api.conftest import BASE, PRICE, TIMING, Said, wait_for, write_call
from tests.integration.clips_api.team import moment
from tests.validating import statement, vcon

ZIP = "/api/v1/exports/tables.zip"
RESULTS = "/api/v1/exports/results.jsonl"
SECRET = "4111 1111 1111 1111"
CARD = (
    Said("rep", "Hi, it's Sam from Juniper Lane, which card shall we use?", ("step.greeting",)),
    Said("customer", f"My card number is {SECRET} and it's way over what we budgeted.", ("objection.price",)),
    Said("rep", "Thanks, that's fair."),
)


def unzipped(client: TestClient, **asked: str) -> dict[str, list[dict[str, str]]]:
    """The tables as a program reads them, and what the zip says of itself."""
    answer = client.get(ZIP, params=asked)
    assert answer.status_code == 200, answer.text
    with ZipFile(BytesIO(answer.content)) as zipped:
        assert zipped.testzip() is None
        read = {name: zipped.read(name) for name in zipped.namelist()}
    about = json.loads(read.pop("about.json"))
    told = {name: list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""))) for name, data in read.items()}
    assert {one["file"]: one["rows"] for one in about["tables"]} == {name: len(rows) for name, rows in told.items()}
    return {name.removesuffix(".csv"): rows for name, rows in told.items()} | {"about": [about]}


@pytest.fixture
def taken(app, client: TestClient, stranger: TestClient, library):
    """A quiz of every kind that Ana has handed in and Priya has begun; its number."""
    _, rich = making.rich_call(library)
    poorer = write_call(library, seed=12)
    analysis = poorer.folder.analysis()
    discovery = Step("discovery", "done", 2, PRICE[2].text, "")
    poorer.folder.keep(analysis.model_copy(update={"steps": (*analysis.steps, discovery)}))
    questions = making.every_kind(client, rich, moment(poorer))
    quiz = making.publish(client, making.make(client, questions, "Price: before you answer"))
    path, _ = making.give(app, client, quiz, making.ANA)
    making.start(stranger, path)
    for one in questions:
        making.say(stranger, path, one["id"], *making.right(one))
    assert stranger.post(f"{path}/quiz/end", data={"attempt": 1}).status_code == 303
    other, _ = making.give(app, client, quiz, making.PRIYA)
    making.start(stranger, other)
    making.say(stranger, other, questions[0]["id"], *making.right(questions[0]))
    return quiz["id"]


def test_every_table_leaves_with_every_row(calls, client, taken):
    clip = moment(calls[0])
    assert client.post("/api/v1/collections", json={"title": "Price"}).status_code == 201
    assert client.post("/api/v1/collections/1/clips", json={"clip_id": clip, "why": "Asks back."}).status_code in (
        200,
        201,
    )
    told = unzipped(client)
    assert [(row["clip_id"], row["why"]) for row in told["kept"]] == [(clip, "Asks back.")]
    sheets = (*tables.SHEETS, *found.FOUND)
    assert set(told) == {one.name for one in sheets} | {"about"}
    for one in sheets:
        assert all(tuple(row) == one.columns for row in told[one.name]), one.name
    records = client.app.state.parts.store
    with records.read() as connection:

        def count(table: str) -> int:
            return connection.scalar(select(func.count()).select_from(metadata.tables[table]))

        for sheet in (
                "people", "notes", "remarks", "contests", "assignments", "attempts", "answers", "collections", "consents",
                "judgements",
            ):  # fmt: skip
            assert len(told[sheet]) == count(sheet), sheet
        assert len(told["lessons"]) == count("module_versions")
        assert len(told["quizzes"]) == count("quiz_versions")
        assert len(told["audit"]) == count("audit")
    assert (len(told["questions"]), len(told["answers"])) == (6, 7)
    documents = [made.folder.analysis() for made in calls]
    for name in ("tags", "moments", "steps"):
        ours = {made.id for made in calls}
        rows = [row for row in told[name] if row["recording_id"] in ours]
        assert len(rows) == sum(len(getattr(one, name)) for one in documents), name
    (row,) = [row for row in told["calls"] if row["recording_id"] == calls[0].id]
    assert (row["rep"], row["customer"], row["started_at"]) == ("Sam", "Corbel Tiles", "2026-11-12T14:05:00Z")
    (score,) = {row["score"] for row in told["moments"] if row["recording_id"] == calls[0].id}
    assert score == "8"


def test_tables_leave_a_postgresql_too(settings, library, calls, postgres):
    app = create_app(settings.model_copy(update={"records_url": postgres}))
    headers = {"Authorization": f"Bearer {library.secret()}"}
    with TestClient(app, base_url=BASE, headers=headers) as client:
        records = app.state.parts.store
        try:
            wait_for(app.state.parts.database.complete)
            people.keep(records, [making.SAM, making.ANA])
            note = {"recording_id": calls[0].id, "strength": "You asked back.", "improvement": "", "action": ""}
            assert client.post("/api/v1/notes", json=note).status_code == 201
            told = unzipped(client, unmasked="true")
            assert [row["email"] for row in told["people"]] == ["sam@example.com", "ana@example.com"]
            assert [row["strength"] for row in told["notes"]] == ["You asked back."]
            assert {row["recording_id"] for row in told["calls"]} == {made.id for made in calls}
            assert client.get(RESULTS).text == ""
        finally:
            with records.write() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))


def test_calls_are_chosen_by_day_and_rep(calls, client):
    def ids(**asked: str) -> set[str]:
        return {row["recording_id"] for row in unzipped(client, **asked)["steps"]}

    assert ids() == {made.id for made in calls}
    assert ids(since="2026-11-13") == ids(rep="Priya") == {calls[1].id}
    assert ids(until="2026-11-13") == ids(since="", until="", rep="Sam") == {calls[0].id}
    assert client.get(ZIP, params={"since": "2026-11-13", "until": "2026-11-01"}).status_code == 422
    assert client.get(ZIP, params={"since": "someday"}).status_code == 422


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\uff1d1", "\r=cmd|' /C calc'!A1"])
def test_no_cell_is_a_formula(calls, client, typed):
    people.keep(client.app.state.parts.store, [people.Person(typed.strip() or "x", "x@example.com", typed)])
    note = {"recording_id": calls[0].id, "strength": typed, "improvement": "fine", "action": f'{typed},"quoted"\nnext'}
    assert client.post("/api/v1/notes", json=note).status_code == 201
    told = unzipped(client)
    for rows in (rows for name, rows in told.items() if name != "about"):
        for value in (value for row in rows for value in row.values()):
            assert re.match(r"[ \u00a0]*[=+\-@\t\r\n\uff1d]", value) is None or re.fullmatch(r"-?[0-9.]+", value), value
    (kept,) = told["notes"]
    assert kept["strength"].removeprefix("'").strip() == typed.strip()


def test_personal_data_is_hidden_unless_an_admin_asks(app, client, library, signed_in_as):
    call = write_call(library, CARD, seed=7)
    library.to_index.leave(call.id)
    wait_for(lambda: app.state.parts.database.one("call", recording_id=call.id))
    people.keep(app.state.parts.store, [making.SAM])
    note = {"recording_id": call.id, "strength": f"You read back {SECRET}", "improvement": "", "action": ""}
    assert client.post("/api/v1/notes", json=note).status_code == 201
    addresses = [ZIP, "/api/v1/exports/calls.zip", "/api/v1/exports/calls.zip?form=vcon"]
    for address in (*addresses, f"/api/v1/calls/{call.id}/vcon.json"):
        hidden, plain = client.get(address), client.get(address, params={"unmasked": "true"} | dict(form(address)))
        assert SECRET not in all_text(hidden.content), address
        assert SECRET in all_text(plain.content), address
    assert "sam@example.com" not in all_text(client.get(ZIP).content)
    dana = signed_in_as(making.DANA)
    for address in (*addresses, RESULTS, f"/api/v1/calls/{call.id}/vcon.json"):
        assert dana.get(address).status_code == 200
        assert dana.get(address, params={"unmasked": "true"} | dict(form(address))).status_code == 403
    with app.state.parts.store.read() as connection:
        deeds = [tuple(row) for row in connection.execute(select(audit.c.by, audit.c.about, audit.c.detail))]
    assert ("manager", "export/tables", "exported as it was said") in deeds
    assert ("Dana", f"call/{call.id}", "exported, personal data hidden") in deeds


def form(address: str) -> list[tuple[str, str]]:
    return [("form", "vcon")] if "form=vcon" in address else []


def all_text(data: bytes) -> str:
    """Everything that can be read in an answer."""
    if not data.startswith(b"PK"):
        return data.decode()
    with ZipFile(BytesIO(data)) as zipped:
        return "\n".join(zipped.read(name).decode("utf-8-sig") for name in zipped.namelist())


def test_managers_are_given_their_team_alone(calls, app, client, taken, signed_in_as):
    people.keep(app.state.parts.store, [making.SAM, making.PRIYA])
    client.post("/api/v1/collections", json={"title": "Price"})
    kept = client.post("/api/v1/collections/1/clips", json={"clip_id": moment(calls[0]), "why": "Asks back."})
    assert kept.status_code in (200, 201)
    ola, dana, sam = (signed_in_as(one) for one in (making.OLA, making.DANA, making.SAM))
    north, south = unzipped(dana), unzipped(ola)
    assert {row["name"] for row in north["people"]} == {"Ana", "Dana", "Sam"}
    assert {row["name"] for row in south["people"]} == {"Ola", "Priya"}
    assert {row["rep"] for row in south["calls"]} == {"Priya"}
    assert {row["recording_id"] for row in south["tags"]} == {calls[1].id}
    assert calls[1].id not in {row["recording_id"] for row in north["steps"]}
    assert (len(north["answers"]), len(south["answers"])) == (6, 1)
    assert {row["name"] for row in south["attempts"]} == {"Priya"}
    assert ([row["why"] for row in north["kept"]], south["kept"]) == (["Asks back."], [])
    assert moment(calls[0]) not in {row["clip_id"] for row in south["consents"]}
    assert "audit" not in north
    assert [json.loads(line)["actor"]["name"] for line in ola.get(RESULTS).text.splitlines()] == []
    assert ola.get(f"/api/v1/calls/{calls[0].id}/vcon.json").status_code == 404
    for address in (ZIP, RESULTS, "/export", f"/api/v1/quizzes/{taken}/questions.gift"):
        assert sam.get(address).status_code == 403


def test_results_are_valid_statements(client, taken):
    answer = client.get(RESULTS)
    assert answer.headers["content-type"] == "application/jsonl"
    told = [json.loads(line) for line in answer.text.splitlines()]
    for one in told:
        statement().validate(one)
    (done, *said) = told
    assert done["verb"]["id"].endswith("/completed")
    assert done["object"]["definition"]["name"] == {"und": "Price: before you answer"}
    assert done["actor"]["name"] == "Ana"
    assert "score" not in done["result"]  # an answer in own words waits to be marked
    kinds = sorted(one["object"]["definition"]["interactionType"] for one in said)
    assert kinds == ["choice", "choice", "choice", "choice", "long-fill-in", "sequencing"]
    for one in said:
        about = one["object"]["definition"]
        if about["interactionType"] != "long-fill-in":
            assert one["result"]["success"] is True
            chosen = one["result"]["response"].split("[,]")
            assert set(chosen) == set(about["correctResponsesPattern"][0].split("[,]"))
            assert set(chosen) <= {choice["id"] for choice in about["choices"]}
        assert one["context"]["contextActivities"]["parent"][0]["id"] == done["object"]["id"]
    assert len({one["id"] for one in told}) == len(told)
    assert client.get(RESULTS).text == answer.text  # a record store keeps each statement once
    by_mail = [json.loads(line) for line in client.get(RESULTS, params={"unmasked": "true"}).text.splitlines()]
    for one in by_mail:
        statement().validate(one)
    assert {one["actor"]["mbox"] for one in by_mail} == {"mailto:ana@example.com"}


def test_a_mark_makes_new_statements(client, taken):
    before = client.get(RESULTS).text.splitlines()
    (waits,) = client.get("/api/v1/quizzes/marking").json()["items"]
    where = f"/api/v1/quizzes/marking/{waits['attempt']}/{waits['question']}"
    assert client.post(where, json={"points": 1, "comment": ""}).status_code == 204
    after = [json.loads(line) for line in client.get(RESULTS).text.splitlines()]
    assert len(after) == len(before)
    kept = {json.loads(line)["id"] for line in before} & {one["id"] for one in after}
    assert len(kept) == len(before) - 2  # the answer, and the try that it is part of
    score = after[0]["result"]["score"]
    assert score["raw"] == score["max"] - 1
    for one in after:
        statement().validate(one)


def test_the_schema_refuses_what_is_no_statement(client, taken):
    one = json.loads(client.get(RESULTS).text.splitlines()[0])
    statement().validate(one)
    for wrong in ({"actor": {"name": "Ana"}}, {"timestamp": "yesterday"}, {"verb": {"id": "done"}}, {"score": 1}):
        with pytest.raises(jsonschema.ValidationError):
            statement().validate(one | wrong)


def read_gift(client: TestClient, number: int) -> list[parser.Question]:
    answer = client.get(f"/api/v1/quizzes/{number}/questions.gift")
    assert answer.status_code == 200, answer.text
    return parser.parseFile(StringIO(answer.text))


def plain(text: str) -> str:
    """A text as its reader shows it."""
    return transformSpecials(text).replace("\\\\", "\\").strip()


def test_a_quiz_is_read_back_by_a_gift_parser(client, taken):
    asked = client.get(f"/api/v1/quizzes/{taken}").json()["asks"]
    read = read_gift(client, taken)
    assert len(read) == len(asked)
    for theirs, ours in zip(read, asked, strict=True):
        assert theirs.valid, theirs.source
        assert plain(theirs.text).endswith(ours["text"])
        told = {plain(one.answer): one.fraction for one in getattr(theirs.answers, "answers", [])}
        match ours["kind"]:
            case "own":
                assert type(theirs.answers).__name__ == "Essay"
            case "order" if len(ours["options"]) > 2:
                assert type(theirs.answers).__name__ == "MatchingSet"
            case "order":
                assert len(told) == 2
            case "several":
                right = [one["text"] for one in ours["options"] if one["id"] in ours["right"]]
                assert {text for text, share in told.items() if share > 0} == set(right)
                assert sum(share for share in told.values() if share > 0) == pytest.approx(100, abs=0.01)
            case _:
                (right,) = [one["text"] for one in ours["options"] if one["id"] == ours["right"]]
                assert [text for text, share in told.items() if share == 100] == [right]
                assert set(told) == {one["text"] for one in ours["options"]}


def test_signs_that_mean_something_to_gift_stay_words(client):
    # no braces in answers: this parser, unlike Moodle, ends them at a brace that is escaped
    texts = ["50% = half", "~ about #1: it's 20 -> 10", "%20% off", "C:\\price\\list", "two\n\nlines"]
    options = [{"text": text, "why": f"Why: {text}"} for text in texts]
    made = client.post("/api/v1/quizzes", json={"title": "{Signs} = 1/2"}).json()
    question = {"kind": "one", "text": "What {is} = ~right~?\n\nSay: #1", "options": options, "right": ""}
    opened = making.write(client, made, [question])
    first = opened["asks"][0]
    first["right"] = first["options"][0]["id"]
    making.write(client, opened, [first])
    (read,) = read_gift(client, made["id"])
    assert read.valid
    assert [plain(one.answer).replace("\\n", "\n") for one in read.answers.answers] == [
        text.replace("->", "→") for text in texts
    ]
    assert [one.fraction for one in read.answers.answers] == [100, 0, 0, 0, 0]
    assert plain(read.text) == "What {is} = ~right~?\n\nSay: #1"


def test_a_call_is_a_valid_vcon(calls, client):
    where = f"/api/v1/calls/{calls[0].id}/vcon.json"
    redacted, whole = client.get(where).json(), client.get(where, params={"unmasked": "true"}).json()
    for one in (redacted, whole):
        vcon().validate(one)
        assert [party["name"] for party in one["parties"]] == ["Sam", "Corbel Tiles"]
        transcript = json.loads(next(part["body"] for part in one["analysis"] if part["type"] == "transcript"))
        assert [turn["text"] for turn in transcript["turns"]] == [said.text for said in PRICE]
        assert [turn["party"] for turn in transcript["turns"]] == [int(said.speaker != "rep") for said in PRICE]
        report = json.loads(next(part["body"] for part in one["analysis"] if part["type"] == "report"))
        assert [tag["tag"] for tag in report["tags"]] == [tag.tag for tag in calls[0].folder.analysis().tags]
    assert redacted["redacted"] == {"uuid": whole["uuid"], "type": "personal data"}
    assert "url" not in redacted["dialog"][0]
    (dialog,) = whole["dialog"]
    sound = client.get(dialog["url"].removeprefix("http://127.0.0.1")).content
    digest = urlsafe_b64encode(sha512(sound).digest()).decode().rstrip("=")
    assert dialog["content_hash"] == f"sha512-{digest}"
    with pytest.raises(jsonschema.ValidationError):
        vcon().validate({name: value for name, value in whole.items() if name != "parties"})


def test_what_was_not_heard_is_no_vcon(client, library):
    call = write_call(library, seed=9, upto="taken")
    assert client.get(f"/api/v1/calls/{call.id}/vcon.json").status_code == 409
    assert client.get("/api/v1/calls/0123456789abcdef/vcon.json").status_code == 404


def test_each_page_gives_its_own_thing_along(calls, app, client, taken, signed_in_as):
    people.keep(app.state.parts.store, [making.SAM])
    sam, dana = signed_in_as(making.SAM), signed_in_as(making.DANA)
    vcon_of, captions = f"/api/v1/calls/{calls[0].id}/vcon.json", f"/api/v1/calls/{calls[0].id}/transcript.vtt"
    for who, given in ((dana, {vcon_of, captions}), (sam, {captions})):
        links = set(re.findall(r'href="([^"]+)" download', who.get(f"/calls/{calls[0].id}").text))
        assert links == given
        assert all(who.get(link).status_code == 200 for link in links)
    (gift,) = re.findall(r'href="([^"]+)" download>GIFT', dana.get(f"/quizzes/{taken}").text)
    assert dana.get(gift).text.startswith("$CATEGORY: Exemplar/Price")


def test_calls_leave_as_captions_and_vcons(calls, client):
    with ZipFile(BytesIO(client.get("/api/v1/exports/calls.zip").content)) as zipped:
        assert zipped.namelist() == [f"2026-11-12-{calls[0].id}.vtt", f"2026-11-18-{calls[1].id}.vtt"]
        for name, script in zip(zipped.namelist(), (PRICE, TIMING), strict=True):
            read = webvtt.from_string(zipped.read(name).decode())
            said = " ".join(cue.text.replace("\n", " ") for cue in read)
            assert said.split() == " ".join(one.text for one in script).split()
    with ZipFile(BytesIO(client.get("/api/v1/exports/calls.zip?form=vcon&rep=Priya").content)) as zipped:
        (name,) = zipped.namelist()
        assert name == f"2026-11-18-{calls[1].id}.vcon.json"
        vcon().validate(json.loads(zipped.read(name)))


def test_every_column_is_told_in_the_docs():
    told = Path("docs/export.md").read_text("utf-8")
    for one in (*found.FOUND, *tables.SHEETS):
        (line,) = [line for line in told.splitlines() if line.startswith(f"| `{one.name}.csv`")]
        assert re.findall(r"`([a-z_]+)`", line.split("|")[3]) == list(one.columns), one.name


def test_the_page_gives_the_files_that_are_chosen_on_it(calls, page):
    page.goto("/export")
    form = page.locator("section", has=page.get_by_role("heading", name="Calls"))
    form.locator("[name=form]").select_option("vcon")
    form.get_by_label("From").fill("2026-11-13")
    form.locator("[name=rep]").select_option("Priya")
    form.get_by_label("With personal data").check()
    with page.expect_download() as started:
        form.get_by_role("button", name="Download the calls").click()
    with ZipFile(started.value.path()) as zipped:
        (name,) = zipped.namelist()
        made = json.loads(zipped.read(name))
    assert name.startswith("2026-11-18-")
    assert "redacted" not in made
    form = page.locator("section", has=page.get_by_role("heading", name="Everything, as tables"))
    form.get_by_label("From").fill("2026-11-13")
    form.get_by_label("Until").fill("2026-11-01")
    form.get_by_role("button", name="Download the tables").click()
    page.get_by_text("until: it is before since").wait_for()


def test_managers_are_offered_no_personal_data(calls, client, signed_in_as):
    assert 'name="unmasked"' in client.get("/export").text
    shown = signed_in_as(making.DANA).get("/export").text
    assert 'name="unmasked"' not in shown
    assert "audit" not in shown.partition("<main")[2].partition("Days and rep")[0].partition("CSV files")[2]
    assert "your team, North" in shown
