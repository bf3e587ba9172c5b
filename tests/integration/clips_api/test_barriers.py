"""Every page in a browser, wide and on a phone, light and dark: nothing for axe to find, and nothing wider than it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Browser, Page

from clips_api import pages
from clips_api.app import create_app
from clips_api.keyring import Keys
from pipeline.library import Library
from pipeline.settings import Settings
from tests.integration.clips_api import checking, practising, quizmaking
from tests.integration.clips_api.conftest import (
    PRICE,
    TIMING,
    Served,
    serving,
    set_aside,
    wait_for,
    write_call,
)

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LOOKS = [(PHONE, "light"), (WIDE, "dark")]  # each size and each scheme once; `make soak` takes all four
ALL_LOOKS = [(size, scheme) for size in (WIDE, PHONE) for scheme in ("light", "dark")]
TAG = "tags/objection.price.yml"
PAGES = {  # every page, by what is shown; {…} is filled in from what was made
    "today": "/",
    "search": "/search",
    "search, results": "/search?q=price+OR+budgeted&sort=best",
    "search, filtered": "/search?tag=objection.price&rep=Sam&min_score=2&speaker=customer&since=2026-01-01",
    "search, near-misses": "/search?q=expensve",
    "search, nothing": "/search?q=zzzz",
    "searches": "/searches",
    "a new saved search": "/searches/new?q=price",
    "calls": "/calls",
    "a call": "/calls/{call}",
    "a call that waits": "/calls/{waiting}",
    "a call set aside": "/calls/{aside}",
    "deletion": "/calls/{call}/delete",
    "a clip": "/clips/{clip}",
    "a shared link": "{link}",
    "a shared link that has ended": "/c/none",
    "library": "/library",
    "a collection": "/library/1",
    "an empty collection": "/library/2",
    "keeping a clip": "/library/keep?clip={clip}",
    "coaching": "/coaching",
    "notes": "/coaching/notes",
    "a new note": "/notes/new?clip={clip}",
    "a draft of a note": "/notes/1",
    "a note": "/notes/2",
    "assignments": "/assignments",
    "giving something": "/assignments/new?quiz={quiz}",
    "an assignment": "/assignments/1/progress",
    "a link to a quiz": "{door}",
    "a link to a quiz that has ended": "/q/none",
    "lessons": "/modules",
    "a lesson": "/modules/{lesson}",
    "clips for a lesson": "/modules/{lesson}/add?q=price",
    "a preview of a lesson": "/modules/{lesson}/v/1/lesson/1",
    "quizzes": "/quizzes",
    "a quiz": "/quizzes/{exam}",
    "clips to ask about": "/quizzes/{exam}/add",
    "questions about a clip": "/quizzes/{exam}/add?clip={clip}",
    "where to ask about a clip": "/quizzes/ask?clip={clip}",
    "a preview of a question": "/quizzes/{exam}/preview/quiz/{ask_reply}",
    "results of a quiz": "/quizzes/{exam}/results",
    "somebody's answers": "/quizzes/{exam}/results/{handed_by}",
    "to mark": "/marking",
    "a question": "{asked}/quiz/{ask_reply}",
    "a question to put in order": "{asked}/quiz/{ask_order}",
    "a question in own words": "{asked}/quiz/{ask_own}",
    "the end of a quiz": "{asked}/quiz/end",
    "the result of a quiz": "{handed}/quiz/result",
    "a link to practice": "{practice}",
    "a link to practice that has ended": "/q/none/practice",
    "a question that came back": "{practice}/{first}",
    "what was right": "{practised}/{first}",
    "the end of practice": "{practised}/end",
    "playbook": "/playbook",
    "a tag": "/playbook/tags/objection.price",
    "a step": "/playbook/steps/greeting",
    "a new rule": "/playbook/new",
    "the draft": f"/playbook/edit/{TAG}",
    "calibrate": "/playbook/calibrate?tag=objection.price",
    "status": "/status",
    "a group of the status": "/status/quarantined",
    "upload": "/upload",
    "names": "/vocabulary",
    "people": "/people",
    "people, nobody found": "/people?q=zzzz",
    "a person": "/people/1",
    "a new person": "/people/new?name=Max",
    "a team's week": "/team",
    "what a team's week counts": "/team/counted?step=greeting",
    "wins": "/wins",
    "marking a win": "/wins/new?clip={strong}",
    "what changed": "/changed",
    "before and after a day": "/changed?day=2026-11-13",
    "what is counted": "/changed/counted?day=2026-11-13&step=greeting&side=before",
    "one's own weeks": "/me",
    "what one's own weeks count": "/me/counted?step=greeting",
    "goals": "/goals",
    "a new goal": "/goals/new",
    "a goal": "/goals/1",
    "what a goal counts": "/goals/1/counted",
    "the calls that a goal counts": "/goals/2/counted",
    "what was entered for a goal": "/goals/3/counted",
    "demos and deals": "/goals/numbers",
    "check-ins": "/goals/checkins?team=North",
    "a link to a check-in": "{checkin}",
    "a link to a check-in that has ended": "/q/none/checkin",
    "a table of people": "/people/import",
    "setting up": "/setup",
    "setting up, address": "/setup/address",
    "setting up, people": "/setup/people",
    "setting up, recordings": "/setup/recordings",
    "setting up, sending": "/setup/sending",
    "setting up, languages": "/setup/languages",
    "a new start": "/setup/restarting",
    "the test link": "/hello/{hello}",
    "signing in": "/sign-in",
    "a link to sign in that has ended": "/sign-in/none",
    "the account": "/account",
    "the audit trail": "/audit",
    "export": "/export",
    "no such page": "/nowhere",
    "no such call": "/calls/0000000000000000",
    "a bad request": "/search?min_score=100",
}
PREVIEW = "/playbook/changes"
NO_PAGES = {
    "/contests/{number}",
    "/searches/{number}",
    "/setup/opened",
    "/export/calls.zip",
    "/export/questions.gift",
    "/export/results.jsonl",
    "/export/tables.zip",
    "/library/{number}/pack",
    "/c/{token}/audio",
    "/c/{token}/captions.vtt",
    "/quizzes/{number}/preview/quiz/{question}/{part}",
    "/quizzes/{number}/results/{assignment}/clips/{question}/{part}",
    "/q/{token}/quiz",
    "/q/{token}/quiz/{question}/audio",
    "/q/{token}/quiz/{question}/rest",
    "/q/{token}/practice/{question}/audio",
    "/q/{token}/practice/{question}/rest",
    "/checkins/{number}",  # the same page as behind a link
    "/practices/{number}",  # the same pages as behind a link
    "/practices/{number}/end",
    "/practices/{number}/{question}",
    "/practices/{number}/{question}/audio",
    "/practices/{number}/{question}/rest",
    "/assignments/{assignment}/quiz",  # the same pages as behind a link
    "/assignments/{assignment}/quiz/end",
    "/assignments/{assignment}/quiz/result",
    "/assignments/{assignment}/quiz/{question}",
    "/assignments/{assignment}/quiz/{question}/audio",
    "/assignments/{assignment}/quiz/{question}/rest",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str]]]:
    """A served application with something on each of its pages."""
    settings = Settings(data=tmp_path_factory.mktemp("barriers") / "data")
    library = Library(settings.data)
    library.prepare()
    long = replace(PRICE[3], text=f"{PRICE[3].text} {'Unpronounceable' * 6}.")
    made = {
        "call": write_call(library, (*PRICE[:3], long, *PRICE[4:]), rep="Maximiliane " * 6, customer="Corbel " * 12).id,
        "waiting": write_call(library, seed=3, upto="taken").id,
        "aside": set_aside(library),
        "hello": Keys(library.secret()).derive("hello")[:24],
    }
    write_call(library, TIMING, seed=2, rep="Priya", customer="Ivy & Sons <Ltd>")
    rich, poor = quizmaking.rich_call(library)[1], quizmaking.poorer_call(library)[1]
    app = create_app(settings)
    with serving(app, library) as served, served.client() as client:
        written = _written(client)
        quizzes = quizmaking.pages(client, rich, poor)
        practised = practising.pages(app, client, int(quizzes["exam"]))
        yield served, made | written | quizzes | practised | {"checkin": checking.path(app, "North")}


def _written(client: httpx.Client) -> dict[str, str]:
    """What people wrote: a collection, a link, a saved search, a draft with its preview, a judgement."""

    def post(path: str, **body: object) -> httpx.Response:
        answer = client.post(f"/api/v1/{path}", json=body)
        assert answer.is_success, answer.text
        return answer

    clips = client.get("/api/v1/clips", params={"tag": "objection.price"}).json()["items"]
    post("collections", title="Price, well answered", purpose="For new people.", review_on="2020-01-31")
    post("collections", title="Openers")
    for clip in clips:
        post("collections/1/clips", clip_id=clip["id"], why="It asks before it answers.")
    post("searches", name="Price", query="q=price")
    client.put("/api/v1/people", json={"people": [{"name": "Priya Nair", "aliases": ["Priya"], "team": "North"}]})
    note = {
        "strength": "You asked back.",
        "improvement": "Wait for the answer.",
        "action": "Ask twice",
        "due_on": "2020-01-31",
    }
    priyas = next(clip["id"] for clip in clips if clip["rep"] == "Priya")
    for sent in (False, True):
        other = next(clip["id"] for clip in clips if clip["id"] != priyas)
        made = post("notes", clip_id=priyas, exemplar_id=other, **note).json()["id"]
        post(f"notes/{made}/remarks", text="Here she hesitates.", at_s=4.5)
        if sent:
            post(f"notes/{made}/send")
    post("judgements", **{name: clips[0][name] for name in ("recording_id", "tag", "sentence")}, right=False)
    link = post(f"clips/{clips[0]['id']}/share", days=7).json()["url"]
    quiz = post("quizzes", title="The price").json()["id"]
    options = [{"id": f"0000000{number}", "text": text} for number, text in enumerate(("Ask back", "Give a discount"))]
    asked = {"kind": "one", "text": "What would you say?", "options": options, "right": "00000000"}
    client.put(f"/api/v1/quizzes/{quiz}/draft", json={"questions": [asked]}).raise_for_status()
    post(f"quizzes/{quiz}/publish")
    lesson = post("modules", title="When the price comes up", collection_id=1).json()["id"]
    given = post("assignments", quiz_id=quiz, team="North", message="For Monday", due_on="2099-01-31").json()["items"]
    door = post(f"assignments/{given[0]['id']}/link").json()["url"]
    for of in ({"kind": "step", "name": "greeting"}, {"kind": "calls"}, {"kind": "deals"}):
        post("goals", team="North", target=70, starts_on="2026-11-01", ends_on="2026-12-31", **of)
    number = {"rep": "Priya Nair", "day": "2026-11-12", "kind": "deals", "number": 3}
    client.put("/api/v1/goals/numbers", json={"numbers": [number]}).raise_for_status()
    text = client.get(f"/api/v1/playbook/files/{TAG}").json()["text"]
    changed = client.put(f"/api/v1/playbook/draft/files/{TAG}", json={"text": f"{text}\n# looked at again\n"})
    assert changed.is_success, changed.text
    post("playbook/preview")  # which takes a while
    ways = {"link": urlsplit(link).path, "door": urlsplit(door).path}
    strong = next(clip["id"] for clip in clips if (clip["score"] or 0) >= 6)
    call, start, end = strong.split("-")
    post("wins", clip_id=f"{call}-{int(start) + 10}-{end}", why="It asks before it answers.")
    return ways | {"strong": strong, "clip": clips[0]["id"], "quiz": quiz, "lesson": lesson}


@pytest.fixture(scope="module")
def looker(chromium: Browser, filled) -> Iterator[Page]:
    served, _ = filled
    context = chromium.new_context(base_url=served.address, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"/status?token={served.secret}")
    yield page
    context.close()


def without_barriers(page: Page, looks: Sequence[tuple[dict[str, int], str]] = LOOKS) -> None:
    """Look at the page as it stands now, in several sizes and schemes."""
    faults = []
    for size, scheme in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        only = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}  # nothing else differs
        found = Axe().run(page, options=DEFAULT_OPTIONS | only).response["violations"]
        faults += [(size["width"], scheme, one["id"], [node["html"] for node in one["nodes"]]) for one in found]
        across = page.evaluate("document.documentElement.scrollWidth")
        faults += [(size["width"], scheme, f"{across} px wide")] if across > size["width"] else []
    assert faults == []


@pytest.mark.parametrize("what", PAGES)
def test_a_page_has_no_barriers(what, looker, filled):
    looker.goto(PAGES[what].format(**filled[1]))
    without_barriers(looker)


@pytest.mark.soak
@pytest.mark.parametrize("what", PAGES)
def test_a_page_has_no_barriers_in_any_look(what, looker, filled):
    looker.goto(PAGES[what].format(**filled[1]))
    without_barriers(looker, ALL_LOOKS)


def test_the_preview_has_no_barriers(looker, filled):
    with filled[0].client() as client:
        wait_for(lambda: client.get("/api/v1/playbook/preview").json()["state"] != "running", 60)
    looker.goto(PREVIEW)
    without_barriers(looker)


def test_the_sign_in_page_has_no_barriers(chromium, filled):
    with chromium.new_context(base_url=filled[0].address, bypass_csp=True) as context:
        page = context.new_page()
        page.goto("/search")
        without_barriers(page)


def test_every_page_is_looked_at(filled):
    """A new page has to be added above."""
    addresses = [urlsplit(address.format(**filled[1])).path for address in (PREVIEW, *PAGES.values())]
    routes = [
        route
        for module in iter_modules(pages.__path__)
        for route in getattr(import_module(f"clips_api.pages.{module.name}"), "router", pages.router).routes
        if "GET" in getattr(route, "methods", ()) and route.path not in NO_PAGES
    ]
    assert len(routes) > 20
    missing = [route.path for route in routes if not any(route.path_regex.match(address) for address in addresses)]
    assert missing == []
