"""Practice on a phone, with scripts and without: start, answer, hear how it went on, see when it comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from clips_api import practice
from clips_api.app import create_app
from clips_api.viewer import HOUSE
from pipeline.library import Library
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import serving as serve
from tests.integration.clips_api.practising import come_back, handed_in
from tests.integration.clips_api.quizmaking import every_kind, make, poorer_call, publish, rich_call

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    settings = Settings(data=tmp_path_factory.mktemp("practice") / "data")
    library = Library(settings.data)
    library.prepare()
    rich, poor = rich_call(library)[1], poorer_call(library)[1]
    app = create_app(settings)
    with serve(app, library) as served, served.client() as client:
        reply, *_, order, _, own = every_kind(client, rich, poor)
        quiz = publish(client, make(client, [own, reply, order]))
        paths = come_back(app, *(handed_in(client, quiz["id"], name) for name in ("Omar", "Ida", "Rosa")))
        yield {"app": app, "served": served, "client": client, "paths": paths, "reply": reply, "order": order}


def phone(chromium: Browser, house: dict, *, scripts: bool = True) -> Page:
    context = chromium.new_context(
        base_url=house["served"].address, viewport=PHONE, has_touch=True, is_mobile=True, java_script_enabled=scripts
    )
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda told: page.faults.append(told.text) if "Content Security" in told.text else None)
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_practice_is_done_with_one_thumb(chromium, house, scripts):
    path = house["paths"][0 if scripts else 1]
    page = phone(chromium, house, scripts=scripts)
    page.goto(path)
    page.get_by_role("button", name="Start").tap()
    reply, order = house["reply"], house["order"]
    expect(page.locator("legend h1")).to_have_text(reply["text"])  # what was in own words does not come back
    assert page.request.get(f"{path}/{reply['id']}/audio").ok
    assert page.request.get(f"{path}/{reply['id']}/rest").status == 404
    page.get_by_role("button", name="Answer").last.tap()
    expect(page.get_by_role("alert")).to_have_text("Choose an answer first.")
    page.locator(f'input[value="{reply["right"]}"]').check()
    page.get_by_role("button", name="Answer").last.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Right")
    assert page.request.get(f"{path}/{reply['id']}/rest").ok
    page.get_by_role("link", name="Next").tap()
    expect(page.locator("legend h1")).to_have_text(order["text"])
    wanted = [one["id"] for one in order["options"]]
    for place, name in enumerate(reversed(wanted)):  # the wrong way round
        for _ in wanted:
            shown = page.locator("input[name=given]").evaluate_all("all => all.map((one) => one.value)")
            if shown.index(name) <= place:
                break
            with page.expect_navigation():
                page.locator(f'button[value="up:{name}"]').tap()
    page.get_by_role("button", name="Answer").last.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not yet")
    page.get_by_role("link", name="Finish").tap()
    expect(page.locator(".score h1")).to_have_text("1 of 2 right")
    found = practice.of_token(house["app"].state.parts.asked_by(HOUSE), path.split("/")[2])
    assert [one.asked.right for one in found.items] == [True, False]
    assert found.items[1].answer == wanted[::-1]
    assert page.faults == []
    page.context.close()


def test_every_button_is_big_enough_for_a_thumb(chromium, house):
    path = house["paths"][2]
    page = phone(chromium, house)
    page.goto(path)
    assert page.get_by_role("button", name="Start").bounding_box()["height"] >= 44
    with page.expect_navigation():
        page.get_by_role("button", name="Start").tap()
    for question in (house["reply"], house["order"]):
        page.goto(f"{path}/{question['id']}")
        for target in page.locator(".options label, .moves button, .lesson-bar .button, .lesson-player button").all():
            box = target.bounding_box()
            assert min(box["height"], box["width"]) >= 44, (question["kind"], box)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.context.close()
