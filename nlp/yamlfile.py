"""YAML read strictly: every value remembers its file and line, and keys that nobody asked for are refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import yaml

DEEPEST = 20  # lists and mappings inside each other


class PlaybookError(ValueError):
    """A playbook file is wrong; the message names the file and the line. ``others``: what is wrong with other files."""

    def __init__(self, file: Path, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file, self.line, self.problem = file, line, problem
        self.others: tuple[PlaybookError, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text and the line on which it stands."""

    value: str
    line: int


class Section:
    """A mapping of a YAML file. Say which keys are known (:meth:`only`), then take them."""

    def __init__(self, file: Path, node: yaml.Node, what: str) -> None:
        self.file, self.line, self.what = file, node.start_mark.line + 1, what
        if not isinstance(node, yaml.MappingNode):
            raise PlaybookError(file, self.line, f"{what} should be a list of keys and values")
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in self._nodes:
                raise PlaybookError(file, key.start_mark.line + 1, f"{name!r} stands twice in {what}")
            self._nodes[name], self._lines[name] = value, key.start_mark.line + 1

    def error(self, problem: str, key: str | None = None) -> PlaybookError:
        """An error at this key, or at the section's beginning."""
        return PlaybookError(self.file, self._lines.get(key or "", self.line), problem)

    def keys(self) -> tuple[str, ...]:
        """The keys that nobody has taken yet."""
        return tuple(self._nodes)

    def text(self, key: str, default: str | None = None) -> str:
        """Take one piece of text."""
        node = self._nodes.pop(key, None)
        if node is None:
            if default is None:
                raise self.error(f"{self.what} lacks {key!r}")
            return default
        return self._scalar(node, key).value

    def number(self, key: str, default: float | None = None) -> float | None:
        """Take one number."""
        node = self._nodes.pop(key, None)
        if node is None:
            return default
        value = self._scalar(node, key).value
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise self.error(f"{key!r} should be a number from 0 on, not {value!r}", key)
        return number

    def texts(self, key: str) -> tuple[Text, ...]:
        """Take a list of texts; none where the key is absent."""
        node = self._nodes.pop(key, None)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(f"{key!r} should be a list", key)
        return tuple(self._scalar(item, key) for item in node.value)

    def section(self, key: str) -> Section | None:
        """Take a mapping."""
        node = self._nodes.pop(key, None)
        return None if node is None else Section(self.file, node, f"{self.what}: {key}")

    def sections(self, key: str) -> tuple[Section, ...]:
        """Take a list of mappings."""
        node = self._nodes.pop(key, None)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(f"{key!r} should be a list", key)
        return tuple(Section(self.file, item, f"an entry of {key}") for item in node.value)

    def only(self, *known: str) -> Section:
        """Refuse other keys than these."""
        for key in self._nodes:
            if key not in known:
                raise self.error(f"unknown key {key!r} in {self.what}", key)
        return self

    def _scalar(self, node: yaml.Node, key: str) -> Text:
        if not isinstance(node, yaml.ScalarNode):
            raise PlaybookError(self.file, node.start_mark.line + 1, f"{key!r} should be plain text; quote it")
        return Text(node.value, node.start_mark.line + 1)


def open_file(file: Path) -> Section:
    """Read one YAML file as a section. Raises :class:`PlaybookError` where it is no YAML, or no mapping."""
    try:
        text = file.read_text(encoding="utf-8")
        _shallow(file, text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        raise PlaybookError(file, 1, "the file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlaybookError(file, line, f"not readable as YAML: {error.problem}") from None
    except yaml.YAMLError as error:  # a character that no text has
        raise PlaybookError(file, 1, f"not readable as YAML: {error}") from None
    if node is None:
        raise PlaybookError(file, 1, "the file is empty")
    return Section(file, node, "the file")


def _shallow(file: Path, text: str) -> None:
    """Refuse what is nested deeper than any playbook: the library's reader would take the process down with it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise PlaybookError(file, line, "nested too deep for a playbook")
