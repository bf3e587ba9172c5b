"""What people type into the search box, and what of a text it marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.marks import marks, near_marks
from clips_api.query import LONGEST, Query, Term
from clips_api.words import words


def word(*said: str) -> tuple[Term, ...]:
    return (Term(said),)


def phrase(*said: str) -> tuple[Term, ...]:
    return (Term(said, "phrase"),)


@pytest.mark.parametrize(
    ("text", "groups", "without"),
    [
        ("too expensive", (word("too"), word("expensive")), ()),
        ('"too expensive" now', (phrase("too", "expensive"), word("now")), ()),
        ("“too expensive”", (phrase("too", "expensive"),), ()),
        ('a "b c', (word("a"), phrase("b", "c")), ()),
        ("budg*", ((Term(("budg",), "prefix"),),), ()),
        ("b*", (word("b"),), ()),
        ("price -cheap", (word("price"),), word("cheap")),
        ('price -"too cheap"', (word("price"),), phrase("too", "cheap")),
        ("on-prem", (phrase("on", "prem"),), ()),
        ("- price", (word("price"),), ()),
        ("-cheap", (), word("cheap")),
        ("price OR cost now", (word("price") + word("cost"), word("now")), ()),
        ("price | cost | fee", (word("price") + word("cost") + word("fee"),), ()),
        ("OR price OR", (word("price"),), ()),
        ("price AND cost", (word("price"), word("cost")), ()),
        ("price or cost", (word("price"), word("or"), word("cost")), ()),
        ('""', (), ()),
        ('? ! … * OR - " |', (), ()),
        ("\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET} 🙂", (word("\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}"),), ()),
    ],
)
def test_queries(text, groups, without):
    assert Query.parse(text) == Query(groups, without)


def test_a_query_too_long_says_so():
    assert not Query.parse("a " * 10).cut
    assert Query.parse("word " * LONGEST).cut


def test_names_are_also_looked_for_as_they_are_misheard():
    spellings = {("corbel",): (("core", "bell"),), ("juniper", "lane"): (("juniper", "line"), ("june", "appears"))}
    one = Query.parse("corbel price").heard_as(spellings)
    assert one.groups == ((Term(("corbel",)), Term(("core", "bell"), "phrase", "heard_as", "corbel")), word("price"))
    two = Query.parse("juniper lane").heard_as(spellings)
    assert [term.text for term in two.groups[0]] == ["juniper lane", "juniper line", "june appears"]
    assert Query.parse("juniper berry lane").heard_as(spellings) == Query.parse("juniper berry lane")
    assert Query.parse("corb*").heard_as(spellings) == Query.parse("corb*")


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("It's way over what we budgeted", "way over", ["way over"]),
        ("over there, way up", "way over", ["over", "way"]),
        ("It’s way, WAY over", '"its way"', ["It’s way"]),
        ("a b a b", '"a b" b', ["a b", "a b"]),
        ("the prices, and their pricing", "price", ["prices", "pricing"]),
        ("the prices, and their pricing", '"pricing"', ["pricing"]),
        ("budgets and a budgie", "budg*", ["budgets", "budgie"]),
        ("cheap or dear", "dear OR cheap", ["cheap", "dear"]),
        ("so what I need is a", '"is a price"', ["is a"]),
        ("price that we agreed", '"is a price"', ["price"]),
        ("cheap", "price -cheap", []),
        ("nothing", "zzz", []),
    ],
)
def test_marks(text, query, marked):
    assert [text[start:end] for start, end in marks(text, Query.parse(query))] == marked


def test_what_stands_in_for_a_word_is_marked_apart():
    query = Query(((Term(("corbel",)), Term(("core", "bell"), "phrase", "heard_as", "corbel")),))
    assert marks("at core bell and Corbel", query) == [(17, 23)]
    assert near_marks("at core bell and Corbel", query) == [(3, 12)]


@given(st.text(min_size=1))
def test_every_word_of_a_text_is_marked_in_it(text):
    for hit in words(text):
        assert marks(text, Query(((Term((hit.word,)),),)))
        assert marks(text, Query(((Term((hit.word,), "phrase"),),)))


@given(st.text(max_size=10_000))
def test_any_query_can_be_read(text):
    query = Query.parse(text)
    assert all(term.words for term in (*query.terms, *query.without))
    assert marks("any text at all", query) is not None
