"""Quizzes in a browser: taken on a phone with one thumb, with scripts and without; looked at for barriers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from clips_api.app import create_app
from clips_api.store import attempts as tries
from pipeline.library import Library
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import serving as serve
from tests.integration.clips_api.conftest import wait_for
from tests.integration.clips_api.quizmaking import every_kind, make, poorer_call, publish, rich_call, right
from tests.integration.clips_api.quizmaking import give as give_to

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    settings = Settings(data=tmp_path_factory.mktemp("phone") / "data")
    library = Library(settings.data)
    library.prepare()
    rich, poor = rich_call(library)[1], poorer_call(library)[1]
    app = create_app(settings)
    with serve(app, library) as served, served.client() as client:
        quiz = publish(client, make(client, every_kind(client, rich, poor)))
        yield {
            "app": app,
            "client": client,
            "served": served,
            "quiz": quiz,
            "rich": rich,
            "store": app.state.parts.store,
        }


def phone(chromium: Browser, house: dict, *, scripts: bool = True) -> Page:
    context = chromium.new_context(
        base_url=house["served"].address, viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=scripts
    )
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda told: page.faults.append(told.text) if "Content Security" in told.text else None)
    return page


def begin(page: Page, path: str) -> None:
    page.goto(path)
    with page.expect_navigation():
        page.get_by_role("button", name="Start").tap()


def answer(page: Page, question: dict, *, scripts: bool) -> None:
    """Give the right answer with taps."""
    if question["kind"] == "own":
        page.get_by_label("Your answer").fill(right(question)[0])
    elif question["kind"] == "order":
        wanted = right(question)
        for place, name in enumerate(wanted):
            for _ in range(len(wanted)):
                shown = page.locator("input[name=given]").evaluate_all("all => all.map((one) => one.value)")
                if shown.index(name) <= place:
                    break
                up = page.locator(f'button[value="up:{name}"]')
                if scripts:
                    up.tap()
                else:
                    with page.expect_navigation():
                        up.tap()
    else:
        for name in right(question):
            page.locator(f'input[value="{name}"]').check()


def given(house: dict, name: str) -> tuple[str, int]:
    from clips_api.store.people import Person

    return give_to(house["app"], house["client"], house["quiz"], Person(name, f"{name.lower()}@example.com"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_quiz_is_done_with_one_thumb(chromium, house, scripts):
    path, number = given(house, "Omar" if scripts else "Ida")
    page = phone(chromium, house, scripts=scripts)
    begin(page, path)
    for place, question in enumerate(house["quiz"]["asks"], 1):
        expect(page.locator("legend h1")).to_have_text(question["text"])
        answer(page, question, scripts=scripts)
        with page.expect_navigation():
            page.locator("button.main[name=go]").tap()
        assert page.url.endswith("/end") == (place == 6)
    expect(page.get_by_role("heading", level=1)).to_have_text("All answered")
    page.get_by_role("button", name="Hand it in").tap()
    expect(page.locator(".score h1")).to_contain_text("5 of 7 points")
    (attempt,) = tries.of(house["store"], [number])[number]
    assert (attempt.points, attempt.possible, attempt.marked_at) == (5, 7, None)
    assert page.faults == []
    page.context.close()


def test_what_is_tapped_is_kept_at_once(chromium, house):
    path, number = given(house, "Uma")
    page = phone(chromium, house)
    begin(page, path)
    question = house["quiz"]["asks"][0]
    page.locator(f'input[value="{question["options"][2]["id"]}"]').check()
    expect(page.locator(".saved-note")).to_have_text("Saved")
    page.reload()
    expect(page.locator(f'input[value="{question["options"][2]["id"]}"]')).to_be_checked()
    page.goto(f"{path}/quiz/{house['quiz']['asks'][5]['id']}")
    page.get_by_label("Your answer").fill("Half a sentence")

    def kept() -> bool:
        (attempt,) = tries.of(house["store"], [number])[number]
        return "Half a sentence" in str(tries.said(house["store"], [attempt.id]))

    wait_for(kept)
    assert page.faults == []
    page.context.close()


def test_a_second_tab_is_harmless(chromium, house):
    path, number = given(house, "Noor")
    page = phone(chromium, house)
    begin(page, path)
    other = page.context.new_page()
    other.goto(page.url)
    page.goto(f"{path}/quiz/end")
    page.get_by_role("button", name="Hand it in").tap()
    expect(page.locator(".score h1")).to_contain_text("0 of 7 points")
    other.bring_to_front()
    other.locator(".options label").first.tap()  # in the tab that still asks
    other.wait_for_url("**/quiz/result")
    (attempt,) = tries.of(house["store"], [number])[number]
    assert (attempt.points, tries.said(house["store"], [attempt.id])) == (0, {})
    page.context.close()


def test_the_sound_plays_and_its_words_follow(chromium, house):
    path, _ = given(house, "Eva")
    page = phone(chromium, house)
    begin(page, path)
    page.get_by_role("button", name="Play").tap()
    expect(page.locator(".said li.heard")).to_be_visible()
    wait_for(lambda: page.evaluate("document.querySelector('audio').ended"), 20)
    length = page.evaluate("document.querySelector('audio').duration")
    clip = house["quiz"]["asks"][0]["clip"]
    assert abs(length - (clip["until"] - clip["start"])) < 0.1
    page.context.close()


def test_every_button_of_a_question_is_big_enough_for_a_thumb(chromium, house):
    path, _ = given(house, "Rosa")
    page = phone(chromium, house)
    begin(page, path)
    for question in house["quiz"]["asks"]:
        page.goto(f"{path}/quiz/{question['id']}")
        for target in page.locator(".options label, .moves button, .lesson-bar .button, .lesson-player button").all():
            box = target.bounding_box()
            assert min(box["height"], box["width"]) >= 44, (question["kind"], box)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.context.close()


def test_a_quiz_is_made_in_the_browser(chromium, house):
    context = chromium.new_context(base_url=house["served"].address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"/status?token={house['served'].secret}")
    page.goto(f"/quizzes/ask?clip={house['rich']}")
    page.get_by_label("Or in a new one, called").fill("Made here")
    page.get_by_role("button", name="See what can be asked").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What can be asked about it")
    with page.expect_navigation():  # scripts are there once it is loaded
        page.get_by_role("button", name="Put them in").click()
    expect(page.locator(".item")).to_have_count(1)
    page.get_by_label("Stops after").fill("4.2")
    page.get_by_label("What is asked").fill("And now?")
    expect(page.locator("#saved")).to_have_text("Not saved yet")
    page.get_by_label("Kind").select_option("order")
    page.get_by_role("button", name="Write one").click()
    expect(page.locator(".item")).to_have_count(2)
    expect(page.locator(".item").first.get_by_label("What is asked")).to_have_value("And now?")
    second = page.locator(".item").nth(1)
    second.get_by_label("What is asked").fill("In which order?")
    for place, text in ((1, "second"), (2, "first")):
        second.get_by_label(f"Answer {place}").fill(text)
    for row, place in ((0, "2"), (1, "1")):
        second.get_by_label("Place").nth(row).fill(place)
    page.get_by_role("button", name="Move question 2 up").click()
    expect(page.locator(".item").first.get_by_label("What is asked")).to_have_value("In which order?")
    expect(page.locator(".item").first.get_by_label("Answer 1")).to_have_value("first")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is out.")).to_be_visible()
    number = int(page.url.rpartition("/")[2].partition("#")[0])
    made = house["client"].get(f"/api/v1/quizzes/{number}").json()
    assert [one["kind"] for one in made["asks"]] == ["order", "reply"]
    clip = made["asks"][1]["clip"]
    assert clip["until"] == pytest.approx(clip["start"] + 4.2)
    assert faults == []
    context.close()
