"""Edits of one line in a tag's file, leaving everything else as it was typed: comments, order, quotes."""

from __future__ import annotations

import json

import yaml

from nlp.words import stream
from pipeline.errors import BadInput

TEXT = "tag:yaml.org,2002:str"
TEMPLATE = """id: {id}
title: {title}
why: {why}
speaker: {speaker}
rules:
  - id: said
    say:
      - {pattern}
match:
  - {match}
not_match:
  - {not_match}
"""


def pattern_of(sentence: str) -> str:
    """The plainest pattern of what was said: the words of its longest sentence, as they are heard."""
    heard = stream([sentence])
    longest = max(heard.sentences, key=lambda one: one.end - one.start, default=None)
    return " ".join(heard.words[longest.start : longest.end]) if longest else ""


def add_phrase(text: str, rule: str, pattern: str, sentence: str = "") -> str:
    """A tag's file with one more pattern in a rule, and a sentence that it must match. Raises BadInput."""
    root = _root(text)
    for entry in _items(_child(root, "rules")):
        if _value(_child(entry, "id")) == rule:
            text = _append(text, _child(entry, "say"), pattern)
            return _with_example(text, "match", sentence)
    raise BadInput(f"there is no rule {rule!r} in this file")


def add_exception(text: str, pattern: str, sentence: str = "") -> str:
    """A tag's file with one more thing beside which none of its rules counts. Raises BadInput."""
    for rule in _items(_child(_root(text), "rules")):
        if _child(rule, "say") is None:  # it heeds no exceptions but its own
            text = _excepted(text, _value(_child(rule, "id")), pattern)
    return _with_example(_excepted(text, None, pattern), "not_match", sentence)


def _excepted(text: str, rule: str | None, pattern: str) -> str:
    """With one more exception of a rule, or (None) of all rules that have patterns."""
    node: yaml.Node | None = _root(text)
    if rule is not None:
        node = next(one for one in _items(_child(node, "rules")) if _value(_child(one, "id")) == rule)
    assert node is not None
    unless = _child(node, "unless")
    if unless is not None:
        return _append(text, unless, pattern)
    lines = text.splitlines(keepends=True)
    indent = " " * node.start_mark.column
    at = _line(node, "rules") if rule is None else _line(node, "id") + 1
    lines.insert(at, f"{indent}unless:\n{indent}  - {scalar(pattern)}\n")
    return "".join(lines)


def new_tag(*, id: str, title: str, why: str, speaker: str, pattern: str, match: str, not_match: str) -> str:  # noqa: A002
    """The file of a new tag with one rule."""
    given = {"title": title, "why": why, "pattern": pattern, "match": match, "not_match": not_match}
    return TEMPLATE.format(id=id, speaker=speaker, **{key: scalar(value) for key, value in given.items()})


def scalar(text: str) -> str:
    """A piece of text as YAML writes it on one line, quoted only where it must be."""
    words = " ".join(text.split())
    try:
        (plainly,) = _items(yaml.compose(f"- {words}", Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError):
        return _quoted(words)
    return words if plainly.tag == TEXT and _value(plainly) == words else _quoted(words)


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _with_example(text: str, key: str, sentence: str) -> str:
    if not sentence.strip():
        return text
    examples = _child(_root(text), key)
    if examples is not None:
        return _append(text, examples, sentence)
    return f"{text.rstrip()}\n{key}:\n  - {scalar(sentence)}\n"


def _append(text: str, node: yaml.Node | None, entry: str) -> str:
    """The text with one more entry at the end of a list that stands in it."""
    if not isinstance(node, yaml.SequenceNode):
        raise BadInput("there is no list to add this to")
    if node.flow_style or not node.value:
        at = text.rindex("]", node.start_mark.index, node.end_mark.index)
        return f"{text[:at]}{', ' if node.value else ''}{_quoted(' '.join(entry.split()))}{text[at:]}"
    last = node.value[-1]
    begins = text.rindex("-", 0, last.start_mark.index)  # of the last entry: the dash before it
    indent = " " * (begins - text.rfind("\n", 0, begins) - 1)
    line = text.find("\n", last.end_mark.index - 1)
    at = len(text) if line < 0 else line + 1
    lead = "" if text[:at].endswith("\n") else "\n"
    return f"{text[:at]}{lead}{indent}- {scalar(entry)}\n{text[at:]}"


def _root(text: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)  # the one that counts characters, not bytes
    except yaml.YAMLError as error:
        raise BadInput("the file is not readable as YAML") from error
    if not isinstance(node, yaml.MappingNode):
        raise BadInput("the file holds no tag")
    return node


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _line(node: yaml.Node, key: str) -> int:
    """The line on which a key stands, from 0."""
    for name, _ in node.value:
        if name.value == key:
            return int(name.start_mark.line)
    raise BadInput(f"the file has no {key!r}")


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _value(node: yaml.Node | None) -> str | None:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None
