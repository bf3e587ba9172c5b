"""Which numbers are telephone numbers."""

from __future__ import annotations

import re

import phonenumbers

from nlp.pii.lexicon import words

SHORTEST, LONGEST = 7, 15  # digits
NAMED = 11  # digits at most where it is called a phone but begins with no "+"
_AMERICAN = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
_BRITISH = re.compile(r"447\d{9}")  # its "plus" not said
_LOCAL = re.compile(r"\d{3}[-.]\d{4}")
_NONE = re.compile(r"0?1?23456|1{7}|2{7}|0{7}")  # counting, filling in


def is_phone(digits: str, *, plus: bool, named: bool, written: str, parts: int) -> bool:
    """Whether digits are a telephone number.

    `plus`: an international prefix was said or written; `named`: it was called one; `written`: as it stands in the
    text; `parts`: in how many groups. One run of ten digits without a name may be anything.
    """
    if not SHORTEST <= len(digits) <= LONGEST or _NONE.match(digits):
        return False
    if plus or digits.startswith("00") or _BRITISH.fullmatch(digits):
        return _possible("+" + digits.removeprefix("00"), None)
    if named:
        return len(digits) <= NAMED or _possible("+" + digits, None)
    if _LOCAL.fullmatch(written):
        return True
    if digits.startswith("0"):
        return 9 <= len(digits) <= NAMED and any(_possible(digits, region) for region in words()["regions"])
    return parts > 1 and _AMERICAN.fullmatch(digits) is not None


def _possible(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
