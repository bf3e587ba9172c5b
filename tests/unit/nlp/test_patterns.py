import collections
import itertools
import json
import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher
from spacy.tokens import Doc

from nlp.analyse import DEFAULT
from nlp.check import check
from nlp.inflect import family
from nlp.matching import PatternSet
from nlp.patterns import GAPS, NUMBER, Choice, PatternError, read
from nlp.words import BREAK, stream, vocabulary
from tests.places import ROOT, SAMPLES

PAGE = ROOT / "docs" / "playbook.md"


def hits(pattern, text, **lists):
    words = stream([text])
    return [" ".join(words.words[h.start : h.end]) for h in PatternSet([read(pattern, lists)]).find(words)]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("don't have", "We do not have it"),
        ("do not have", "we DONT, um, really have it"),
        ("(too|so) expensive", "That's so expensive!"),
        ("too [very] dear", "too dear"),
        ("~sign the contract", "she signed the contract"),
        ("run it by @boss", "I'd run it by head office"),
        ("save <n>", "we save twenty five a month"),
        ("save <n> percent", "it saves, er, save 12.5% of it"),
        ("cut * in half", "cut costs in half"),
        ("until .. spring", "until the end of spring"),
        ("^ not now", "I see. Not now."),
        ("no budget $", "There's no budget. Sorry."),
        ("what happens next ?", "so what happens next"),
        ("call me back", "call, you know, me back"),
        ("it is fine", "its fine"),
        ("on prem", "We're on-prem here"),
        ("can not see", "I can’t see it"),
        ("~rise by <n>", "it rose by 12,5"),
        ("a … b", "a c d e f b"),
        ("need [a|some] .. time", "we need some more time"),
    ],
)
def test_matches(pattern, text):
    assert hits(pattern, text, boss=["boss", "head office"])


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("too expensive", "It was too. Expensive cars are nice."),
        ("until .. spring", "until we have all of the money next spring"),
        ("^ not now", "surely not now"),
        ("no budget $", "no budget left"),
        ("you agree ?", "I hope you agree."),
        ("save <n>", "save money"),
        ("cut * in half", "cut in half"),
        ("need [a|some] time", "need more time"),
        ("~rise", "rice"),
    ],
)
def test_does_not_match(pattern, text):
    assert not hits(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a|b",
        "a)",
        "@nobody",
        "..",
        "<n>",
        "[maybe]",
        "^ $",
        "really",
        "(um|a b)",
        "a | b",
        "",
        "(a|) b",
        "~ a",
        "a ^ b",
        "a $ b",
        "a ? b",
    ],
)
def test_says_what_is_wrong(pattern):
    with pytest.raises(PatternError, match=r".+"):
        read(pattern)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("ask @bos", "do you mean @boss"),
        ("ask @nobody", "no list 'nobody'"),
        ("ask @nested", "a list may not use another"),
        ("is it ? now", "can only stand at the end"),
        ("a ~ b", "needs a word right behind it"),
        ("now ^ then", "only stand at the beginning"),
        ("(a|b", "expected"),
    ],
)
def test_the_message_helps(pattern, words):
    with pytest.raises(PatternError, match=words):
        read(pattern, {"boss": ["boss"], "nested": ["my @boss"]})


def test_a_hit_is_as_long_as_it_can_be_and_not_found_twice():
    assert hits("a [b] .. c", "a b c d c, a c") == ["a b c d c", "a c"]
    assert hits("save <n>", "save one hundred and save two") == ["save one hundred", "save two"]


def test_choices_are_not_multiplied_out():
    pattern = " ".join(["(a b|c d e|f g)"] * 9)
    assert read(pattern).phrases() is None
    text = "c d e f g a b f g c d e f g a b f g a b"
    assert hits(pattern, text) == [text]


def test_gap_does_not_make_a_phrase_pattern_but_plain_words_do():
    assert read("a (b|c)").phrases() == [("a", "b"), ("a", "c")]
    assert read("a .. b").phrases() is None


def test_a_long_sentence_is_read_in_stretches():
    assert hits("needle .. stack", "hay straw " * 500 + "needle in the stack" + " hay straw" * 500) == [
        "needle in the stack"
    ]


def test_families():
    assert {"stop", "stops", "stopped", "stopping"} == set(family("stop"))
    assert {"try", "tries", "tried", "trying"} == set(family("try"))
    assert "frozen" in family("freeze")
    assert "priced" in family("price")


def ways(row):
    """Every way to say a row, choices multiplied out."""
    options = [
        [way for option in token.rows for way in ways(option)] + [[]] * (not token.needed)
        if isinstance(token, Choice)
        else [[token]]
        for token in row
    ]
    return [list(itertools.chain.from_iterable(parts)) for parts in itertools.product(*options)]


def reference(patterns):
    """The same patterns for spaCy's Matcher, token by token: slow, and nothing of ours in it."""

    def spec(token):
        if isinstance(token, frozenset):
            return {"ORTH": {"IN": sorted(token)}}
        if token in GAPS:
            return {"IS_PUNCT": False, "OP": f"{{{GAPS[token][0]},{GAPS[token][1]}}}"}
        return {"LIKE_NUM": True, "OP": "+"} if token == NUMBER else {"ORTH": BREAK}

    matcher = Matcher(vocabulary(), validate=False)
    for number, pattern in enumerate(patterns):
        matcher.add(str(number), [[spec(token) for token in way] for way in ways(pattern.row)])
    return matcher


def every_by_reference(patterns, words):
    """Every match of each pattern in each sentence: its length and where it begins, negated."""
    matcher, doc, best = reference(patterns), Doc(vocabulary(), words=words.words), {}
    for number, place in enumerate(words.sentences):
        for key, start, end in matcher(doc[place.start - 1 : place.end + 1]):
            begin, stop = max(place.start, place.start - 1 + start), min(place.end, place.start - 1 + end)
            best.setdefault((number, int(vocabulary().strings[key])), set()).add((stop - begin, -begin))
    return best


def longest_by_reference(patterns, words):
    return {key: max(spans) for key, spans in every_by_reference(patterns, words).items()}


def longest(patterns, words):
    best = collections.defaultdict(list)
    for hit in PatternSet(patterns).find(words):
        best[hit.sentence, hit.pattern].append((hit.end - hit.start, -hit.start))
    return {key: max(spans) for key, spans in best.items()}


def test_the_default_playbook_finds_what_the_token_matcher_finds(playbook):
    lists = playbook_lists()
    patterns = [p for text in playbook.texts[::30] if not (p := read(text, lists)).asks]
    texts = [t["text"] for f in sorted((SAMPLES / "truth").glob("*.json")) for t in json.loads(f.read_text())["turns"]]
    words = stream(texts[::4])  # the reference takes its time
    found = longest(patterns, words)
    assert len(found) > 3
    assert found == longest_by_reference(patterns, words)


def playbook_lists():
    return yaml.safe_load((DEFAULT / "playbook.yml").read_text(encoding="utf-8"))["lists"]


pieces = st.sampled_from(
    ["a", "b", "c", "(a|b)", "[a|c]", "[b c]", "(a|a b|a [..] c)", "[b|c ..]", "*", "..", "...", "<n>", "(a b|c)"]
)
said = st.lists(st.sampled_from(["a", "b", "c", "d", "two", "5", "."]), max_size=14).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=5), st.tuples(st.booleans(), st.booleans()), said)
@example(["[b|c ..]", "c"], (False, False), "b c a c")
def test_any_pattern_is_found_where_the_token_matcher_finds_it(parts, ends, text):
    """Matches that overlap are told once, the one that begins first; there may be a longer one within its reach."""
    try:
        pattern = read(" ".join(["^"] * ends[0] + parts + ["$"] * ends[1]))
    except PatternError:
        return
    words = stream([text])
    found, wanted = longest([pattern], words), every_by_reference([pattern], words)
    assert found.keys() == wanted.keys()
    assert all(span in wanted[key] for key, span in found.items())


@pytest.mark.parametrize(
    "text",
    [
        " ... ".join(["(alpha|beta)"] * 9) + " ... zebra",
        " ".join(["[alpha|beta]"] * 22) + " zebra",
        "<n> " * 6 + "zebra",
        "(" * 2000,
    ],
)
def test_a_pattern_that_could_take_for_ever_is_refused(text):
    with pytest.raises(PatternError, match="too many"):
        read(text)


def test_the_worked_example_of_the_docs_holds(tmp_path):
    tag, head = re.findall(r"```yaml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "delivery.yml").write_text(tag, encoding="utf-8")
    (tmp_path / "playbook.yml").write_text(head, encoding="utf-8")
    assert check(tmp_path) == ()


def test_every_mark_is_in_the_docs():
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)`", page[page.index("| mark |") :], re.MULTILINE)
    assert {"(a\\|b c)", "[a\\|b]", "~word", "@list", "<n>", "*", "..", "...", "^", "?"} <= set(rows)
