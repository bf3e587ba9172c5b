"""The index follows the documents: rebuilt, once each, whatever happens to it."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from clips_api.app import create_app
from clips_api.index import stored
from clips_api.index.database import Database
from clips_api.indexer import Indexer
from pipeline.library import now
from pipeline.records import Correction, Sighting
from tests.integration.clips_api.conftest import PRICE, TIMING, set_aside, spoken, wait_for, write_call


@pytest.fixture
def database(library):
    made = Database(library.index)
    yield made
    made.close()


@pytest.fixture
def indexer(library, database):
    return Indexer(library, database)


def rows(database, call):
    return stored.of_call(database, call.id)


def everything(database):
    rows = {"calls": "* EXCLUDE (stamp)", "files": "*", "clips": "* EXCLUDE (number)"}
    with database.write() as change:
        found = {
            table: Counter(map(str, change.cursor.execute(f"SELECT {columns} FROM {table}").fetchall()))
            for table, columns in rows.items()
        }
        numbers = {row[0] for row in change.cursor.execute("SELECT number FROM clips").fetchall()}
        ids = [row[0] for row in change.cursor.execute("SELECT recording_id FROM calls").fetchall()]
        found["shown"] = Counter(str(row) for name in ids for row in stored.of_call(database, name))
        assert change.words.searcher().num_docs == len(numbers), "a document for each span, and none besides"
    return found


def test_a_rescan_indexes_what_is_there_and_then_nothing_more(calls, indexer, database):
    assert indexer.rescan() == 2
    assert database.complete()
    first = everything(database)
    assert indexer.rescan() == 0
    indexer.refresh([call.id for call in calls] * 3)
    assert everything(database) == first
    assert max(first["clips"].values()) == 1


def test_every_turn_is_in_exactly_one_kind_of_clip(calls, indexer, database):
    indexer.rescan()
    kinds = Counter(row["kind"] for row in rows(database, calls[0]))
    assert kinds == {"moment": 1, "tag": 2, "turn": 3}
    shown = " ".join(f"{row['quote']} {row['reply'] or ''}" for row in rows(database, calls[0]))
    for said in PRICE:
        assert shown.count(said.text) == 1


def test_a_changed_call_replaces_its_rows(calls, indexer, database):
    indexer.rescan()
    call = calls[0].folder
    call.keep(call.transcript().model_copy(update={"turns": spoken(TIMING[:2])}))
    call.keep(call.analysis().model_copy(update={"tags": (), "moments": ()}))
    assert indexer.rescan() == 1
    assert [row["quote"] for row in rows(database, calls[0])] == [said.text for said in TIMING[:2]]


def test_a_vanished_call_is_dropped(calls, indexer, database):
    indexer.rescan()
    shutil.rmtree(calls[0].folder.path)
    shutil.rmtree(calls[1].folder.path)
    indexer.refresh([calls[0].id])
    assert not rows(database, calls[0])
    assert rows(database, calls[1])
    indexer.rescan()
    assert not rows(database, calls[1])


def test_a_call_moved_to_quarantine_loses_its_clips_and_keeps_its_file(calls, library, indexer, database):
    indexer.rescan()
    held = set_aside(library)
    indexer.refresh([held])
    found = database.one("call", recording_id=held)
    assert (found["state"], found["filename"]) == ("quarantined", "minutes.wav")
    assert [row["path"] for row in database.rows("seen_as", paths=["Sam/minutes.wav", "x"])] == ["Sam/minutes.wav"]
    library.release(held)
    indexer.refresh([held])
    assert database.one("call", recording_id=held)["state"] == "waiting"


def test_a_new_sighting_and_a_correction_change_the_stamp(calls, indexer, database):
    indexer.rescan()
    call = calls[0].folder
    call.sight(Sighting(path="again.wav", at=now(), bytes=1, mtime_ns=7))
    assert indexer.rescan() == 1
    call.correct(Correction(at=now(), by="a person", set={"rep": "Samuel", "customer": None}))
    assert indexer.rescan() == 1
    assert {(row["rep"], row["customer"]) for row in rows(database, calls[0])} == {("Samuel", None)}


def test_calls_on_their_way(library, indexer, database):
    taken, heard = write_call(library, upto="taken"), write_call(library, TIMING, seed=2, upto="heard")
    indexer.rescan()
    assert database.one("call", recording_id=taken.id)["state"] == "waiting"
    assert database.one("call", recording_id=heard.id)["state"] == "heard"
    assert len(rows(database, heard)) == len(TIMING)


def test_a_damaged_document_is_told_and_stops_nothing(calls, indexer, database):
    (calls[0].folder.path / "transcript.json").write_text('{"turns": [')
    indexer.rescan()
    assert database.one("call", recording_id=calls[0].id)["state"] == "unreadable"
    assert rows(database, calls[1])


@pytest.mark.parametrize("damage", ["half", "rubbish", "empty", "gone", "schema", "no words", "half the words"])
def test_a_damaged_index_is_built_again(calls, library, damage):
    first = Database(library.index)
    Indexer(library, first).rescan()
    before = everything(first)
    if damage == "schema":
        with first.write() as change:
            change.cursor.execute("UPDATE about SET schema_version = 0")
    first.close()
    file = library.index / "1" / "clips.duckdb"
    if damage == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    elif damage == "rubbish":
        file.write_bytes(b"rubbish" * 5000)
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "gone":
        shutil.rmtree(library.index / "1")
    elif damage == "no words":
        shutil.rmtree(library.index / "1" / "words")
    elif damage == "half the words":
        (library.index / "1" / "words" / "meta.json").write_text("{")
    second = Database(library.index)
    Indexer(library, second).rescan()
    assert everything(second) == before
    second.close()
    assert len(list(library.index.iterdir())) == 1


def test_an_index_deleted_while_running_is_built_again(calls, library, client):
    shutil.rmtree(library.index / "1")
    wait_for(
        lambda: (
            list(library.index.glob("*/clips.duckdb"))
            and client.get("/api/v1/clips", params={"q": "budgeted"}).json()["total"] == 1
        )
    )


def test_a_note_is_enough(calls, library, client):
    made = write_call(library, (PRICE[3], PRICE[4]), seed=5)
    library.to_index.leave(made.id)
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "budgeted"}).json()["total"] == 2, 2)
    assert library.to_index.take() == []


def test_calls_that_come_and_go_are_noticed_without_a_note(calls, library, client):
    made = write_call(library, (PRICE[3], PRICE[4]), seed=5)
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "budgeted"}).json()["total"] == 2)
    shutil.rmtree(made.folder.path)
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "budgeted"}).json()["total"] == 1)


def test_trouble_with_one_call_is_tried_again(calls, library, client, monkeypatch):
    from clips_api import documents, indexer

    real, fails = documents.read, [True]

    def read(call, **how):
        if fails[0] and call.id == made.id:
            raise OSError("the disk is away")
        return real(call, **how)

    monkeypatch.setattr(indexer, "AGAIN", 0.2)
    monkeypatch.setattr(indexer.documents, "read", read)
    made = write_call(library, (PRICE[3], PRICE[4]), seed=5)
    other = write_call(library, (TIMING[1], TIMING[2]), seed=6)
    for call in (made, other):
        library.to_index.leave(call.id)
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "swamped"}).json()["total"] == 2)
    assert client.get("/api/v1/clips", params={"q": "budgeted"}).json()["total"] == 1
    fails[0] = False
    wait_for(lambda: client.get("/api/v1/clips", params={"q": "budgeted"}).json()["total"] == 2)


def test_nothing_is_built_at_import_and_little_when_created(settings):
    app = create_app(settings)
    assert not hasattr(app.state, "parts")
