"""What documents that leave Exemplar are checked against: tests/schemas/README.md says where each schema comes from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, Draft7Validator, FormatChecker
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

SCHEMAS = Path(__file__).parent / "schemas"
PUBLISHED = "urn:tin-can"


def statement() -> Validator:
    """An xAPI statement, with the published schema and the patterns that are published with it."""
    checker = FormatChecker(formats=())
    for name, pattern in _read("tin-can/formats.json").items():
        checker.checks(name)(_matches(pattern))
    published = DRAFT4.create_resource(_read("tin-can/1.0.1.json"))
    registry: Registry[Any] = Registry().with_resource(PUBLISHED, published)
    return Draft4Validator({"$ref": f"{PUBLISHED}#statement"}, registry=registry, format_checker=checker)


def vcon() -> Validator:
    """A vCon, times and all."""
    return Draft7Validator(_read("vcon.json"), format_checker=Draft7Validator.FORMAT_CHECKER)


def _read(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text("utf-8"))


def _matches(pattern: str) -> Any:
    told = re.compile(pattern)
    return lambda value: not isinstance(value, str) or told.search(value) is not None
