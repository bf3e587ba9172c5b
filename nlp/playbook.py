"""A playbook: what to listen for, as a folder of YAML files.

::

    playbook.yml      name; languages (codes of those it covers, English where none stands); lists (word lists for
                      @name); contexts (named sets of ``unless`` patterns); types of call
    tags/*.yml        one tag a file
    steps/*.yml       one step a file

A tag file: ``id``, ``title``, ``why`` (it matters), ``speaker`` (rep or customer), ``rules`` (each ``id``, ``say``:
patterns, any of which makes the tag; ``near``: patterns of which one must stand within NEAR words; ``unless``:
patterns of which none may stand so near; ``like``: how like known sentences of the tag it must be, by the classifier),
``unless``, ``unless_in`` (patterns, names of contexts) and ``like`` for all rules, and ``match`` / ``not_match``:
sentences that the tag must and must not mark. A step file: see :class:`nlp.rules.StepRule`.

Unknown keys are refused. The version of a playbook is the hash of its files' content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import TypeVar

from nlp.languages import names
from nlp.matching import PatternSet
from nlp.patterns import Pattern, PatternError, read
from nlp.rules import CompiledPlaybook, Rule, StepRule, TagRule, TypeRule, Use
from nlp.yamlfile import PlaybookError, Section, Text, open_file

T = TypeVar("T")


class _Patterns:
    """Reads patterns and numbers them; the same text is one pattern."""

    def __init__(self) -> None:
        self.lists: dict[str, tuple[str, ...]] = {}
        self.contexts: dict[str, frozenset[int]] = {}
        self.read: list[Pattern] = []
        self.uses: list[Use] = []
        self._unused: dict[str, int] = {}

    def add(self, file: Path, text: Text, *, stopping: bool = False) -> int:
        try:
            pattern = read(text.value, self.lists)
        except PatternError as error:
            raise PlaybookError(file, text.line, str(error)) from None
        if pattern.stops and not stopping:
            raise PlaybookError(file, text.line, f"{text.value!r}: '<' and '>' are for 'unless' and for contexts")
        self.read.append(pattern)
        self.uses.append(Use(stops=pattern.stops))
        return len(self.read) - 1

    def shared(self, file: Path, texts: Sequence[Text]) -> frozenset[int]:
        """Patterns that make no tag themselves."""
        for text in texts:
            if text.value not in self._unused:
                self._unused[text.value] = self.add(file, text, stopping=True)
        return frozenset(self._unused[text.value] for text in texts)

    def named(self, section: Section, key: str) -> frozenset[int]:
        out: frozenset[int] = frozenset()
        for name in section.texts(key):
            if name.value not in self.contexts:
                raise PlaybookError(section.file, name.line, f"no context {name.value!r} in playbook.yml")
            out |= self.contexts[name.value]
        return out


def load(folder: Path) -> CompiledPlaybook:
    """Load and compile a playbook. Raises :class:`PlaybookError`, naming file and line.

    Of several tags that can't be read it names every one; steps, which speak of tags, are read once these can be.
    """
    patterns = _Patterns()
    head = open_file(folder / "playbook.yml") if (folder / "playbook.yml").is_file() else None
    if head is None:
        raise PlaybookError(folder / "playbook.yml", 1, "a playbook needs this file")
    head.only("name", "languages", "lists", "contexts", "types")
    name = head.text("name")
    languages = _languages(head)
    patterns.lists.update({name: tuple(t.value for t in texts) for name, texts in _named(head, "lists")})
    patterns.contexts.update({name: patterns.shared(head.file, texts) for name, texts in _named(head, "contexts")})
    types = tuple(_type(section, patterns) for section in head.sections("types"))
    tag_files, step_files = sorted((folder / "tags").glob("*.yml")), sorted((folder / "steps").glob("*.yml"))
    tags = _each(tag_files, lambda number, section: _tag(section, number, patterns))
    ids = frozenset(t.id for t in tags)
    steps = tuple(
        sorted(_each(step_files, lambda _, section: _step(section, ids, patterns)), key=lambda s: (s.order, s.id))
    )
    _once([(t.id, folder / "tags" / t.file) for t in tags])
    _once([(s.id, folder / "steps" / s.file) for s in steps])
    return CompiledPlaybook(
        name=name,
        languages=languages,
        version=_version(folder, [head.file, *tag_files, *step_files]),
        tags=tags,
        steps=steps,
        types=types,
        contexts=dict(patterns.contexts),
        patterns=PatternSet(patterns.read),
        uses=tuple(patterns.uses),
        texts=tuple(p.text for p in patterns.read),
    )


def _each(files: Sequence[Path], made: Callable[[int, Section], T]) -> tuple[T, ...]:
    """What is made of each file. Raises :class:`PlaybookError` where one can't be read, with all the others."""
    found, wrong = [], []
    for number, file in enumerate(files):
        try:
            found.append(made(number, open_file(file)))
        except PlaybookError as error:
            wrong.append(error)
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
    return tuple(found)


def _languages(head: Section) -> tuple[str, ...]:
    if "languages" not in head.keys():  # noqa: SIM118  (a Section is no dict)
        return ("en",)
    codes = head.texts("languages")
    if not codes:
        raise head.error("'languages' names none: a playbook covers at least one", "languages")
    for code in codes:
        if code.value not in names():
            raise PlaybookError(head.file, code.line, f"no language has the code {code.value!r} (English is en)")
    return tuple(dict.fromkeys(code.value for code in codes))


def _named(head: Section, key: str) -> list[tuple[str, tuple[Text, ...]]]:
    section = head.section(key)
    return [(name, section.texts(name)) for name in section.keys()] if section else []  # noqa: SIM118


def _once(ids: Sequence[tuple[str, Path]]) -> None:
    seen: dict[str, Path] = {}
    for name, file in ids:
        if name in seen:
            raise PlaybookError(file, 1, f"{name!r} is already the id of {seen[name].name}")
        seen[name] = file


def _version(folder: Path, files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _tag(section: Section, number: int, patterns: _Patterns) -> TagRule:
    section.only("id", "title", "why", "speaker", "rules", "unless", "unless_in", "like", "match", "not_match")
    speaker = section.text("speaker")
    if speaker not in ("rep", "customer", "any"):
        raise section.error(f"speaker should be rep, customer or any, not {speaker!r}", "speaker")
    unless = patterns.shared(section.file, section.texts("unless")) | patterns.named(section, "unless_in")
    like = _likeness(section, 0.0)
    rules = tuple(_rule(entry, number, unless, like, patterns) for entry in section.sections("rules"))
    if not rules:
        raise section.error("a tag needs rules")
    return TagRule(
        section.text("id"),
        section.text("title"),
        section.text("why"),
        speaker,
        rules,
        section.texts("match"),
        section.texts("not_match"),
        section.file.name,
    )


def _rule(section: Section, tag: int, unless: frozenset[int], like: float, patterns: _Patterns) -> Rule:
    section.only("id", "say", "near", "unless", "unless_in", "like")
    near = patterns.shared(section.file, section.texts("near"))
    own = patterns.shared(section.file, section.texts("unless")) | patterns.named(section, "unless_in")
    say = tuple(patterns.add(section.file, text) for text in section.texts("say"))
    if not say and "like" not in section.keys():  # noqa: SIM118  (a Section is no dict)
        raise section.error("a rule needs patterns under 'say', or 'like'")
    rule = Rule(section.text("id"), say, near, unless | own if say else own, _likeness(section, like))
    for pattern in say:
        patterns.uses[pattern] = Use(tag, rule)
    return rule


def _likeness(section: Section, default: float) -> float:
    value = section.number("like", default)
    assert value is not None
    if value > 1:
        raise section.error("'like' is a likeness: from 0 to 1", "like")
    return value


def _type(section: Section, patterns: _Patterns) -> TypeRule:
    section.only("id", "why", "speaker", "needs", "first_turns", "last_turns", "say", "against", "like", "unanswered")
    first, last = section.number("first_turns"), section.number("last_turns")
    return TypeRule(
        section.text("id"),
        section.text("why"),
        section.text("speaker", "any"),
        int(section.number("needs", 1) or 1),
        None if first is None else int(first),
        None if last is None else int(last),
        frozenset(patterns.add(section.file, text) for text in section.texts("say")),
        patterns.shared(section.file, section.texts("against")),
        _likeness(section, 0.0),
        int(section.number("unanswered", 0) or 0),
    )


_STEP_KEYS = (
    *("id", "title", "why", "order", "evidence", "part", "at_least", "first_s", "last_s", "first_share", "last_share"),
    *("before", "after", "applies_when", "at_end", "instead", "nearly", "perhaps", "said", "match", "not_match"),
)


def _step(section: Section, tags: frozenset[str], patterns: _Patterns) -> StepRule:
    section.only(*_STEP_KEYS)

    def known(key: str, names: Container[str], what: str = "tag") -> frozenset[str]:
        texts = section.texts(key)
        for text in texts:
            if text.value not in names:
                raise PlaybookError(section.file, text.line, f"no {what} {text.value!r} in this playbook")
        return frozenset(text.value for text in texts)

    def share(key: str) -> float | None:
        value = section.number(key)
        if value is not None and not 0 <= value <= 1:
            raise section.error(f"{key!r} is a share of the call: from 0 to 1", key)
        return value

    bounds = tags | patterns.contexts.keys()
    instead = section.text("instead", "")
    if instead and instead not in patterns.contexts:
        raise section.error(f"no context {instead!r} in playbook.yml", "instead")

    said = section.section("said")
    if said is None:
        raise section.error("a step needs 'said': a sentence for each verdict")
    sentences = {result: said.text(result) for result in ("done", "missed", "cannot_tell", "not_applicable")}
    sentences |= {key: said.text(key) for key in said.keys()}  # noqa: SIM118  (a Section is no dict)
    return StepRule(
        section.text("id"),
        section.text("title"),
        section.text("why"),
        int(section.number("order", 0) or 0),
        known("evidence", tags),
        section.text("part", ""),
        int(section.number("at_least", 1) or 1),
        section.number("first_s"),
        section.number("last_s"),
        share("first_share"),
        share("last_share"),
        known("before", bounds, "tag or context"),
        known("after", bounds, "tag or context"),
        section.text("applies_when", ""),
        section.text("at_end", "no") == "yes",
        instead,
        patterns.shared(section.file, section.texts("nearly")),
        patterns.shared(section.file, section.texts("perhaps")),
        sentences,
        section.texts("match"),
        section.texts("not_match"),
        section.file.name,
    )
