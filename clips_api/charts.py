"""Counts week by week as a chart: shares, drawn by pygal as SVG that the page's own style sheet colours.

A strong line joins weeks of which enough was counted, a thin one the others too.

What pygal adds for pages of its own goes: styles, scripts, tooltips. A screen reader is told the chart's title and
what it shows; the table beside each chart has every count.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pygal
from markupsafe import Markup
from pygal.etree import etree

from clips_api.changed import FEW, Count

WIDTH, HEIGHT = 368, 160
EVERY = 4  # weeks from one label to the next
DRAWN = 2000  # charts that are kept; the same counts make the same chart
_LONG = re.compile(r"(\d+\.\d)\d+")


def weeks(key: str, title: str, begins: list[str], counts: list[Count], share: int | None = None) -> Markup:
    """A chart. `key` names it on its page, `begins` says when each week began, `share` of a hundred is aimed at."""
    return _drawn(key, title, tuple(begins), tuple((one.done, one.total) for one in counts), share)


@lru_cache(maxsize=DRAWN)
def _drawn(
    key: str, title: str, begins: tuple[str, ...], counts: tuple[tuple[int, int], ...], share: int | None
) -> Markup:
    last = len(begins) - 1
    chart = pygal.Line(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        margin_right=24,
        spacing=6,
        css=(),
        js=(),
        classes=("chart",),
        no_prefix=True,
        show_legend=False,
        range=(0, 100),
        y_labels=(0, 50, 100),
        value_formatter=lambda value: f"{value:g} %",
        x_labels=begins,
        x_labels_major=[begins[at] for at in {*range(0, last - 1, EVERY), last}],
        show_minor_x_labels=False,
        truncate_label=-1,
        allow_interruptions=True,
        dots_size=3,
    )
    chart.add("share", [_point(when, *count) for when, count in zip(begins, counts, strict=True)])
    chart.add("of enough", [100 * done / total if total >= FEW else None for done, total in counts], show_dots=False)
    if share is not None:
        chart.add("target", [share] * len(begins), show_dots=False)
    root = chart.render_tree()
    _bare(root)
    root.attrib.pop("id", None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{key}-title {key}-told"}
    told = etree.Element("desc", {"id": f"{key}-told"})
    told.text = _told(begins, counts, share)
    name = root.find("title")
    name.text = title
    name.set("id", f"{key}-title")
    root.insert(1, told)
    return Markup(_LONG.sub(r"\1", etree.tostring(root, encoding="unicode")))  # noqa: S704  made here, its texts escaped


def _point(when: str, done: int, total: int) -> dict[str, Any] | None:
    """One week; what is few is marked, since it says little. A week without counts leaves a gap."""
    if not total:
        return None
    told = f"Week of {when}: {done} of {total}"
    marked = {"class": "dot few"} if total < FEW else {}
    return {"value": 100 * done / total, "node": marked, "formatter": lambda _: told}


def _bare(node: Any) -> None:
    """Take away what is not the picture: styles, scripts, comments, backgrounds; the words of a dot are its title."""
    node.attrib.pop("style", None)
    for child in list(node):
        kind, name = child.tag, child.get("class", "")
        if kind == "desc" and name == "value":
            child.tag = "title"
            child.attrib.clear()
        elif not isinstance(kind, str) or kind in ("defs", "desc") or name in ("background", "plot tooltip-overlay"):
            node.remove(child)
        else:
            _bare(child)
            if kind == "g" and not len(child):
                node.remove(child)


def _told(begins: tuple[str, ...], counts: tuple[tuple[int, int], ...], share: int | None) -> str:
    """What it shows, in a sentence."""
    known = [(when, done, total) for when, (done, total) in zip(begins, counts, strict=True) if total]
    if not known:
        return "Nothing was counted in these weeks."
    (first, *was), (last, *now) = known[0], known[-1]
    aimed = f" The target is {share} %." if share is not None else ""
    if len(known) == 1:
        return f"{was[0]} of {was[1]} in the week of {first}.{aimed}"
    return f"From {was[0]} of {was[1]} in the week of {first} to {now[0]} of {now[1]} in the week of {last}.{aimed}"
