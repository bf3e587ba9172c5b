"""A quiz as GIFT, the text format that Moodle and others read. Sound can't go along: what is heard stands as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from clips_api.asking import Option
from clips_api.masking import hide
from clips_api.questions import Kind, Own

_SPECIAL = re.compile(r"[\\~=#{}:]")
PAIRS = 3  # what Moodle needs to match; fewer are put in order by choosing

Say = Callable[[str], str]


def gift(title: str, questions: Sequence[Kind], *, mask: bool) -> str:
    """The questions of a quiz, each with its explanation; `mask`: with personal data hidden."""

    def say(text: str) -> str:
        return escaped(hide(text) if mask else text)

    category = re.sub(r"[^\w]+", "_", hide(title) if mask else title).strip("_") or "quiz"
    told = [_question(number, one, say) for number, one in enumerate(questions, 1)]
    return "\n\n".join([f"$CATEGORY: Exemplar/{category}", *told]) + "\n"


def escaped(text: str) -> str:
    """A text in which nothing means anything to GIFT: no blank line ends the question, no arrow makes a pair."""
    plain = text.replace("\r\n", "\n").replace("->", "→").strip()
    return _SPECIAL.sub(r"\\\g<0>", plain).replace("\n", "\\n")


def _question(number: int, one: Kind, say: Say) -> str:
    heard = [f"{line.who}: “{line.text}”" for line in one.clip.heard] if one.clip else []
    text = "\n".join([*heard, "", one.text] if heard else [one.text])
    after = [one.explanation]
    if isinstance(one, Own) and one.look_for:
        after.append("Look for: " + "; ".join(one.look_for))
    told = say(" ".join(part for part in after if part))
    body = _answers(one, say) + ([f"####{told}"] if told else [])
    lines = "".join(f"\n\t{line}" for line in body)
    named = say(f"{number}. {one.text.splitlines()[0][:80] if one.text else one.name}")
    return f"// {one.id}, {one.name}\n::{named}::[plain]{say(text)} {{{lines}{'' if not lines else chr(10)}}}"


def _answers(one: Kind, say: Say) -> list[str]:
    options: Sequence[Option] = getattr(one, "options", ())
    right = one.right_ids()
    if one.way == "one":
        return [_option("=" if it.id in right else "~", it, say) for it in options]
    if one.way == "many":
        share = f"{100 / len(right):.5f}".rstrip("0").rstrip(".") if right else "0"
        return [_option(f"~%{share}%" if it.id in right else "~%-100%", it, say) for it in options]
    if one.way == "order":
        if len(options) >= PAIRS:
            return [f"={number} -> {say(it.text)}" for number, it in enumerate(options, 1)]
        ways = [", then ".join(it.text for it in some) for some in (options, tuple(reversed(options)))]
        return [f"{sign}{say(way)}" for sign, way in zip("=~", ways, strict=True)]
    return []


def _option(sign: str, option: Option, say: Say) -> str:
    """One answer. A percentage at its beginning would be taken for its weight, so the weight stands before it."""
    text, why = say(option.text), say(option.why)
    weight = {"=": "%100%", "~": "%0%"}.get(sign, "") if text.startswith("%") else ""
    return f"{sign}{weight}{text}" + (f"#{why}" if why else "")
