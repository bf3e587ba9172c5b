"""`exemplar people import FILE.csv`: people from a table, as a spreadsheet or a directory writes it."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline import settings
from pipeline.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="Say who is who.")
COLUMNS = {
    "name": "name",
    "e-mail": "email",
    "email": "email",
    "mail": "email",
    "team": "team",
    "aliases": "aliases",
    "alias": "aliases",
    "slack": "slack",
    "slack id": "slack",
}


@app.callback()
def _people() -> None:
    """Say who is who."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns name, e-mail, team, aliases, slack.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="The data folder; else EXEMPLAR_DATA, else ./data.")
    ] = None,
) -> None:
    """Add people, or change those with the same e-mail address (needs a running Exemplar)."""
    from pipeline.client import Client
    from pipeline.library import Library

    console = Console(highlight=False)
    people, ignored = read(file)
    kept = Client(Library(settings.load(data).data)).put("/api/v1/people", {"people": people})
    if ignored:
        console.print(f"Columns that mean nothing here: {', '.join(ignored)}", markup=False)
    added, changed = len(kept["added"]), len(kept["changed"])
    console.print(f"{added} added, {changed} changed, {kept['total']} known now", markup=False)


def read(file: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The people of a CSV file, and the columns that were not understood. Several aliases have ; or | between them.

    Raises BadInput, with the line where it can.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not UTF-8; save it as “CSV UTF-8”") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(table, [])]
        columns = [COLUMNS.get(cell.lower()) for cell in header]
        if "name" not in columns:
            raise BadInput(f"{file}: the first line has to name the columns, and one of them is “name”")
        rows = [(table.line_num, row) for row in table if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(f"{file}, line {table.line_num}: {error}") from error
    people = []
    for line, row in rows:
        person: dict[str, Any] = {}
        for column, cell in zip(columns, row, strict=False):
            if column and cell.strip():
                person[column] = cell.strip()
        if "name" not in person:
            raise BadInput(f"{file}, line {line}: nobody is named there")
        aliases = person.get("aliases", "").replace("|", ";").split(";")
        people.append(person | {"aliases": [alias.strip() for alias in aliases if alias.strip()]})
    return people, [cell for cell, column in zip(header, columns, strict=True) if column is None and cell]
