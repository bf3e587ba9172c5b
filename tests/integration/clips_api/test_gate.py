"""Who may come in, and what browsers can't be tricked into."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from clips_api.app import create_app
from clips_api.gate import host_names
from clips_api.keyring import Keys
from pipeline.settings import Settings

BASE = "http://127.0.0.1"


@pytest.fixture
def keys(library):
    return Keys(library.secret())


@pytest.fixture
def signed_in(app, client, keys):
    return TestClient(app, base_url=BASE, cookies={keys.cookie_name: keys.cookie}, follow_redirects=False)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search",
        "/calls",
        "/calls/0123456789abcdef",
        "/status",
        "/upload",
        "/nothing",
        "/api/v1/openapi.json",
        "/api/v1/clips",
        "/api/v1/nothing",
    ],
)
def test_a_stranger_sees_nothing(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 401
    if path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
    else:
        assert "Open the link that Exemplar printed" in answer.text


def test_what_needs_no_sign_in(stranger):
    assert stranger.get("/healthz").text == "ok"
    assert stranger.get("/static/style.css").status_code == 200
    assert stranger.get("/static/../app.py").status_code != 200


def test_the_link_signs_in_and_leaves_a_clean_address(stranger, library, keys):
    answer = stranger.get("/search", params={"q": "too expensive", "token": library.secret()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=too+expensive")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert library.secret() not in cookie
    assert stranger.get("/search").status_code == 200
    assert stranger.get("/api/v1/clips").status_code == 200


def test_the_redirect_stays_here(stranger, library):
    answer = stranger.get(f"{BASE}//evil.example/x", params={"token": library.secret()})
    assert answer.headers["location"] == "/evil.example/x"


@pytest.mark.parametrize("token", ["", "wrong", "é", "x" * 5000])
def test_a_wrong_secret(stranger, token):
    answer = stranger.get("/search", params={"token": token})
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    assert stranger.get("/api/v1/clips", headers={"Authorization": f"Bearer {token}".encode()}).status_code == 401


def test_a_token_in_the_query_is_nothing_to_the_api(stranger, library):
    assert stranger.get("/api/v1/clips", params={"token": library.secret()}).status_code == 401


def test_a_made_up_cookie(app, client, keys, library):
    for value in ("", "1", library.secret(), keys.cookie[:-1]):
        other = TestClient(app, base_url=BASE, cookies={keys.cookie_name: value})
        assert other.get("/api/v1/clips").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": BASE}, 422),
        ({"Origin": f"{BASE}:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
    ],
)
def test_changes_come_from_our_own_pages(signed_in, headers, status):
    assert signed_in.post("/api/v1/calls/corrections", json={}, headers=headers).status_code == status
    assert signed_in.post("/status/retry", data={}, headers=headers).status_code == status


def test_a_script_with_the_secret_needs_no_origin(client):
    assert client.post("/api/v1/calls/corrections", json={}).status_code == 422


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9", 200), ("localhost", 200), ("[::1]:80", 200), ("exemplar.localhost", 200), ("LOCALHOST:1", 200),
        ("evil.example", 421), ("evil.example:8377", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421), ("[", 421),
    ],
)  # fmt: skip
def test_other_names_are_not_ours(client, host, status):
    assert client.get("/healthz", headers={"Host": host}).status_code == status


def test_the_public_name_is_ours(tmp_path):
    settings = Settings(data=tmp_path, host="0.0.0.0", public_url="https://Coach.example/")
    assert {"coach.example", "localhost"} <= host_names(settings)
    with TestClient(create_app(settings), base_url="https://coach.example", follow_redirects=False) as client:
        secret = (tmp_path / "secret").read_text()
        assert "Secure" in client.get("/", params={"token": secret}).headers["set-cookie"]


def test_every_answer_carries_the_policy(client, stranger):
    for answer in (
        client.get("/search"),
        client.get("/api/v1/nothing"),
        stranger.get("/"),
        stranger.get("/static/style.css"),
        client.get("/", headers={"Host": "evil"}),
    ):
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_have_nothing_inline(calls, client):
    for path in ("/search", "/calls", f"/calls/{calls[0].id}", "/status", "/upload", "/nothing"):
        html = client.get(path).text
        assert "<style" not in html
        assert " style=" not in html
        assert " onclick" not in html
        assert "<script>" not in html


def test_errors_are_problems_or_pages(client):
    assert client.get("/nothing").headers["content-type"].startswith("text/html")
    assert client.get("/calls/0123456789abcdef").status_code == 404
    problem = client.get("/api/v1/nothing")
    assert (problem.status_code, problem.json()["status"]) == (404, 404)
    assert client.put("/api/v1/clips").status_code == 405
    assert (
        client.get("/nothing", headers={"Accept": "application/json"}).headers["content-type"]
        == "application/problem+json"
    )


def test_an_unforeseen_error_says_nothing_of_its_inside(app, client, monkeypatch, caplog):
    monkeypatch.setattr("clips_api.index.search.Finder.search", lambda *_, **__: 1 / 0)
    quiet = TestClient(app, base_url=BASE, headers=dict(client.headers), raise_server_exceptions=False)
    answer = quiet.get("/api/v1/clips")
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_openapi_document(client):
    document = client.get("/api/v1/openapi.json").json()
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (path, method)
            assert any(status.startswith("2") for status in operation["responses"])
            assert "application/problem+json" in operation["responses"]["422"]["content"]
