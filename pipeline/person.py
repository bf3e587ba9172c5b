"""How people are called: the same person's name written in several ways."""

from __future__ import annotations

import re

from nlp.words import plain

_SHORT = 3  # letters; a shorter first name is taken for an initial
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")  # recorders write AnnaB
_PARTS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001  names are written with either


def parts(name: str | None) -> tuple[str, ...]:
    """The words of a name in lower case: "AnnaB" and "Anna B." are anna, b. What stands in brackets is no name."""
    bare = re.sub(r"\(.*?\)|\[.*?\]", " ", name or "").partition("@")[0]
    return tuple(part.casefold() for part in _PARTS.findall(_CAMEL.sub(" ", bare)))


def called(name: str | None, *others: str | None) -> tuple[str, ...]:
    """What somebody of this name is called in speech: the whole name and the first; none that `others` share."""
    own = parts(name)
    shared = {word for other in others for word in parts(other)}
    if not own or len(own[0]) < _SHORT or own[0] in shared or plain(own[0]) != (own[0],):
        return ()
    return tuple(dict.fromkeys((own[0], " ".join(word for word in own if plain(word) == (word,)))))


def same(one: str | None, other: str | None) -> bool:
    """Whether two names can be one person's: equal first names, and of the rest what both give agrees.

    An initial agrees with the name it begins. No first name of one or two letters is enough by itself.
    """
    mine, theirs = parts(one), parts(other)
    if not mine or not theirs or mine[0] != theirs[0]:
        return False
    if mine == theirs:
        return True
    if len(mine[0]) < _SHORT:
        return False
    if min(len(mine), len(theirs)) == 1:
        return True
    return mine[-1].startswith(theirs[-1]) or theirs[-1].startswith(mine[-1])
