"""The scorers of labelled lines and calls. Both are not part of the project; without them there is a reason instead.

A scorer asks for a command and runs it for each call. Here the analysis is made in this process: a process a call takes
minutes.
"""

from __future__ import annotations

import io
import json
import runpy
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from nlp.analyse import load_default
from pipeline.analyse import Analyser
from pipeline.records import Transcript
from tests.places import SHARED

TOOLS = SHARED.parent / "tools"
TEXT = SHARED / "text"
Line = dict[str, Any]


def score(tool: str, name: str, kept: Callable[[Line], bool], *more: str) -> dict[str, Any] | str:
    """What a scorer says of the lines of a labelled file that are kept; or why it can't be asked."""
    if not (TEXT / f"{name}.jsonl").is_file():
        return _absent(TEXT / f"{name}.jsonl")
    with tempfile.TemporaryDirectory() as room:
        part = Path(room) / "part.jsonl"
        part.write_text("\n".join(map(json.dumps, filter(kept, read(name)))))
        return score_file(tool, part, *more)


def score_file(tool: str, file: Path, *more: str) -> dict[str, Any] | str:
    """What a scorer says of a file; or why it can't be asked."""
    if not (TOOLS / tool).is_file():
        return _absent(TOOLS / tool)
    command = [tool, str(file), "--cmd", "tag {file}", *more]
    told = io.StringIO()
    with patch("sys.argv", command), patch("subprocess.run", _tag), redirect_stdout(told):
        runpy.run_path(str(TOOLS / tool), run_name="__main__")
    found: dict[str, Any] = json.loads(told.getvalue().splitlines()[-1])
    return found


def _tag(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
    """What `exemplar tag FILE` prints."""
    document = _analyser().analyse(Transcript.from_json(Path(command[-1]).read_bytes()))
    return subprocess.CompletedProcess(command, 0, document.to_json().decode(), "")


@cache
def _analyser() -> Analyser:
    return Analyser(load_default(), None)


def _absent(needed: Path) -> str:
    return f"{needed.name} is not there (EXEMPLAR_SHARED_DATA names the folder of the data)"


def read(name: str) -> list[Line]:
    """The labelled lines or calls of this name."""
    return [json.loads(line) for line in (TEXT / f"{name}.jsonl").read_text().splitlines() if line.strip()]
