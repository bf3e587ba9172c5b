"""The call page in a browser: links to a moment, keys, speed, silence, a clip made by hand, and what stays when it changes."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from nlp.findings import Step
from pipeline.records import Transcript
from tests.integration.clips_api.conftest import Made, wait_for
from tests.integration.clips_api.test_pages import PHONE, time_of, wait_until

LOG = """() => {
    window.heard = [];
    const audio = document.querySelector("#audio");
    audio.addEventListener("timeupdate", () => audio.paused || heard.push(audio.currentTime));
}"""
SELECT = """([turn, first, last]) => {
    const said = document.querySelector(`#turn-${turn} .said`);
    const place = (text, within) => {
        const walker = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
        let node;
        while ((node = walker.nextNode())) if (node.data.includes(text)) return [node, node.data.indexOf(text) + within];
    };
    const range = new Range();
    range.setStart(...place(first, 1));
    range.setEnd(...place(last, 1));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


@pytest.fixture
def call(calls: list[Made]) -> Made:
    """A call with 4 s in its fifth turn in which nobody says anything."""
    made = calls[0]
    transcript = made.folder.transcript()
    turns = list(transcript.turns)
    word = turns[5].words[0]
    turns[5] = turns[5].model_copy(update={"text": word.text, "words": (word,), "end": word.end})
    made.folder.keep(Transcript(recording_id=made.id, language="en", model="made up", turns=tuple(turns)))
    return made


def clip_of(page):
    return page.locator("#clip .share").get_attribute("data-clip")


def test_listen_walk_and_make_a_clip_with_the_keyboard(call, page, client):
    turns = call.folder.transcript().turns
    page.goto(f"/calls/{call.id}#t={turns[3].start},{turns[3].end}")
    expect(page.locator("#turn-3")).to_have_class(re.compile("now"))
    expect(page.locator("#clip-name")).to_have_text(re.compile(r"Clip 0:\d\d to 0:\d\d"))
    page.locator("[data-do=play_clip]").click()
    wait_until(page, lambda now: now > turns[3].start + 0.2)
    wait_until(page, lambda now: now >= turns[3].end)
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-label", "Play")
    assert time_of(page) < turns[3].end + 0.6, "a span stops at its end"
    page.keyboard.press("Escape")
    expect(page.locator("#clip")).not_to_be_visible()

    entries = page.evaluate("history.length")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("k")
    wait_until(page, lambda now: now > 0.3)
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(r"#t=[\d.]+$"))
    assert page.evaluate("history.length") == entries, "the address follows without entries"

    page.keyboard.press(">")
    sound = "(({ playbackRate, preservesPitch }) => [playbackRate, preservesPitch])(document.querySelector('#audio'))"
    assert page.evaluate(sound) == [1.25, True]
    page.reload()
    expect(page.locator("#speed")).to_have_value("1.25")
    page.keyboard.press("<")

    page.locator("#turn-0 .at").click()
    page.keyboard.press("k")
    page.keyboard.press("j")
    wait_until(page, lambda now: now == pytest.approx(turns[3].start, abs=0.06))
    expect(page.locator("#tip")).to_have_text(re.compile(r"Objection: price · 0:\d\d"))
    page.keyboard.press("j")
    wait_until(page, lambda now: now == pytest.approx(turns[4].start, abs=0.06))
    page.keyboard.press("p")
    wait_until(page, lambda now: now == pytest.approx(turns[3].start, abs=0.06))
    page.locator("#marks a").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#marks a").nth(1)).to_be_focused()
    expect(page.locator("#tip")).to_be_visible()

    page.keyboard.press("q")
    expect(page.locator("#skip")).to_be_checked()
    page.evaluate(LOG)
    page.locator("#turn-5 .at").click()
    wait_until(page, lambda now: now > turns[6].start)
    page.keyboard.press("k")
    silent = (turns[5].end + 0.6, turns[6].start - 0.35)
    assert silent[1] - silent[0] > 2
    assert [time for time in page.evaluate("heard") if silent[0] < time < silent[1]] == []

    words = turns[3].words
    page.evaluate(SELECT, [3, words[4].text, words[6].text])
    expect(page.locator("#clip")).to_be_visible()
    span = [round(words[4].start * 1000), round(words[6].end * 1000)]
    wait_for(lambda: clip_of(page).split("-")[1:2] == [str(span[0])])
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    _, start, end = clip_of(page).split("-")
    assert int(start) == span[0]
    assert int(end) == pytest.approx(span[1], abs=40), "as far as the next word begins"
    expect(page.locator("#told")).to_have_text(re.compile(r"Clip 0:\d\d to 0:\d\d"))
    found = client.get(f"/api/v1/clips/{clip_of(page)}").json()
    assert found["quote"] == " ".join(word.text for word in words[4:7])

    page.keyboard.press("c")
    expect(page.locator(".keep-panel")).to_be_visible()
    expect(page.locator(".keep-panel .quote")).to_contain_text(found["quote"])
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("#clip .share .panel")).to_be_visible()
    page.locator("[data-do=play_clip]").focus()

    had = clip_of(page)
    page.evaluate("window.kept = document.querySelector('#turn-3')")
    page.locator("#type").get_by_role("button", name="voicemail").click()
    expect(page.locator("#question")).to_contain_text("Noted")
    expect(page.locator("#type").get_by_role("button", name="voicemail")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("kept.isConnected && kept.classList.contains('turn')")
    assert clip_of(page) == had
    expect(page.locator("#clip")).to_be_visible()

    page.keyboard.press("Escape")
    page.locator("#turn-4 .at").focus()
    page.keyboard.press("m")
    expect(page.locator("[data-do=play_clip]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#turn-4 .at")).to_be_focused()

    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    expect(help_).to_contain_text("make a clip")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(help_).not_to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_call_page_and_its_bar_have_no_barriers_and_fit_a_phone(call, served, chromium, scheme):
    context = chromium.new_context(
        viewport=PHONE | {"width": 360}, base_url=served.address, has_touch=True, is_mobile=True, color_scheme=scheme,
        bypass_csp=True,
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"/calls/{call.id}?token={served.secret}")
    for prepare in (lambda: None, lambda: page.keyboard.press("m"), lambda: page.keyboard.press("?")):
        prepare()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Escape")
    boxes = [
        one.bounding_box() for one in page.locator("#clip button:visible, #controls button, #settings label").all()
    ]
    assert len(boxes) > 8
    assert [box for box in boxes if box["height"] < 43.5 or box["x"] < 0 or box["x"] + box["width"] > 360] == []
    page.set_viewport_size({"width": 1280, "height": 900})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_steps_that_do_not_apply_are_not_counted(calls, client):
    made = calls[0]
    for result, words in (("not_applicable", "Steps don’t apply,"), ("missed", "0 of 1 step heard,")):
        step = Step("step.greeting", result, None, None, "Steps are for conversations.")
        made.folder.keep(made.folder.analysis().model_copy(update={"steps": (step,)}))
        assert words in client.get(f"/calls/{made.id}").text
