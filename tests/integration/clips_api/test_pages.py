"""The pages in a browser: search and play, follow a call, see where a file is, upload."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import expect

from pipeline.library import now
from pipeline.records import Doing, Progress
from tests.integration.clips_api.conftest import PRICE, Said, set_aside, wait_for, write_call

PHONE = {"width": 390, "height": 844}
LONG = "The Extraordinarily Long-Named Society for the Preservation of Unabbreviated Company Names of Greater Manchester GmbH & Co. KG"


def test_search_play_and_see_the_time_move(calls, page):
    page.goto("/search")
    page.keyboard.type("way over")
    expect(page.locator(".clip")).to_have_count(1)
    expect(page.locator(".clip mark")).to_have_text(["way over"])
    expect(page).to_have_url(re.compile(r"q=way\+over"))
    expect(page.locator(".clip .reply")).to_contain_text(PRICE[4].text)
    expect(page.locator(".clip .parts .yes")).to_have_count(2)
    play = page.locator(".clip .play")
    before = play.inner_text()
    play.click()
    expect(play).to_have_class(re.compile("playing"))
    expect(play.locator(".time")).not_to_have_text(before, timeout=5000)
    play.click()
    expect(play).not_to_have_class(re.compile("playing"))


def test_keys_walk_play_and_open(calls, page):
    page.goto("/search?q=expensive")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".clip").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".clip .play").first).to_have_class(re.compile("playing"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/calls/[0-9a-f]{16}#t="))


def test_filters_have_counts_and_go_away_again(calls, page):
    page.goto("/search")
    chip = page.locator(".chips a", has_text="price")
    expect(chip).to_contain_text("2")
    chip.click()
    expect(page.locator(".clip")).to_have_count(2)
    page.locator("select[name=rep]").focus()
    page.locator("select[name=rep]").select_option("Sam")
    expect(page.locator(".clip")).to_have_count(1)
    expect(page.locator("select[name=rep]")).to_be_focused()
    page.locator(".chips a[aria-current]").click()
    expect(page).to_have_url(re.compile(r"/search\?rep=Sam$"))
    page.go_back()
    expect(page.locator(".clip")).to_have_count(1)
    page.goto("/search?q=zzzz")
    expect(page.get_by_text("No clip matches")).to_be_visible()


def test_more_results_join_the_list(library, page, app):
    for seed in range(5):
        library.to_index.leave(write_call(library, seed=seed + 30).id)
    wait_for(lambda: app.state.parts.database.rows("states") == [{"state": "done", "calls": 5}])
    page.goto("/search")
    expect(page.locator(".clip")).to_have_count(20)
    page.get_by_text("Show more").click()
    expect(page.locator(".clip")).to_have_count(30)
    assert len(set(page.eval_on_selector_all(".clip", "all => all.map(one => one.dataset.id)"))) == 30


def time_of(page):
    return page.eval_on_selector("#audio", "audio => audio.currentTime")


def wait_until(page, condition):
    """Playwright's own wait_for_function needs eval, which our policy forbids."""
    until = time.monotonic() + 8
    while not condition(time_of(page)):
        assert time.monotonic() < until, f"the time is {time_of(page)}"
        page.wait_for_timeout(50)


def test_the_call_page_follows_and_seeks(calls, page):
    made = calls[0]
    turns = made.folder.transcript().turns
    page.goto(f"/calls/{made.id}#t={turns[3].start}")
    expect(page.locator("#turn-3")).to_have_class(re.compile("now"))
    page.locator("[data-do=play]").click()
    wait_until(page, lambda now: now > turns[3].start + 0.2)
    page.locator("[data-do=play]").click()
    page.locator("#turn-5 .said").click(position={"x": 2, "y": 8})
    wait_until(page, lambda now: abs(now - turns[5].start) < 1)
    expect(page.locator("#turn-5")).to_have_class(re.compile("now"))
    page.keyboard.press("Space")
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-label", "Play")
    at = time_of(page)
    page.keyboard.press("ArrowLeft")
    assert time_of(page) == pytest.approx(at - 5, abs=0.2)
    box = page.locator("#seek").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until(page, lambda now: abs(now - made.folder.recording().duration_s / 2) < 1.5)
    page.locator(".moments a").first.click()
    wait_until(page, lambda now: abs(now - turns[3].start) < 1)


def test_a_click_on_a_word_seeks_to_that_word(calls, page):
    made = calls[0]
    word = made.folder.transcript().turns[3].words[8]
    page.goto(f"/calls/{made.id}")
    spot = page.evaluate(
        """text => {
            const walker = document.createTreeWalker(document.querySelector("#turn-3 .said"), NodeFilter.SHOW_TEXT);
            let node;
            while ((node = walker.nextNode())) {
                const at = node.data.indexOf(text);
                if (at < 0) continue;
                const range = new Range();
                range.setStart(node, at + 1);
                range.setEnd(node, at + text.length);
                document.querySelector("#turn-3").scrollIntoView({ block: "center" });
                const box = range.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }
        }""",
        word.text,
    )
    page.mouse.click(*spot)
    wait_until(page, lambda now: abs(now - word.start) < 0.5)


def test_the_call_page_tells_what_was_found(calls, page):
    page.goto(f"/calls/{calls[0].id}")
    expect(page.locator(".figures dd")).to_have_text(["56 %", "0:12", "3"])
    expect(page.locator(".steps .verdict")).to_have_text(["heard", "not heard", "can’t tell"])
    expect(page.locator(".lane")).to_have_count(2)
    expect(page.locator(".marks .moment")).to_have_count(1)
    page.locator(".steps summary").nth(1).click()
    expect(page.get_by_text("nothing like it in the first minutes")).to_be_visible()


def test_putting_right_who_was_on_the_call(calls, page):
    page.goto(f"/calls/{calls[0].id}")
    page.get_by_text("Who was on this call?").click()
    form = page.locator("#who form")
    form.get_by_label("Customer").fill("Corbel & Daughters")
    form.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text("Corbel & Daughters")
    assert calls[0].folder.corrections()[0].set == {"customer": "Corbel & Daughters"}


def test_putting_many_right_at_once(calls, page):
    page.goto("/calls")
    expect(page.locator("#bulk")).not_to_be_visible()
    page.locator("#all").check()
    page.locator("#bulk").get_by_label("Rep").fill("Ana")
    page.locator("#bulk").get_by_role("button").click()
    expect(page.get_by_text("Changed 2 calls.")).to_be_visible()
    page.wait_for_timeout(600)
    page.goto("/calls?rep=Ana")
    expect(page.locator("main tbody tr")).to_have_count(2)


def test_the_status_page_is_live_and_keeps_the_focus(calls, library, page):
    held = set_aside(library)
    library.to_index.leave(held)

    def report(percent):
        doing = Doing(id="0123456789abcdef", name="late.wav", stage="hear", percent=percent, left_s=75, since=now())
        library.report(Progress(pid=1, at=now(), doing=(doing,)))

    report(10.0)
    page.goto("/status")
    expect(page.get_by_text("Listening · 10 %")).to_be_visible()
    page.evaluate("window.bar = document.querySelector('progress')")
    button = page.get_by_role("button", name="Try again")
    button.focus()
    report(60.0)
    expect(page.get_by_text("Listening · 60 %")).to_be_visible(timeout=5000)
    expect(button).to_be_focused()
    assert page.evaluate("window.bar.isConnected && window.bar.value") == 60
    library.report(Progress(pid=1, at=now()))
    expect(page.locator(".group.hearing")).to_have_count(0, timeout=5000)
    button.click()
    expect(page.locator(".group.needs_you")).to_have_count(0, timeout=5000)
    assert library.to_work.take() == [held]


def test_upload_by_picking_and_by_dropping(library, page):
    page.goto("/upload")
    page.locator("input[type=file]").set_input_files(
        {"name": "one.wav", "mimeType": "audio/wav", "buffer": b"sound" * 1000}
    )
    page.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["other sound"], "two.wav", { type: "audio/wav" }));
            document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#files b")).to_have_text(["one.wav", "two.wav"])
    page.get_by_label("Rep").fill("Sam")
    page.get_by_label("When it began").fill("2026-11-12T14:05")
    page.get_by_role("button", name="Upload 2 recordings").click()
    page.wait_for_url("**/status")
    expect(page.get_by_text("two.wav")).to_be_visible()
    names = sorted(path.name for path in (library.inbox / "uploads").iterdir())
    assert names == ["one.wav", "one.wav.json", "two.wav", "two.wav.json"]
    note = json.loads((library.inbox / "uploads" / "two.wav.json").read_text())
    assert note["rep"] == "Sam"
    assert note["started_at"].startswith("2026-11-12T")


def test_an_upload_that_is_too_large_says_so_and_stays(page):
    page.goto("/upload")
    page.locator("input[type=file]").set_input_files(
        {"name": "big.wav", "mimeType": "audio/wav", "buffer": b"x" * 2_200_000}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#problem")).to_contain_text("2 MB at most")
    expect(page).to_have_url(re.compile("/upload"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hangs_over_on_a_phone_and_targets_are_large(library, served, chromium, app, scheme):
    script = (Said("rep", f"Hello {'x' * 70}."), *PRICE)
    made = write_call(library, script, rep=LONG, customer=LONG, name=f"{LONG.replace(' ', '_')}.wav")
    library.to_index.leave(made.id)
    library.to_index.leave(set_aside(library, f"{'y' * 120}.wav"))
    (library.inbox / f"{'z' * 150}.wav.part").write_bytes(b"")
    wait_for(lambda: app.state.parts.database.one("call", recording_id=made.id))
    context = chromium.new_context(
        viewport=PHONE, base_url=served.address, has_touch=True, is_mobile=True, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"/status?token={served.secret}")
    for address in (
        "/search",
        "/search?q=over",
        "/calls",
        f"/calls/{made.id}",
        "/status",
        "/upload",
        "/vocabulary",
        "/nothing",
    ):
        page.goto(address)
        for width in (320, 360, PHONE["width"]):
            page.set_viewport_size(PHONE | {"width": width})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, .button, select, .play, .chips a, nav a, input:not([type=checkbox], [type=range], [type=file], [hidden])")]
                .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
                .map(one => one.outerHTML.slice(0, 80))"""
        )
        assert small == [], address
    context.close()


def test_reading_works_without_scripts(calls, served, chromium):
    context = chromium.new_context(java_script_enabled=False, base_url=served.address)
    page = context.new_page()
    page.goto(f"/search?token={served.secret}")
    page.locator("#q").fill("way over")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".clip mark")).to_have_text(["way over"])
    page.locator(".clip .about").click()
    expect(page.locator("#turn-3")).to_contain_text(PRICE[3].text)
    expect(page.locator("audio")).to_be_visible()
    context.close()
