"""bench/RESULTS.md: one section a part, replaced when the part is run again."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).parent / "RESULTS.md"
HEAD = """# Results

Written by `make bench`; a section says when and on what it was measured. Ratios hold better than seconds: the machine
is shared. Each ratio is ours against the named peer in the same run.
"""


def write(part: str, title: str, rows: list[tuple[str, str, str]]) -> None:
    """Replace a part's section. Rows: what, figure, target."""
    text = FILE.read_text() if FILE.exists() else HEAD
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    table = "\n".join(f"| {what} | {figure} | {target} |" for what, figure, target in rows)
    section = (
        f"\n<!-- part {part} -->\n## {title}\n\n{datetime.now(UTC):%Y-%m-%d}, {where}\n\n"
        f"| what | figure | target |\n| --- | --- | --- |\n{table}\n<!-- end -->\n"
    )
    pattern = re.compile(rf"\n<!-- part {part} -->.*?<!-- end -->\n", re.DOTALL)
    text = pattern.sub(lambda _: section, text) if pattern.search(text) else text + section
    FILE.write_text(text)
    print(section)
