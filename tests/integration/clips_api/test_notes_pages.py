"""The pages of coaching: a note in one key, sent; read and answered on a phone; the same without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from clips_api.keyring import Keys
from clips_api.store import people, sessions
from pipeline.library import now
from tests.integration.clips_api.team import PEOPLE, moment, team_of

NOTES = "/api/v1/notes"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def team(calls, client, signed_in_as):
    return team_of(signed_in_as)


@pytest.fixture
def browsing(calls, app, library, served, chromium):
    """Opens a browser in which somebody of the team is signed in; a fault of a script fails the test."""
    records = app.state.parts.store
    people.keep(records, PEOPLE)

    @contextmanager
    def opened(name: str, **how) -> Iterator:
        one = next(person for person in people.find(records) if person.name == name)
        _, token = sessions.add(records, one.id, device="a test", at=now())
        context = chromium.new_context(base_url=served.address, **how)
        context.add_cookies([{"name": Keys(library.secret()).cookie_name, "value": token, "url": served.address}])
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: faults.append(told.text) if "Content Security" in told.text else None)
        yield page
        context.close()
        assert not faults

    return opened


def test_from_a_result_to_a_note_that_was_read_in_two_browsers(calls, browsing):
    with browsing("Dana Hill") as page:
        page.goto("/search?tag=objection.price&rep=Priya")
        page.locator("#q").press("ArrowDown")
        page.keyboard.press("n")
        expect(page.get_by_role("heading", level=1)).to_have_text("Note for Priya Nair")
        expect(page.get_by_label("One thing to try")).to_have_value(re.compile("^Ask an open question"))
        example = page.locator(".example", has_text="That's fair")
        expect(example.locator("input")).to_be_checked()
        expect(example).to_contain_text("Sam is asked when you send")
        page.wait_for_load_state("load")
        example.locator(".play").click()
        expect(example.locator(".play")).to_have_class(re.compile("playing"))
        page.get_by_label("What went well").fill("You stayed calm.")
        page.get_by_label("What Priya Nair will do").fill("Ask twice a day")
        page.get_by_label("What Priya Nair will do").press("Control+Enter")
        expect(page.get_by_role("status").first).to_have_text("Sent.")
        page.goto("/coaching")
        expect(page.locator(".reps")).to_contain_text("1 not read yet")

    with browsing("Priya Nair", viewport=PHONE, has_touch=True, is_mobile=True) as page:
        page.goto("/coaching")
        page.get_by_role("link", name="Dana Hill").click()
        expect(page.locator(".strength")).to_contain_text("You stayed calm.")
        expect(page.locator(".exemplar")).to_contain_text("once the colleague who said it agrees")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main .button, main .play, main input:not([type=hidden])')]"
            ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"
        )
        assert small == []
        page.get_by_role("button", name="I have read it").click()
        expect(page.get_by_role("status").first).to_contain_text("Thank you")
        page.get_by_label("Your answer").fill("After the number, or at the end?")
        page.get_by_role("button", name="Answer").click()
        page.get_by_role("button", name="I have done it").click()
        expect(page.locator(".action")).to_contain_text("done")

    with browsing("Dana Hill") as page:
        page.goto("/coaching")
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 waits for you")
        page.get_by_role("link", name=re.compile("Priya Nair.*Ask an open question")).first.click()
        expect(page.locator(".remarks")).to_contain_text("After the number, or at the end?")


def test_on_a_call_n_is_about_the_chosen_words_the_moment_or_the_call(calls, browsing):
    with browsing("Dana Hill") as page:
        page.goto(f"/calls/{calls[0].id}")
        page.keyboard.press("n")
        expect(page).to_have_url(re.compile(f"call={calls[0].id}"))
        page.goto(f"/calls/{calls[0].id}")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("n")
        expect(page).to_have_url(re.compile(f"clip={moment(calls[0])}"))
        page.goto(f"/calls/{calls[0].id}#t=1,4")
        expect(page.locator("#clip")).to_be_visible()
        page.get_by_role("button", name="Note").click()
        expect(page).to_have_url(re.compile(f"clip={calls[0].id}-1000-4000"))
    with browsing("Sam Reed") as page:
        page.goto(f"/calls/{calls[0].id}#t=1,4")
        expect(page.locator("#clip")).to_be_visible()
        page.keyboard.press("n")
        expect(page).to_have_url(re.compile("/calls/"))
        expect(page.get_by_role("button", name="Note")).to_have_count(0)


def test_a_note_is_written_changed_and_sent_without_scripts(calls, team):
    html = team.dana.get("/notes/new", params={"clip": moment(calls[1], 1)}).text
    assert "Note for Priya Nair" in html
    assert f'value="{moment(calls[0])}" checked' in html
    body = {"clip_id": moment(calls[1], 1), "strength": "Calm.", "exemplar": "", "act": "save"}
    where = team.dana.post("/notes", data=body).headers["location"]
    assert "Only you see it" in team.dana.get(where).text
    path = where.partition("?")[0]
    number = path.rpartition("/")[2]
    pasted = {
        "strength": "Calm, and friendly.",
        "exemplar": "other",
        "other": f"http://x/clips/{moment(calls[0])}",
        "version": "1",
    }
    assert team.dana.post(path, data=pasted | {"act": "send"}).headers["location"].endswith("done=sent")
    note = team.priya.get(f"{NOTES}/{number}").json()
    assert (note["strength"], note["exemplar_id"]) == ("Calm, and friendly.", moment(calls[0]))
    assert team.priya.post(f"{path}/acknowledge").status_code == 303
    assert team.priya.post(f"{path}/remark", data={"text": "Yes.", "at": "0:04"}).status_code == 303
    assert team.priya.post(f"{path}/remark", data={"text": "Yes.", "at": "soon"}).status_code == 422
    assert "at 0:04" in team.dana.get(path).text


def test_what_somebody_else_saved_meanwhile_is_told(calls, team):
    note = team.dana.post(NOTES, json={"clip_id": moment(calls[0]), "strength": "One"}).json()
    team.dana.patch(f"{NOTES}/{note['id']}", json={"strength": "Two"})
    late = team.dana.post(f"/notes/{note['id']}", data={"strength": "Three", "version": "1"})
    assert late.status_code == 409
    assert "changed meanwhile" in late.text
    assert "Three" in late.text
    assert team.dana.get(f"{NOTES}/{note['id']}").json()["strength"] == "Two"


def test_what_can_not_be_sent_is_kept_and_says_why(calls, client):
    body = {"clip_id": moment(calls[0]), "strength": "Good.", "act": "send"}
    where = client.post("/notes", data=body).headers["location"]
    html = client.get(where).text
    assert "Saved, but not sent. Sam is in no list of people." in html
    assert 'href="/people"' in html


def test_a_link_to_no_clip_says_what_to_paste(calls, team):
    body = {"clip_id": moment(calls[0]), "strength": "Good.", "exemplar": "other", "other": "http://x/library"}
    refused = team.dana.post("/notes", data=body)
    assert refused.status_code == 422
    assert "no link to a clip" in refused.text


def test_the_call_shows_its_notes_to_who_may_read_them(calls, team):
    note = team.dana.post(NOTES, json={"clip_id": moment(calls[0]), "improvement": "Try <b>this</b>."}).json()
    where = f"/calls/{calls[0].id}"
    assert f'href="/notes/{note["id"]}"' in team.dana.get(where).text
    assert f'href="/notes/{note["id"]}"' not in team.sam.get(where).text
    team.dana.post(f"{NOTES}/{note['id']}/send")
    shown = team.sam.get(where).text
    assert "Try &lt;b&gt;this&lt;/b&gt;." in shown
    assert "Write a note" not in shown
    assert "Write a note" in team.dana.get(where).text


def test_pages_with_nothing_on_them_say_what_to_do(client, signed_in_as):
    assert 'Add <a href="/people">people</a> first' in client.get("/coaching").text
    team = team_of(signed_in_as)
    assert "When your manager writes you a note" in team.omar.get("/coaching").text
    assert "no note yet" in team.dana.get("/coaching").text
    assert "press <kbd>n</kbd>" in team.dana.get("/coaching/notes").text
    assert "See all of them" in team.dana.get("/coaching/notes", params={"state": "unread"}).text


def test_reps_give_and_take_back_a_call_to_review_on_their_page(calls, team):
    html = team.priya.get("/coaching").text
    number = re.search(r'action="/coaching/reviews/(\d+)"', html)[1]
    assert f'<option value="{calls[1].id}">' in html
    assert calls[0].id not in html
    team.priya.post(f"/coaching/reviews/{number}", data={"call": calls[1].id})
    assert f'href="/calls/{calls[1].id}"' in team.sam.get("/coaching").text
    assert "Write your review" in team.sam.get(f"/calls/{calls[1].id}").text
    team.priya.post(f"/coaching/reviews/{number}", data={"call": ""})
    assert "has not given you a call yet" in team.sam.get("/coaching").text


def test_what_waits_for_a_manager_is_on_their_first_page(calls, team):
    note = team.dana.post(NOTES, json={"clip_id": moment(calls[0]), "strength": "Good."}).json()
    team.dana.post(f"{NOTES}/{note['id']}/send")
    team.sam.post(f"{NOTES}/{note['id']}/remarks", json={"text": "But why?"})
    body = {"recording_id": calls[0].id, "what": "step", "tag": "agenda", "reason": "I did."}
    number = team.sam.post("/api/v1/contests", json=body).json()["id"]
    html = team.dana.get("/").text
    assert f'href="/contests/{number}"' in html
    assert "contests: agenda" in html
    assert "/contests/" not in team.lee.get("/").text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reps_pages_and_a_contest_have_no_barriers_and_fit_a_phone(calls, browsing, served, scheme):
    with served.client() as client:
        note = client.post(NOTES, json={"clip_id": moment(calls[0]), "strength": "Good.", "action": "Again"}).json()[
            "id"
        ]
        client.post(f"{NOTES}/{note}/send")
        client.post("/api/v1/consents", json={"clip_id": moment(calls[0])})
    with browsing("Sam Reed", viewport=PHONE, color_scheme=scheme, bypass_csp=True) as page:
        page.goto(f"/calls/{calls[0].id}")
        page.get_by_text("Something is not right").click()
        page.get_by_label("What is not right?").select_option("step agenda")
        page.get_by_label("Why?").fill("I did say it.")
        page.get_by_role("button", name="Contest it").click()
        page.get_by_role("link", name=re.compile("Contested: agenda")).click()
        contest = page.url
        without_barriers(page, contest, "/coaching", f"/notes/{note}", f"/calls/{calls[0].id}")
    with browsing("Dana Hill", viewport=PHONE, color_scheme=scheme, bypass_csp=True) as page:
        without_barriers(page, contest)
        page.get_by_label("A word on it").fill("You are right.")
        page.get_by_role("button", name="Sam Reed is right").click()
        expect(page.locator("main")).to_contain_text("The step was judged wrong.")


def without_barriers(page, *paths):
    """Look at some pages."""
    for path in paths:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
