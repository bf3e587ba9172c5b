"""The API under queries that nobody would type: fuzzed by its own document, then by hand."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import ASGIClient
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clips_api.app import create_app
from pipeline.library import Library
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import BASE, PRICE, TIMING, set_aside, wait_for, write_call

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 4  # requests of each operation that are made up at random, after those at every bound
CALLS = 60


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> tuple[FastAPI, Library]:
    conf = Settings(data=tmp_path_factory.mktemp("fuzz") / "data", max_upload_mb=1)
    library = Library(conf.data)
    library.prepare()
    day = datetime(2026, 1, 5, 9, tzinfo=UTC)
    for seed in range(CALLS):
        script, at = (PRICE, TIMING)[seed % 2], day + timedelta(days=seed // 3)
        write_call(library, script, seed=seed, started_at=at, rep=("Sam", "Priya", None)[seed % 3], rate=1000)
    set_aside(library)
    return create_app(conf), library


@pytest.fixture(scope="module")
def api(application: tuple[FastAPI, Library]) -> Iterator[TestClient]:
    app, library = application
    headers = {"Authorization": f"Bearer {library.secret()}"}
    made = TestClient(app, base_url=BASE, headers=headers, follow_redirects=False, raise_server_exceptions=False)
    with made:
        wait_for(app.state.parts.database.complete, 30)
        assert made.post("/api/v1/collections", json={"title": "Price"}).status_code == 201
        assert made.post("/api/v1/modules", json={"title": "Price"}).status_code == 201
        [clip, *_] = made.get("/api/v1/clips", params={"tag": "objection.price"}).json()["items"]
        assert made.post("/api/v1/notes", json={"clip_id": clip["id"], "strength": "You asked."}).status_code == 201
        assert made.post("/api/v1/consents", json={"clip_id": clip["id"]}).status_code == 200
        assert made.put("/api/v1/people", json={"people": [{"name": "Sam", "team": "North"}]}).status_code == 200
        goal = {"team": "North", "kind": "step", "name": "greeting", "target": 70}
        goal |= {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
        assert made.post("/api/v1/goals", json=goal).status_code == 201
        yield made


@pytest.fixture(scope="module")
def real(api: TestClient) -> dict[str, list[str]]:
    """What is there, for the parameters that name something."""
    clips = [clip["id"] for clip in api.get("/api/v1/clips", params={"limit": 200}).json()["items"]]
    return {
        "clip_id": clips,
        "recording_id": list(dict.fromkeys(clip.partition("-")[0] for clip in clips)),
        "number": ["1"],
        "group": ["waiting", "working", "finished", "quarantined"],
        "path": ["tags/objection.price.yml"],
    }


@pytest.fixture(scope="module")
def session(application: tuple[FastAPI, Library], api: TestClient) -> ASGIClient:
    """What the fuzzer sends with: into the application that `api` runs."""
    made = ASGIClient(application[0])
    made.headers.update(Authorization=api.headers["Authorization"], Host="127.0.0.1")
    return made


def _document() -> dict:
    with TemporaryDirectory() as folder:
        return create_app(Settings(data=Path(folder))).openapi()


document = schemathesis.openapi.from_dict(_document())


@document.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(case, api, session, real):
    """Two parameters in three that name something name one that is there."""
    for name, value in case.path_parameters.items():
        chance = sum(str(value).encode("utf-8", "surrogatepass"))
        if name in real and chance % 3:
            case.path_parameters[name] = real[name][chance % len(real[name])]
    case.call_and_validate(session=session, base_url=BASE, checks=CHECKS)


HOSTILE = [
    "a " * 5_000,
    "x" * 10_000,
    '"' * 9_999,
    "OR " * 3_000,
    "-",
    "- -",
    "-word",
    "OR",
    "AND OR -",
    "* ** pr*",
    "OR price OR",
    "price OR -budget",
    '"',
    '"unbalanced price',
    'pri"ce',
    '""',
    "🎯 🎯🎯",
    "👩‍👩‍👧 price",
    "مرحبا السعر غالي",
    "\u202eecirp\u202c price",
    "'; DROP TABLE clips; --",
    "% _ \\ $1 ? :name {x} ${x}",
    ".*[a-z]+(?=x){9}|^$*",
    "[a-*",
    "(((*",
    "price^100 price~2 price:x +price",
    "tag:objection.price quote:*",
    "\x00",
    "price\x00cut",
    "\r\n\t\v\f price",
    "\ufffe\uffff\u0301\u200d\u00ad",
    "I\u0307stanbul ß ſ ﬃ",
    "a*" * 40,
    "\U0001d4ab\U0001d4c7\U0001d4be\U0001d4b8\U0001d4ba",
]
BROKEN = ["%ff", "%ed%a0%80", "%c0%af", "%f5%80%80%80", "price%80", "%zz", "%"]  # no UTF-8, as it is sent
ABSURD = [
    ("min_score", ["inf", "nan", "-inf", "1e308", "-1", "10.5", "1e", "０", "--1"]),
    ("min_length", ["inf", "nan", "-1", "1e308", "1e7"]),
    ("max_length", ["nan", "-0.1", "1e308"]),
    ("since", ["0000-00-00", "2026-02-30", "yesterday", "99999-01-01", "2026-13-01", "\x00", "2026-01-01T25:00"]),
    ("until", ["2026-1-1", "9999-12-31", "1e308", "nan", "2026-01-01T00:00:00+99:00"]),
    ("limit", ["0", "-1", "201", "1e3", "nan", "99999999999999999999"]),
    ("cursor", ["", "x", "=", "é", "a" * 1001, "AAAA", "bnVsbA"]),
    ("sort", ["", "worst"]),
    ("speaker", ["nobody"]),
    ("part", ["", "praise"]),
    ("reviewed", ["perhaps"]),
    ("q", ["x" * 10_001]),
]
EXTREME = [
    ("since", ["1000-01-01", "9999-12-31", "1969-12-31", "2262-04-12"]),
    ("until", ["9999-12-30", "1000-01-01", "2026-01-01T00:00:00.123456789Z"]),
    ("min_score", ["0", "10", "1e-308", ""]),
    ("max_length", ["1e6", "1e-308", "0"]),
    ("tag", ["'", "\x00", "*", "x" * 300, "🎯"]),
    ("rep", ["'; --", "\x00", "\u202e"]),
    ("team", ["\x00", "nobody", "%"]),
    ("missed", ["\x00", "agenda'"]),
    ("source", ["\x00"]),
]


@pytest.mark.parametrize("q", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_answered(q, api):
    for path in ("/api/v1/clips", "/api/v1/clips/counts", "/search"):
        for also in ({}, {"sort": "newest", "speaker": "customer"}):
            answer = api.get(path, params={"q": q, **also})
            assert answer.status_code == 200, answer.text
    found = api.get("/api/v1/clips", params={"q": q, "limit": 1}).json()
    assert api.post("/api/v1/searches", json={"name": "x", "query": f"q={q[:900]}"}).status_code in (201, 422)
    if found["next"]:
        going_on = api.get("/api/v1/clips", params={"q": q, "limit": 1, "cursor": found["next"]})
        assert going_on.status_code == 200


@pytest.mark.parametrize("q", BROKEN)
def test_what_is_no_text_is_answered(q, api):
    for path in ("/api/v1/clips", "/search", "/calls", "/library", "/searches/new"):
        assert api.get(f"{path}?q={q}&tag={q}&rep={q}").status_code == 200


@pytest.mark.parametrize(("name", "values"), ABSURD, ids=[name for name, _ in ABSURD])
def test_absurd_values_are_refused_with_a_reason(name, values, api):
    for path in ("/api/v1/clips", "/api/v1/clips/counts", "/search"):
        for value in values:
            if path != "/api/v1/clips" and name in ("limit", "cursor"):
                continue
            answer = api.get(path, params={name: value})
            assert answer.status_code == 422, (path, value, answer.text[:200])
            assert path == "/search" or answer.json()["detail"]


@pytest.mark.parametrize(("name", "values"), EXTREME, ids=[name for name, _ in EXTREME])
def test_extreme_values_are_answered(name, values, api):
    for path in ("/api/v1/clips", "/api/v1/clips/counts", "/search"):
        for value in values:
            for sort in ("relevance", "newest", "best"):
                answer = api.get(path, params={name: value, "sort": sort, "q": "price"})
                assert answer.status_code == 200, (path, value, answer.text[:200])


@pytest.mark.parametrize("sort", ["relevance", "newest", "best"])
def test_cursors_that_were_tampered_with_are_refused(sort, api):
    asked = {"tag": "objection.price", "limit": 5, "sort": sort}
    good = api.get("/api/v1/clips", params=asked).json()["next"]
    assert api.get("/api/v1/clips", params=asked | {"cursor": good}).status_code == 200
    raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    bad = [bytes([*raw[:at], raw[at] ^ 1, *raw[at + 1 :]]) for at in range(len(raw))]
    bad += [raw[:12], raw[:-1], raw + b"0", b"", raw[12:]]
    for data in bad:
        cursor = base64.urlsafe_b64encode(data).decode().rstrip("=")
        answer = api.get("/api/v1/clips", params=asked | {"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert "cursor" in answer.json()["detail"]
    for other in ({"sort": {"newest": "best"}.get(sort, "newest")}, {"tag": "objection.timing"}, {"q": "price"}):
        assert api.get("/api/v1/clips", params=asked | other | {"cursor": good}).status_code == 422


def test_what_does_not_exist_is_not_found(api, real):
    call, clip = real["recording_id"][0], real["clip_id"][0]
    for name in ("0" * 16, "x", "%2e%2e%2fx", "%00", "%ff", "0" * 300, f"{call}x", call.upper() + "0", "🎯"):
        for path in ("", "/analysis", "/audio", "/transcript.vtt", "/deletion"):
            assert api.get(f"/api/v1/calls/{name}{path}").status_code == 404, (name, path)
        assert api.get(f"/calls/{name}").status_code == 404
    spans = ("9-9", "500-100", "-1-5", "0-99999999999999999999999", "1e3-2e3", "0-", "٣-٤", "0-1-2", "nan-inf")
    for name in (*(f"{call}-{span}" for span in spans), f"{'0' * 16}-0-1000", f"{clip}0000000", "x", "%00", "%ff"):
        for path in ("", "/audio", "/captions.vtt", "/pack"):
            assert api.get(f"/api/v1/clips/{name}{path}").status_code in (404, 422), (name, path)
    for number in ("0", "-1", "1e3", str(2**31), str(2**63), str(2**64), "9" * 400, "nan", "%00"):
        for what in ("collections", "shares", "searches", "judgements", "outbox"):
            assert api.delete(f"/api/v1/{what}/{number}").status_code in (404, 422), (what, number)
        assert api.get(f"/library/{number}").status_code in (404, 422)


def test_ranges_out_of_bounds(api, real):
    clip, call = (
        f"/api/v1/{what}/audio" for what in (f"clips/{real['clip_id'][0]}", f"calls/{real['recording_id'][0]}")
    )
    for asked in ("bytes=999999999-", "bytes=-0", "bytes=5-2", f"bytes={'9' * 18}-"):
        for path in (clip, call):
            assert api.get(path, headers={"Range": asked}).status_code in (400, 416), (path, asked)
    for asked in ("bytes=-", "lines=1-2", "bytes=a-b", "", f"bytes={'9' * 5000}-", "bytes=0-1,5-6"):
        for path in (clip, call):
            assert api.get(path, headers={"Range": asked}).status_code in (200, 206, 400, 416), (path, asked)
    whole = api.get(clip).content
    assert api.get(clip, headers={"Range": "bytes=0-999999999999"}).content == whole
    assert api.get(clip, headers={"Range": "bytes=-999999999999"}).content == whole
