"""Personal data: how numbers are read out over turns, where spans stand, and that odd text does no harm."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.findings import Turn, Word
from nlp.pii import KINDS, spans


def found(*said: str, sides: str = "") -> list[tuple[str, str]]:
    """Kind and words of what is found in turns; `sides` says who speaks: "crc"."""
    names = {"c": "customer", "r": "rep"}
    turns = [Turn(names.get(sides[i : i + 1], "unknown"), text) for i, text in enumerate(said)]
    return [(one.kind, turns[one.turn].text[one.start_char : one.end_char]) for one in spans(turns)]


def without(said: str) -> str:
    """What is left of a turn when the words found in it are taken out."""
    for _, words in found(said):
        said = said.replace(words, "", 1)
    return said


@pytest.mark.parametrize("sides", ["crcrcrc", ""])
def test_a_card_told_in_groups_that_the_rep_repeats(sides):
    said = ("It's 4242.", "4242.", "Four two four two.", "Yes, 4242.", "42 42", "okay", "double four no wait")
    assert found(*said[:2], *said[2:6], "4242", sides=sides) == [
        ("card", "4242"), ("card", "4242"), ("card", "Four two four two"), ("card", "4242"), ("card", "42 42"), ("card", "4242"),
    ]  # fmt: skip


def test_the_rep_may_ask_for_the_next_part():
    said = ("My card is 4111 1111", "and the next four?", "1111", "and the last?", "one one one one")
    assert [words for _, words in found(*said, sides="crcrc")] == ["4111 1111", "1111", "one one one one"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("my card number is four two four two four two four two four two four two four two four two", "card"),
        ("4111, uh, 1111, and then 1111, 1111", "card"),
        ("G B two nine N W B K six oh one six one three three one nine two six eight one nine", "bank"),
        ("my social is double one two, three four, five six seven eight", "national_id"),
        ("CPF 390.533.447-05", "national_id"),
        ("oh seven seven double oh nine hundred one two three", "phone"),
        ("j-a-n-e dot doe at example dot co dot uk", "email"),
        ("jane underscore doe at example dot com", "email"),
        ("I live at twenty two maple street", "address"),
        ("the zip is nine oh two one oh", "address"),
        ("My address is 12 High Street, Leeds", "address"),
        ("my mobile is 353 87 123 4567", "phone"),
        ("my account number is 5577, hang on, 9911", "bank"),
        ("born on the fourth of May nineteen eighty two", "birth_date"),
    ],
)
def test_each_kind_as_it_is_said(said, kind):
    assert [one for one, _ in found(said)] == [kind]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Four two six three, nine eight two six, uh, forty forty six, no sorry, four oh two six, nine two nine nine.",
            ".",
        ),
        ("The card number is 4263 9826 4046, no, sorry, 4026 9299.", "The card number is ."),
        ("The social is five three six, two three, no wait, two two, eight seven two six.", "The social is ."),
        ("My social is 53623 no sorry 22 8726", "My social is  no sorry "),
        ("It's six fifty, two fifty three, I mean, two fifty four, double oh double oh.", "It's ."),
        ("My number is 415 867 5309, no sorry, 415 867 5308.", "My number is , no sorry, ."),
        ("My account number is 5518 2064, make that, 2047.", "My account number is ."),
        ("It's 117, no sorry, 119, Birchwood Drive.", "It's 117, no sorry, ."),
        ("We had 200, no sorry, 300 seats and 40 rooms.", "We had 200, no sorry, 300 seats and 40 rooms."),
        ("The order is 48213, no sorry, 48231.", "The order is 48213, no sorry, 48231."),
    ],
)
def test_what_is_taken_back_goes_with_what_stands_for_it(said, shown):
    assert without(said) == shown


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("It's eight hundred, two seven five, two two seven three, that's my office line.", ["phone"]),
        ("For the direct debit, my account is 5518 2047, sort code 40 11 60.", ["bank", "bank"]),
        ("You can text me at six one seven, two five three, one thousand.", ["phone"]),
        ("It's T as in Tango, O, M, at B R I G H T water dot I O.", ["email"]),
        ("My mobile is double oh four nine, one seven six, uh, three oh five, double two, one eight four.", ["phone"]),
        ("Your policy number is 4000 2234 and my mobile is 07911 123456.", ["phone"]),
        ("Your claim number is 19 0044 8127.", []),
        ("The claim is number six six oh one two nine eight.", []),
        ("We pay for 415 867 one thousand times a day.", []),
        ("The last four of my social are 4 4 2 1.", ["national_id"]),
        ("The last four of your social security number, please? Uh, forty four twenty one.", ["national_id"]),
        ("The last four of the order are 4421, and we have 4421 seats.", []),
    ],
)
def test_what_a_number_is_called_beside_it(said, kinds):
    assert [kind for kind, _ in found(said)] == kinds


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("It's N for November, P for Papa, one two three four five six, C for Charlie.", "It's ."),
        ("my ni number is n as in november p as in papa 12 34 56 d as in delta thanks", "my ni number is  thanks"),
        ("The postcode is S for sugar, W for whisky, one A, one A for Alpha, A for Alpha.", "The postcode is ."),
        ("My reference is A for apple, 44, B for Bob.", "My reference is A for apple, 44, B for Bob."),
        ("I for instance have 12 vans, B for Bob.", "I for instance have 12 vans, B for Bob."),
    ],
)
def test_letters_are_spelt_with_words(said, shown):
    assert without(said) == shown


def test_times_and_counts_are_nothing_personal():
    assert found("call me between 9 30 and 10 15") == []
    assert found("Call me between nine thirty and ten fifteen.") == []
    assert found("The NHS has 1,400,000 staff.") == []
    assert found("the NHS has 1400000 staff") == []
    assert found("call me at 9 30 on 020 7946 0018") == [("phone", "020 7946 0018")]
    assert found("Ring me on 2030, 1415.") == [("phone", "2030, 1415")]
    assert found("It cost 1,400,000 and my number is 020 7946 0018.") == [("phone", "020 7946 0018")]


def test_a_number_is_what_it_is_called():
    assert found("Order number 2025550142.") == []
    assert found("My phone number is 2025550142.") == [("phone", "2025550142")]
    assert found("My account number is 2025550142.") == [("bank", "2025550142")]
    assert found("2025550142") == []


def test_what_was_asked_for_may_come_a_little_later():
    waiting = ("Sure, one second.", "No problem.")
    assert found("What's your account number?", *waiting, "It's 55779911.", sides="rcrc") == [("bank", "55779911")]
    assert found("What's your e-mail?", *waiting, "jane at acme dot com", sides="rcrc") == [
        ("email", "jane at acme dot com")
    ]
    assert not found("What's your account number?", "I haven't got it here, can we go on?", "Sure.", "About 55779911.")


def test_a_card_needs_its_check_digit_or_its_name():
    assert found("It says 4111 1111 1111 1112.") == []
    assert found("It says 4111 1111 1111 1111.") == [("card", "4111 1111 1111 1111")]
    assert found("My card is 4111 1111 1111 1112.") == [("card", "4111 1111 1111 1112")]


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("my mobile is 07700 900123, yes, 07700 900123.", ["07700 900123", "07700 900123"]),
        ("It's 07700 900123. 020 7946 0958 in the evening.", ["07700 900123", "020 7946 0958"]),
        ("it's 4111 1111 1111 1111, sorry, 5500 0000 0000 0004", ["4111 1111 1111 1111", "5500 0000 0000 0004"]),
        ("it's 4111 1111 1111 1111. Right, yes, 07700 900123.", ["4111 1111 1111 1111", "07700 900123"]),
        ("LS1 4AP, 4111 1111 1111 1111", ["LS1 4AP", "4111 1111 1111 1111"]),
        ("LS1 4AP, 07700 900123", ["LS1 4AP", "07700 900123"]),
        ("My phone number is 07700 900123 and I'm at LS1 4AP.", ["07700 900123", "LS1 4AP"]),
        ("The order number is 48213, and 4111 1111 1111 1111.", ["4111 1111 1111 1111"]),
    ],
)
def test_two_numbers_one_after_the_other_are_both_hidden(said, numbers):
    assert [words for _, words in found(said)] == numbers


@pytest.mark.parametrize(
    ("said", "date"),
    [
        (["12.03.1980 is my birthday. Let's meet on the 4th of May"], "12.03.1980"),
        (["12th of March 1980 is my date of birth", "and the 5th of June works for the demo"], "12th of March 1980"),
        (["The 4th of May is fine, date of birth 12th of March 1980"], "12th of March 1980"),
        (
            [
                "Can you confirm your date of birth and the email address that we have on file for you, please?",
                "Yes, no problem at all, it's 12 March 1980.",
            ],
            "12 March 1980",
        ),
    ],
)
def test_the_date_that_is_called_a_birthday_is_hidden(said, date):
    assert found(*said) == [("birth_date", date)]


def test_what_follows_a_card_is_hidden_with_it():
    assert found("4111 1111 1111 1111, oh four twenty seven, one two three") == [
        ("card", "4111 1111 1111 1111, oh four twenty seven, one two three")
    ]


def test_times_come_from_the_words():
    words = tuple(
        Word(float(i), i + 0.5, text) for i, text in enumerate(["call", "me", "on", "202-555-0142", "please"])
    )
    (one,) = spans([Turn("customer", "call me on 202-555-0142 please", 0.0, 4.5, words)])
    assert (one.kind, one.start_char, one.end_char, one.start, one.end) == ("phone", 11, 23, 3.0, 3.5)


def test_offsets_are_code_points_whatever_stands_before():
    text = "İİ 🙂 ﬁ … jane.doe@example.com"
    (one,) = spans([Turn("customer", "Grüß Gott"), Turn("customer", text)])
    assert (one.turn, text[one.start_char : one.end_char]) == (1, "jane.doe@example.com")


TALK = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(["four", "one", "double", "oh", "4111", "dot", "at", "jane", "@", "born", "May", "4th", "street", "42", "Oak", ".", ",", "\n", "yes", "hundred", "A", "B", "plus", "+44"]),
    ),
    max_size=40,
)  # fmt: skip


@given(st.lists(TALK, max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_spans_within_turns_in_order_and_apart(talk):
    turns = [Turn("customer" if number % 2 else "rep", " ".join(words)) for number, words in enumerate(talk)]
    known = spans(turns)
    assert known == spans(turns)
    for one in known:
        assert one.kind in KINDS
        assert 0 <= one.start_char < one.end_char <= len(turns[one.turn].text)
    for one, other in itertools.pairwise(known):
        assert (one.turn, one.end_char) <= (other.turn, other.start_char)


@pytest.mark.parametrize(
    "word", ["seven", "dot", "at", "a", "4111", "a@b.c", "born", "4 oak street", "and", "double", "j dot at"]
)
def test_a_turn_of_thirty_thousand_words_ends(word):
    spans([Turn("customer", " ".join([word] * 30_000))])


def test_no_turns_and_empty_turns():
    assert spans([]) == ()
    assert spans([Turn("customer", ""), Turn("rep", "  "), Turn("customer", "")]) == ()
