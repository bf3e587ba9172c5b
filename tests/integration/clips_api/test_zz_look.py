"""Screenshots of the Export page, and documents for the checks by packages."""
import json, sys, threading
from pathlib import Path
from fastapi.testclient import TestClient
from tests.integration.clips_api import quizmaking as making
from tests.integration.clips_api.conftest import TIMING, write_call, wait_for
from tests.integration.clips_api.team import moment
from tests.browser import chromium  # noqa

def test_look(page, served, app, library, tmp_path):
    from playwright.sync_api import Page
    client = served.client()
    page.context.browser
    def shots(tag):
        for w, h, name in ((1280, 900, "wide"), (390, 844, "phone")):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": w, "height": h})
                page.emulate_media(color_scheme=scheme)
                page.goto("/export")
                page.screenshot(path=f"/tmp/xw/{tag}-{name}-{scheme}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                print(tag, name, scheme, wide)
    shots("empty")
    _, rich = making.rich_call(library)
    quiz = client.post("/api/v1/quizzes", json={"title": "Price: before you answer"}).json()
    q = {"kind": "one", "text": "What comes first?", "options": [{"text": "Ask"}, {"text": "Tell"}]}
    r = client.put(f"/api/v1/quizzes/{quiz['id']}/draft", json={"questions": [q], "revision": quiz["revision"]}); assert r.status_code==200, r.text
    write_call(library, TIMING, seed=3, rep="Priya"); 
    for c in library.calls(): library.to_index.leave(c.id)
    wait_for(lambda: len(app.state.parts.database.rows("reps")) == 2)
    shots("some")
    with page.expect_download() as got:
        page.click("text=Download the tables")
    print(got.value.suggested_filename)
    r = client.get("/export/tables.zip", params={"since": "2026-11-13", "until": "2026-11-01"}, headers={"accept": "text/html"})
    print(r.status_code, r.headers["content-type"])
