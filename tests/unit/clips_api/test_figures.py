"""Figures in words: units, formulae beside them, reasons where there are none."""

from __future__ import annotations

import pytest

from clips_api.figures import rows, unclear
from nlp import metrics

SIDE = {"talk_share": 0.564, "longest_monologue_s": 72.1, "patience_s": 0.84, "questions": 3, "words_per_minute": 151.2}


def test_each_side_has_its_value_beside_the_formula():
    found = {
        row.about.id: row
        for row in rows({"rep": SIDE, "customer": SIDE | {"questions": 1}, "switches_per_minute": 7.24})
    }
    assert [value.text for value in found["questions"].values] == ["3", "1"]
    assert [
        found[name].values[0].text for name in ("talk_share", "longest_monologue_s", "patience_s", "words_per_minute")
    ] == [
        "56 %",
        "1:12",
        "0.8 s",
        "151 a minute",
    ]
    assert [value.text for value in found["switches_per_minute"].values] == ["7.2 a minute"]
    assert all(row.about.formula for row in found.values())
    assert "fillers" not in found, "an analysis made before there was such a figure says nothing of it"


def test_where_there_is_no_figure_there_is_the_reason():
    reasons = {"rep": "It is not known who said what.", "customer": "It is not known who said what."}
    found = {"rep": None, "customer": None, "reasons": reasons}
    assert unclear(found) == "It is not known who said what."
    assert {value.why for row in rows(found) for value in row.values} == {"It is not known who said what."}
    one = {"rep": SIDE | {"patience_s": None}, "customer": SIDE, "reasons": {"rep.patience_s": "It never answers."}}
    (row,) = [row for row in rows(one) if row.about.id == "patience_s"]
    assert [(value.text, value.why) for value in row.values] == [(None, "It never answers."), ("0.8 s", "")]
    assert unclear(one) == ""
    assert unclear({"rep": None})


@pytest.mark.parametrize("name", [name for of, name in metrics.figures() if of == "side"])
def test_every_figure_of_a_side_is_shown(name):
    assert [row.about.id for row in rows({"rep": {name: 2}, "customer": {name: 2}})] == [name]
