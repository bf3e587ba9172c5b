"""The whole loop, a manager at a desk and two reps on phones: search, note, lesson, quiz, assign, mail, answers, result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from clips_api.keyring import Keys
from clips_api.store import people, sessions
from pipeline import files, notify
from pipeline.client import Client
from pipeline.library import now
from pipeline.sending import Sending
from pipeline.settings import Mail, Settings
from tests.integration.clips_api.team import PEOPLE
from tests.mailbox import Mailbox, mail_server

PUBLIC = "http://exemplar.example"
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def settings(tmp_path, mailbox) -> Settings:
    mail = Mail.model_validate({"host": "127.0.0.1", "port": mailbox.port, "tls": "none", "from": "ex@juniper.example"})
    return Settings(data=tmp_path / "data", mail=mail, public_url=PUBLIC, quiet_hours="", quiet_weekends=False)


@pytest.fixture
def browsing(calls, app, library, served, chromium):
    """Opens a browser, in which somebody of the team is signed in unless no name is given; its faults fail the test."""
    records = app.state.parts.store
    people.keep(records, PEOPLE)

    @contextmanager
    def opened(name: str | None, **how) -> Iterator[Page]:
        context = chromium.new_context(base_url=served.address, **how)
        if name:
            one = next(person for person in people.find(records) if person.name == name)
            _, token = sessions.add(records, one.id, device="a test", at=now())
            cookie = {"name": Keys(library.secret()).cookie_name, "value": token, "url": served.address}
            context.add_cookies([cookie])
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: faults.append(told.text) if "Content Security" in told.text else None)
        yield page
        context.close()
        assert not faults

    return opened


@pytest.fixture
def sending(settings, served, library) -> Iterator[Sending]:
    """A sender that finds the running application through its data folder, as the worker does."""
    library.announce({"address": served.address})
    with files.lock(library.run_lock):
        yield Sending(lambda: Client(library), notify.enabled(settings))


def link_in(letter) -> str:
    """The first address in a letter, without its host."""
    found = re.search(rf"{re.escape(PUBLIC)}(/\S+)", letter.get_body(("plain",)).get_content())
    assert found, letter
    return found[1]


def test_the_whole_loop(browsing, mailbox, sending):
    with browsing("Dana Hill", **DESK) as dana:
        # a strong moment is found and kept; its rep is asked
        dana.goto("/search?tag=objection.price&rep=Sam&sort=best")
        dana.locator("#q").press("ArrowDown")
        dana.keyboard.press("c")
        dana.get_by_role("dialog").get_by_label("Collection", exact=True).fill("Price")
        dana.keyboard.press("Enter")
        expect(dana.locator(".toast")).to_contain_text("Kept in “Price”")
        # a weak one is found, and a note written in one key
        dana.goto("/search?tag=objection.price&rep=Priya")
        dana.locator("#q").press("ArrowDown")
        dana.keyboard.press("n")
        expect(dana.get_by_role("heading", level=1)).to_have_text("Note for Priya Nair")
        dana.wait_for_load_state()  # its keys
        dana.get_by_label("What went well").fill("You stayed calm.")
        dana.get_by_label("What went well").press("Control+Enter")
        expect(dana.get_by_role("status").first).to_have_text("Sent.")

    with browsing("Sam Reed", **PHONE) as sam:
        sam.goto("/coaching")
        sam.get_by_role("button", name=re.compile("^Yes")).first.click()
        expect(sam.locator("main")).not_to_contain_text("may others hear")

    with browsing("Dana Hill", **DESK) as dana:
        # a lesson from the collection in one step, with a quiz of what was said
        dana.goto("/library")
        dana.get_by_role("link", name="Price").click()
        clip = dana.locator("[data-id*='-']").first.get_attribute("data-id")
        dana.goto(f"/quizzes/ask?clip={clip}")
        dana.get_by_label("A new quiz, called").fill("The price comes up")
        dana.get_by_role("button", name="See what can be asked").click()
        dana.get_by_role("button", name="Put them in").click()
        dana.get_by_role("button", name="Publish").click()
        expect(dana.locator("main")).to_contain_text("Version 1 is out.")
        quiz = dana.url.rpartition("/")[2].partition("?")[0].partition("#")[0]
        dana.goto("/library")
        dana.get_by_role("link", name="Price").click()
        dana.get_by_role("button", name="Make a lesson").click()
        dana.get_by_label("Quiz at its end").select_option(quiz)
        dana.get_by_role("button", name="Publish").click()
        expect(dana.locator("#standing")).to_contain_text("Version 1 is out.")
        dana.locator("#assign > summary").click()
        dana.get_by_label("Priya Nair").check()
        dana.get_by_role("button", name="Give it to them").click()
        expect(dana.locator("#people")).to_contain_text("Priya Nair")
        lesson = dana.url.partition("?")[0].partition("#")[0]

    sending.send_due()
    letters = [letter for letter in mailbox.letters if letter["To"] == "priya@juniper.example"]
    invitation = next(letter for letter in letters if "/q/" in letter.get_body(("plain",)).get_content())
    assert any("note" in letter["Subject"].lower() for letter in letters)

    with browsing(None, **PHONE) as priya:  # no sign-in, between two calls
        priya.goto(link_in(invitation))
        expect(priya.get_by_role("heading", level=1)).to_have_text("Price")
        with priya.expect_navigation():
            priya.get_by_role("button", name="Start").click()
        while "/lesson" in priya.url:
            with priya.expect_navigation():
                priya.locator(".lesson-bar .main").click()
        before = priya.content()
        strong = "What did you have in the budget"
        assert "That is the strong reply" not in before
        for _ in range(10):
            if not priya.locator(".options, #words").count():
                break
            option = priya.locator(".options li", has_text=strong)
            (option if option.count() else priya.locator(".options li").first).locator("label").click()
            with priya.expect_navigation():
                priya.locator(".lesson-bar .main").click()
        priya.get_by_role("button", name="Hand it in").click()
        expect(priya.locator("main")).to_contain_text(re.compile(r"1 of 1|All right|right", re.IGNORECASE))
        assert priya.evaluate("document.documentElement.scrollWidth") <= 390

    with browsing("Dana Hill", **DESK) as dana:
        dana.goto(lesson)
        expect(dana.locator("#people")).to_contain_text("finished")
        dana.goto(f"/quizzes/{quiz}/results")
        expect(dana.locator("main")).to_contain_text("Priya Nair")
        expect(dana.locator("main")).to_contain_text(re.compile(r"1 of 1|100"))
