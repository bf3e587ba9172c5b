"""What suggestions find and what they cost: `python -m bench.suggestions LINES.jsonl… [--negatives FILE]`.

Labelled lines are tagged once; a suggestion is then counted as if somebody had agreed with it. Lines are told apart by
their SHA-256 into the third that nobody wrote patterns on (`set aside`) and the others (`seen`). Prints, for each: how
many objections are found at all without and with suggestions, with the right kind, and how many lines that hold none
are said to be one. Then words a second, without and with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp.analyse import analyse, load_default
from nlp.findings import Turn
from nlp.suggestions import Suggester, packaged

Line = dict[str, Any]


def is_objection(tag: str) -> bool:
    return tag.startswith("objection")


def read(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def set_aside(line: Line) -> bool:
    return int(hashlib.sha256(line["text"].encode()).hexdigest(), 16) % 3 == 0


def figures(lines: Sequence[Line], tagged: Sequence[set[str]]) -> str:
    found = right = want = false = clean = 0
    for line, tags in zip(lines, tagged, strict=True):
        own = set(line.get("tags", [line["tag"]] if "tag" in line else []))
        given = {tag for tag in tags if is_objection(tag)}
        if any(map(is_objection, own)):
            want += 1
            found += bool(given)
            right += bool(given & own)
        elif "tag" not in line:
            clean += 1
            false += bool(given)
    return f"objections found {found}/{want}, right kind {right}/{want}, false {false}/{clean}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", nargs="+", type=Path)
    parser.add_argument("--negatives", type=Path)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    playbook = load_default()
    suggester = Suggester(playbook, packaged())
    every: list[Turn] = []
    for path in [*given.lines, *([given.negatives] if given.negatives else [])]:
        lines = read(path)
        turns = [Turn(line["speaker"], line["text"]) for line in lines]
        every += turns
        tags = analyse(turns, playbook).tags
        suggested = suggester.suggest(turns, tags)
        without = [{tag.tag for tag in tags if tag.turn == at} for at in range(len(turns))]
        added = [{one.tag for one in suggested if one.turn == at} for at in range(len(turns))]
        print(f"{path.name}: {len(suggested)} suggestions")
        for name, chosen in (("seen", False), ("set aside", True)):
            some = [at for at, line in enumerate(lines) if set_aside(line) == chosen]
            own = [lines[at] for at in some]
            print(f"  {name}, without: {figures(own, [without[at] for at in some])}")
            print(f"  {name}, with:    {figures(own, [without[at] | added[at] for at in some])}")
        if given.show:
            for one in suggested:
                print(
                    f"    {one.likeness:.2f} {one.tag} | {one.quote} | {lines[one.turn].get('tags')} | {one.like[:1]}"
                )
    turns = every * 20
    words = sum(len(turn.text.split()) for turn in turns)
    began = time.perf_counter()
    tags = analyse(turns, playbook).tags
    between = time.perf_counter()
    suggester.suggest(turns, tags)
    ended = time.perf_counter()
    print(f"{words:,} words: {words / (between - began):,.0f} words/s without, {words / (ended - began):,.0f} with")


if __name__ == "__main__":
    main()
