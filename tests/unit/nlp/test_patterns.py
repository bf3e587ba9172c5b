import pytest

from nlp.inflect import family
from nlp.matching import PatternSet
from nlp.patterns import PatternError, read
from nlp.words import BREAK, plain, stream


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
    ],
)
def test_does_not_match(pattern, text):
    assert not hits(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    ["(a|b", "a)", "@nobody", "..", "<n>", "[maybe]", "^ $", "really", "(um|a b)", "a | b", "", "(a|) b", "~ a"],
)
def test_says_what_is_wrong(pattern):
    with pytest.raises(PatternError, match=r".+"):
        read(pattern)


def test_a_pattern_that_explodes_is_refused():
    with pytest.raises(PatternError, match="forms"):
        read(" ".join(["(a b|c d e|f)"] * 9))


def test_gap_does_not_make_a_phrase_pattern_but_plain_words_do():
    assert read("a (b|c)").phrases() == [["a", "b"], ["a", "c"]]
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


def test_words_keep_their_places():
    text = "Um, we can't — really — pay 12%."
    words = stream([text])
    kept = [(w, text[b:e]) for w, b, e in zip(words.words, words.begins, words.ends, strict=True) if w != BREAK]
    assert kept == [("we", "we"), ("can", "can't"), ("not", "can't"), ("pay", "pay"), ("12", "12"), ("percent", "%")]


@pytest.mark.parametrize(
    ("written", "plainly"), [("I'm", "i am"), ("thats", "that is"), ("won't", "will not"), ("gonna", "going to")]
)
def test_contractions(written, plainly):
    assert list(plain(written)) == plainly.split()
