"""A table of people, as a spreadsheet or a company's directory writes it: CSV, its first line names the columns."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import Any

from pipeline import countries
from pipeline.errors import BadInput

COLUMNS = {
    "name": "name",
    "full name": "name",
    "display name": "name",
    "first name": "first",
    "given name": "first",
    "last name": "last",
    "surname": "last",
    "family name": "last",
    "e-mail": "email",
    "email": "email",
    "mail": "email",
    "e-mail address": "email",
    "email address": "email",
    "team": "team",
    "department": "team",
    "group": "team",
    "aliases": "aliases",
    "alias": "aliases",
    "slack": "slack",
    "slack id": "slack",
    "role": "role",
    "country": "country",
    "country code": "country",
    "country/region": "country",
    "time zone": "zone",
    "timezone": "zone",
    "zone": "zone",
    "tz": "zone",
}
ROLES = {
    "rep": "rep",
    "sales rep": "rep",
    "seller": "rep",
    "agent": "rep",
    "member": "rep",
    "manager": "manager",
    "sales manager": "manager",
    "lead": "manager",
    "team lead": "manager",
    "coach": "manager",
    "admin": "admin",
    "administrator": "admin",
    "owner": "admin",
}
_BRACKETS = re.compile(r"\s*[\[(].*?[\])]\s*$")  # Google writes "Email Address [Required]"
Row = dict[str, Any]


def decoded(content: bytes, name: str) -> str:
    """The text of a file. Raises BadInput where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8; save it as “CSV UTF-8”") from error


def read(text: str, name: str) -> tuple[list[Row], list[str]]:
    """The people of a table, and the columns that were not understood. Several aliases have ; or | between them.

    A column that is there and empty says that there is nothing (None), one that is missing says nothing; an empty role
    says nothing either. `name`: what the table is called in errors. Raises BadInput, with the line where it can.
    """
    first = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.reader(StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(table, [])]
        columns = [COLUMNS.get(_BRACKETS.sub("", cell).casefold()) for cell in header]
        if "name" not in columns and "first" not in columns:
            raise BadInput(f"{name}: the first line has to name the columns, and one of them is “name”")
        rows = [(table.line_num, row) for row in table if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(f"{name}, line {table.line_num}: {error}") from error
    people = []
    for line, row in rows:
        cells = {column: "" for column in columns if column}
        for column, cell in zip(columns, row, strict=False):
            if column:
                cells[column] = cells[column] or " ".join(cell.split())
        try:
            people.append(_person(cells))
        except BadInput as error:
            raise BadInput(f"{name}, line {line}: {error.detail}") from error
    return people, [cell for cell, column in zip(header, columns, strict=True) if column is None and cell]


def _person(cells: dict[str, str]) -> Row:
    parts = (cells.pop("first", ""), cells.pop("last", ""))
    person: Row = {column: cell or None for column, cell in cells.items()}
    person["name"] = person.get("name") or " ".join(part for part in parts if part)
    if not person["name"]:
        raise BadInput("nobody is named there")
    if "aliases" in person:
        aliases = (person["aliases"] or "").replace("|", ";").split(";")
        person["aliases"] = [alias.strip() for alias in aliases if alias.strip()]
    if told := person.pop("role", None):
        if told.casefold() not in ROLES:
            raise BadInput(f"{told!r} is no role: write rep, manager or admin")
        person["role"] = ROLES[told.casefold()]
    for column, understood in (("country", countries.country), ("zone", countries.zone)):
        if person.get(column):
            person[column] = understood(person[column])
    return person
