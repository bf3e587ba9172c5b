"""The navigation on a phone: nothing is cut, and all of it can be reached."""

from __future__ import annotations

from itertools import pairwise

import pytest

WIDTHS = (320, 360, 390, 430, 600)
BOXES = """
() => [...document.querySelectorAll(".top .brand, .top nav > a, .more-nav > summary, .top > .button")]
  .map((one) => one.getBoundingClientRect()).filter((box) => box.width)
  .map((box) => ({ left: box.left, right: box.right, height: box.height }))
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_in_the_bar_is_cut_and_the_menu_fits(page, width):
    page.set_viewport_size({"width": width, "height": 640})
    page.goto("/search")
    boxes = page.evaluate(BOXES)
    assert len(boxes) >= 5
    for left, right in pairwise(boxes):
        assert left["right"] <= right["left"]
    assert boxes[-1]["right"] <= width
    texts = "[...document.querySelectorAll('.top nav > a, .more-nav > summary')]"
    assert page.evaluate(f"{texts}.every((one) => one.scrollWidth <= one.clientWidth + 1)")
    page.locator(".more-nav > summary").click()
    for name in ("Quizzes", "Your account", "Upload"):
        link = page.locator(".more-nav").get_by_role("link", name=name, exact=True)
        link.scroll_into_view_if_needed()
        box = link.bounding_box()
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 640
    page.locator(".more-nav").get_by_role("link", name="Upload").click()
    page.wait_for_url("**/upload")
