"""The command `exemplar`. Every command's work is elsewhere; here is what a person types and reads."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline import settings
from pipeline.backups import backup, restore
from pipeline.errors import ExemplarError
from pipeline.people import app as people_app
from pipeline.searching import search

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Call coaching on your own machine.",
)
playbook_app = typer.Typer(no_args_is_help=True, help="Look after the playbook.")
app.add_typer(playbook_app, name="playbook")
app.add_typer(people_app, name="people")
app.command()(search)
app.command()(backup)
app.command()(restore)

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else EXEMPLAR_DATA, else ./data.")]
SAMPLES = Path(__file__).parent.parent / "sample_audio" / "calls"


@app.command()
def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Port of the pages; else 8377 or the next free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; else 127.0.0.1.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Also drop the sample calls into the inbox.")] = False,  # noqa: FBT002
) -> None:
    """Start everything, and stop it with Ctrl-C."""
    from pipeline.supervise import AlreadyRunning, Exemplar

    given: dict[str, object] = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    conf = settings.load(data, **given)
    exemplar = Exemplar(conf, lambda line: console.print(line, markup=False, soft_wrap=True), given)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: exemplar.stopped.set())
    console.print(f"Starting Exemplar in {conf.data} ...", markup=False, soft_wrap=True)
    try:
        exemplar.run(lambda running: _ready(running, sample=sample))
    except AlreadyRunning:
        return


def _ready(exemplar: Any, *, sample: bool) -> None:
    """Say where it is; put the samples in and wait for them; then follow the work for as long as it runs."""
    import threading

    from pipeline.library import Library
    from pipeline.terminal import Follower

    library = Library(exemplar.settings.data)
    console.print(f"Ready: {exemplar.link}", markup=False, soft_wrap=True)
    console.print(f"Drop recordings into {library.inbox}  (Ctrl-C stops)", markup=False, soft_wrap=True)

    def follow() -> None:
        with Follower(library, console).running():
            if sample:
                _samples(exemplar, library)
            exemplar.stopped.wait()

    threading.Thread(target=follow, daemon=True).start()


def _samples(exemplar: Any, library: Any) -> None:
    from pipeline import drop
    from pipeline.client import Client, recording_id

    if not SAMPLES.is_dir():
        console.print("There are no sample calls here: they come with a checkout, not with the package.")
        return
    files = drop.gather([SAMPLES])
    calls = {recording_id(path): path for path, _ in files if path.suffix != ".json"}
    new = {path for key, path in calls.items() if library.known(key) is None}
    wanted = [(path, name) for path, name in files if path in new or any(path.stem == call.stem for call in new)]
    if new:
        console.print(f"Taking in {len(new)} sample calls; this takes a minute or two.")
        drop.drop(library, wanted)
    outcomes = Client(library).await_all(calls, lambda _: None)
    done = sum(call["state"] == "done" for call in outcomes.values())
    console.print(f"{done} sample calls searchable at {exemplar.link}", markup=False, soft_wrap=True)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Recordings or folders of them.")],
    data: Data = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show progress until all are done.")] = False,  # noqa: FBT002
) -> None:
    """Put files or folders through the intake. The originals stay where they are."""
    from pipeline import drop
    from pipeline.client import Client
    from pipeline.library import Library
    from pipeline.terminal import Follower

    library = Library(settings.load(data).data)
    client = Client(library) if wait else None
    library.prepare()
    dropped = drop.drop(library, drop.gather(paths))
    if client is None:
        console.print(f"{len(dropped)} put into {library.inbox}", markup=False, soft_wrap=True)
        return
    with Follower(library, console).running():
        outcomes = client.await_all({one.id: None for one in dropped}, lambda _: None)
    bad = 0
    for one in dropped:
        call = outcomes[one.id]
        if call["state"] == "done":
            console.print(f"{one.name}: searchable as {one.id}", markup=False, soft_wrap=True)
        else:
            bad += 1
            complaints.print(f"{one.name}: {call.get('why')} {call.get('advice')}", markup=False, soft_wrap=True)
    if bad:
        raise typer.Exit(1)


@app.command()
def transcribe(file: Annotated[Path, typer.Argument(help="A recording.")]) -> None:
    """Print the transcript document of one file. Touches no data folder, needs nothing running."""
    from pipeline import single
    from pipeline.errors import NotFound

    if not file.is_file():
        raise NotFound(str(file))
    transcript, note = single.transcribe(file, settings.load())
    if note:
        complaints.print(note)
    sys.stdout.write(transcript.to_json().decode())


@app.command()
def tag(file: Annotated[str, typer.Argument(help="A transcript document; - reads standard input.")]) -> None:
    """Print the analysis document of a transcript document. Words and times may be absent."""
    from pipeline import analyse
    from pipeline.records import Transcript

    conf = settings.load()
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        from pipeline.errors import NotFound

        raise NotFound(f"{file}: {error.strerror}") from error
    playbook = analyse.load_playbook(conf.playbook)
    analyser = analyse.Analyser(playbook, analyse.packaged(playbook) if conf.suggestions else None)
    analysis = analyser.analyse(Transcript.from_json(content))
    sys.stdout.write(analysis.to_json().decode())


@playbook_app.command("check")
def playbook_check(
    folder: Annotated[Path | None, typer.Argument(help="A playbook folder; unset: the one in force.")] = None,
    data: Data = None,
) -> None:
    """Validate a playbook and run its examples."""
    from nlp.check import check
    from nlp.playbook import load
    from nlp.yamlfile import PlaybookError

    where = folder or _playbooks(data).in_force().folder
    problems = check(where)
    for problem in problems:
        complaints.print(str(problem), markup=False, soft_wrap=True)
    try:
        loaded = load(where)
    except PlaybookError as error:
        raise typer.Exit(1) from error
    console.print(f"{loaded.name} {loaded.version[:12]}: {len(problems) or 'no'} problems", markup=False)
    if problems:
        raise typer.Exit(1)


@playbook_app.command("publish")
def playbook_publish(
    folder: Annotated[Path, typer.Argument(help="A playbook folder.")],
    why: Annotated[str, typer.Option(help="What it changes, for those who ask later.")] = "",
    data: Data = None,
) -> None:
    """Put a playbook in force: every call is read again from its transcript, in the background."""
    import getpass

    from pipeline.playbooks import BadPlaybook

    playbooks = _playbooks(data)
    try:
        version = playbooks.publish(folder, by=getpass.getuser(), why=why)
    except BadPlaybook as error:
        for problem in error.problems:
            complaints.print(str(problem), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"{version} is in force", markup=False)


@playbook_app.command("export")
def playbook_export(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    data: Data = None,
) -> None:
    """Copy the playbook in force to a folder, to edit it there and publish it."""
    from pipeline.errors import BadInput
    from pipeline.playbooks import copy

    found = _playbooks(data).in_force()
    try:
        copy(found.folder, folder.absolute())
    except FileExistsError as error:
        raise BadInput(f"{folder} is there already") from error
    console.print(f"{found.playbook.name} {found.playbook.version} is in {folder}", markup=False, soft_wrap=True)


def _playbooks(data: Path | None) -> Any:
    from pipeline.library import Library
    from pipeline.playbooks import Playbooks

    conf = settings.load(data)
    return Playbooks(Library(conf.data).playbooks, conf.playbook)


@app.command()
def doctor(data: Data = None) -> None:
    """Check models, folders, ports, versions and settings, and say what to do about each problem."""
    from pipeline.doctor import examine

    bad = 0
    for finding in examine(settings.load(data)):
        bad += not finding.good
        mark = "ok  " if finding.good else "FIX "
        console.print(f"{mark} {finding.what}: {finding.found}", markup=False, soft_wrap=True)
        if not finding.good:
            console.print(f"     {finding.advice}", markup=False, soft_wrap=True)
    if bad:
        raise typer.Exit(1)


def main() -> None:
    """Run the command; an error that a person can act on is two lines, not a traceback."""
    try:
        app()
    except ExemplarError as error:
        complaints.print(str(error), style="bold", markup=False, soft_wrap=True)
        complaints.print(error.advice, markup=False, soft_wrap=True)
        sys.exit(2 if error.permanent else 1)


if __name__ == "__main__":
    main()
