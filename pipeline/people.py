"""`exemplar people import FILE.csv`: people from a table, as a spreadsheet or a directory writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline import directory, settings
from pipeline.errors import BadInput

app = typer.Typer(no_args_is_help=True, help="Say who is who.")


@app.callback()
def _people() -> None:
    """Say who is who."""


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="A CSV file: name, e-mail, team, aliases, role, country, time zone, slack."),
    ],
    data: Annotated[
        Path | None, typer.Option("--data", help="The data folder; else EXEMPLAR_DATA, else ./data.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would change, and change nothing.")] = False,  # noqa: FBT002
) -> None:
    """Add people, or change those with the same e-mail address (needs a running Exemplar)."""
    from pipeline.client import Client
    from pipeline.library import Library

    console = Console(highlight=False)
    people, ignored = read(file)
    client = Client(Library(settings.load(data).data))
    kept = (
        client.post("/api/v1/people/preview", {"people": people})
        if preview
        else client.put("/api/v1/people", {"people": people})
    )
    if ignored:
        console.print(f"Columns that mean nothing here: {', '.join(ignored)}", markup=False)
    added, changed = len(kept["added"]), len(kept["changed"])
    if preview:
        for name in kept["added"]:
            console.print(f"+ {name}", markup=False)
        for one in kept["changes"]:
            said = "; ".join(
                f"{it['field']}: {it['before'] or 'none'} → {it['after'] or 'none'}" for it in one["changes"]
            )
            console.print(f"~ {one['name']}: {said}", markup=False)
        console.print(f"{added} would be added, {changed} changed; nothing was", markup=False)
        return
    console.print(f"{added} added, {changed} changed, {kept['total']} known now", markup=False)


def read(file: Path) -> tuple[list[directory.Row], list[str]]:
    """The people of a CSV file, and the columns that were not understood. Raises BadInput."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    return directory.read(directory.decoded(content, str(file)), str(file))
