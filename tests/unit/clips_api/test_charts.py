"""Charts: what pygal draws, with nothing that a page's policy forbids, and words for whoever doesn't see it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from clips_api.changed import Count
from clips_api.charts import weeks

SVG = "{http://www.w3.org/2000/svg}"
BEGINS = [f"{day} Sep" for day in range(1, 13)]


def drawn(counts: list[Count], **how: object) -> ET.Element:
    return ET.fromstring(weeks("chart-a", "Price handled well", BEGINS, counts, **how))


def dots(chart: ET.Element) -> list[ET.Element]:
    return list(chart.iter(f"{SVG}circle"))


def test_nothing_in_it_is_a_style_or_a_script():
    chart = drawn([Count(done, 20) for done in range(12)], share=40)
    for node in chart.iter():
        assert node.tag not in (f"{SVG}style", f"{SVG}script", f"{SVG}defs", f"{SVG}a")
        assert not {name for name in node.attrib if name == "style" or name.startswith("on") or "href" in name}
    assert "<!--" not in weeks("chart-a", "Price", BEGINS, [Count(1, 20)] * 12)


def test_it_is_an_image_with_a_name_and_what_it_shows():
    chart = drawn([Count(3, 9), *[Count()] * 10, Count(13, 20)], share=60)
    assert chart.get("role") == "img"
    told = {node.get("id"): node.text for node in chart.iter() if node.get("id")}
    assert [told[name] for name in chart.get("aria-labelledby").split()] == [
        "Price handled well",
        "From 3 of 9 in the week of 1 Sep to 13 of 20 in the week of 12 Sep. The target is 60 %.",
    ]


def test_each_week_has_its_dot_at_its_share_with_its_count():
    counts = [Count(0, 20), Count(5, 20), Count(10, 20), Count(20, 20), *[Count()] * 7, Count(5, 20)]
    found = dots(drawn(counts))
    assert [dot.get("class").split()[:2] for dot in found] == [["dot", "reactive"]] * 5
    heights = [float(dot.get("cy")) for dot in found]
    assert heights[0] > heights[1] > heights[2] > heights[3]
    assert heights[1] == heights[4]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)
    chart = drawn(counts)
    titles = [group.find(f"{SVG}title").text for group in chart.iter(f"{SVG}g") if group.get("class") == "dots"]
    assert titles[1] == "Week of 2 Sep: 5 of 20"


def test_a_week_without_counts_breaks_the_line_and_few_are_marked():
    chart = drawn([Count(5, 20), Count(6, 20), Count(), Count(6, 9), Count(6, 20), *[Count()] * 7])
    thin, strong = (
        [
            path.get("d").count(" ")
            for path in chart.findall(f".//{SVG}g[@class='series serie-{one} color-{one}']/{SVG}path")
        ]
        for one in (0, 1)
    )
    assert (len(thin), len(strong)) == (2, 1)  # the week of nine is joined by the thin one only
    assert [dot.get("class") == "dot few" for dot in dots(chart)] == [False, False, True, False]


def test_one_week_alone_and_none():
    assert len(dots(drawn([*[Count()] * 11, Count(4, 12)]))) == 1
    none = drawn([Count()] * 12)
    assert dots(none) == []
    assert "Nothing was counted in these weeks." in ET.tostring(none, encoding="unicode")


def test_what_a_rule_is_called_is_only_text():
    chart = weeks("chart-a", "<b>Price</b> & more", BEGINS, [Count(1, 20)] * 12)
    assert "&lt;b&gt;Price&lt;/b&gt; &amp; more" in chart
    assert "<b>" not in chart
