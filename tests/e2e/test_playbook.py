"""A manager changes the playbook of a running Exemplar, and its calls are read again by themselves."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.places import SAMPLES
from tests.running import Running

TAG = "tags/objection.price.yml"


def test_a_published_change_reaches_the_calls_and_is_taken_back(
    page: Page, running: Running, truth: dict[str, dict[str, Any]]
) -> None:
    key = running.drop(SAMPLES / truth["too_expensive"]["file"])
    running.searchable(key)

    def analysis() -> dict[str, Any]:
        found = running.http.get(f"/api/v1/calls/{key}/analysis").json()
        return {"tags": {tag["tag"] for tag in found["tags"]}, "version": found["playbook"]["version"]}

    heard = running.call(key)["transcript"]["made_from"]["heard"]
    before = analysis()
    assert "objection.price" in before["tags"]
    page.goto(f"{running.address}/playbook/tags/objection.price")
    page.get_by_text("Remove this tag").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Removed, not published")).to_be_visible()
    assert analysis() == before, "nothing changes until it is published"
    page.goto(f"{running.address}/playbook/changes")
    page.get_by_role("button", name="See what changes in your calls").click()
    expect(page.get_by_text("would change.")).to_be_visible(timeout=90_000)
    expect(page.locator(".loss").first).to_contain_text("lost")
    page.get_by_label("Your name").fill("Dana")
    page.get_by_label("Why").fill("To see what happens")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("published by Dana")).to_be_visible()
    running.wait(lambda: "objection.price" not in analysis()["tags"], 60, "the new analysis")
    assert analysis()["version"] == running.http.get("/api/v1/playbook").json()["version"]

    def clips() -> int:
        return running.http.get("/api/v1/clips", params={"tag": "objection.price"}).json()["total"]

    running.wait(lambda: clips() == 0, 30, "a search without the tag")
    page.goto(f"{running.address}/playbook/changes")
    page.get_by_role("button", name="Go back to it").last.click()
    running.wait(lambda: analysis() == before, 60, "the old analysis")
    running.wait(clips, 30, "a search with the tag")
    assert running.call(key)["transcript"]["made_from"]["heard"] == heard, "nothing was heard again"
