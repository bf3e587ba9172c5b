"""Turns to findings: words a second on one core, against spaCy's bare tokenizer; and the figures of the scorers.

The speed is that of the whole analysis (tags, moments, steps, metrics, personal data) of calls of 1,000 to 5,000 words,
put together at random from the sentences of whole calls. Loading and JSON stand aside. Seconds are this process's own
on the processor, so that other work on the machine counts little.

What was heard a moment ago is remembered; the speed is given without that and with it.

The labelled lines and calls are not part of the project; without them those rows are skipped. A third of each file is
set aside: nobody looks at it while writing patterns.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import spacy

from bench.results import write
from bench.scorers import TEXT, Line, read, score, score_file
from nlp.analyse import analyse, load_default
from nlp.encoder import Likely
from nlp.findings import Turn, Word
from nlp.rules import CompiledPlaybook
from nlp.suggester.opinion import Judged, forget
from nlp.tagger import hear, tag
from tests.places import ROOT, SAMPLES

WORDS = 300_000
PER_CALL = (1000, 5000)
WORDS_PER_SECOND = 2.5
ROUNDS = 3  # the quickest counts
LINES = ROOT / "tests" / "unit" / "nlp"
UNSEEN, UNSEEN_REPLIES = LINES / "objection_lines.jsonl", LINES / "reply_lines.jsonl"
UNSEEN_CALLS, WHOLE_CALLS = LINES / "type_calls.jsonl", LINES / "whole_calls.jsonl"
Row = tuple[str, str, str]


def run() -> None:
    """Measure and write the section."""
    write("tagging", "Tagging", [*_speed(), *_unseen(), *_types(), *_lines(), *_sales_lines(), *_calls()])


def set_aside(line: Line) -> bool:
    """Whether a line or a call is of the third that nobody looks at."""
    text = "\n".join(turn["text"] for turn in line.get("turns", [line]))
    return int(sha256(text.encode()).hexdigest(), 16) % 3 == 0


def hard(line: Line) -> bool:
    """Whether a customer's line sounds like an objection and is none; its note says why."""
    return (
        line["speaker"] == "customer"
        and "hard" in line.get("note", "")
        and not any("objection" in t for t in line["tags"])
    )


PARTS: dict[str, Callable[[Line], bool]] = {
    "all": lambda _: True,
    "tuned": lambda line: not set_aside(line),
    "set aside": set_aside,
}


def sentences() -> list[tuple[str, str]]:
    """Every sentence of the sample calls and, where they are, of the labelled calls: speaker and text."""
    turns = [t for file in sorted((SAMPLES / "truth").glob("*.json")) for t in json.loads(file.read_text())["turns"]]
    if TEXT.is_dir():
        turns += [turn for call in read("calls") for turn in call["turns"]]
    return [(t["speaker"], part) for t in turns for part in re.split(r"(?<=[.?!])\s+", t["text"]) if part]


def corpus(words: int = WORDS) -> list[list[Turn]]:
    """Calls of about as many words in all, always the same: turns of one to five sentences, every word timed."""
    said, chance, calls = sentences(), random.Random(4), []
    while words > 0:
        turns: list[Turn] = []
        left, at = chance.randint(*PER_CALL), 0.0
        words -= left
        while left > 0:
            speaker, first = chance.choice(said)
            text = " ".join([first, *(chance.choice(said)[1] for _ in range(chance.randint(0, 4)))])
            step = 1 / WORDS_PER_SECOND
            heard = tuple(
                Word(round(at + i * step, 2), round(at + (i + 1) * step, 2), w) for i, w in enumerate(text.split())
            )
            turns.append(Turn(speaker, " ".join(w.text for w in heard), heard[0].start, heard[-1].end, heard))  # type: ignore[arg-type]
            at, left = heard[-1].end + 0.3, left - len(heard)
        calls.append(turns)
    return calls


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of some rounds."""
    return min(seconds(work) for _ in range(ROUNDS))


def _speed() -> Iterator[Row]:
    calls = corpus()
    words = sum(len(turn.words) for call in calls for turn in call)
    texts = [turn.text for call in calls for turn in call]
    bare = spacy.blank("en")

    def tokenize() -> None:
        for _ in bare.pipe(texts):
            pass

    load_default()  # imports and caches that the process needs once
    loading = seconds(load_default)
    playbook = load_default()

    def whole() -> None:
        for call in calls:
            forget()  # these calls are made of the same sentences; real ones are not
            analyse(call, playbook)

    kept = [_heard(call, playbook) for call in calls]

    def anew() -> None:
        for call, known in zip(calls, kept, strict=True):
            forget()
            analyse(call, playbook, judged=Judged(known))

    def again() -> None:
        for call in calls:
            analyse(call, playbook)

    first = seconds(whole)  # expressions are compiled when they are first needed
    ours, peer, known, remembered = (best(work) for work in (whole, tokenize, anew, again))
    yield f"the whole analysis of {words:,} words, one core", f"{words / ours:,.0f} words a second", "100,000 or more"
    yield "… the first time, patterns compiled on the way", f"{words / first:,.0f} words a second", ""
    yield "… read anew, what the encoder said kept with the call", f"{words / known:,.0f} words a second", ""
    yield "… of sentences that were heard a moment ago", f"{words / remembered:,.0f} words a second", ""
    yield "spaCy's bare tokenizer (`blank`, `pipe`) over the same turns", f"{words / peer:,.0f} words a second", ""
    yield "**ratio: seconds of the analysis by seconds of the tokenizer**", f"**{ours / peer:.1f}**", ""
    yield f"loading the playbook ({len(playbook.texts):,} patterns)", f"{loading:.2f} s", "1.5 s or less"


def _heard(call: list[Turn], playbook: CompiledPlaybook) -> Mapping[str, Likely]:
    """What the sentence encoder says of a call, as it is kept beside it."""
    judged = Judged()
    analyse(call, playbook, judged=judged)
    return judged.used


def _unseen() -> Iterator[Row]:
    """The project's own lines by writers that nobody learnt from, with all rules and with those that have patterns."""
    lines = [json.loads(line) for line in UNSEEN.read_text(encoding="utf-8").splitlines()]
    replies = [json.loads(line) for line in UNSEEN_REPLIES.read_text(encoding="utf-8").splitlines()]
    playbook = load_default()
    tags = tuple(replace(tag, rules=tuple(rule for rule in tag.rules if rule.say)) for tag in playbook.tags)
    for rules, used in (("", playbook), (", patterns alone", replace(playbook, tags=tags))):
        for writer in sorted({line["writer"] for line in lines}):
            yield f"unseen lines, writer {writer}{rules}: found, right kind, false", _found(lines, writer, used), ""
        written = {(line["writer"], name.partition(".")[0] + ".") for line in replies for name in line["tags"]}
        for writer, family in sorted(written):
            heard = _heard_of_reps([line for line in replies if line["writer"] == writer], family, used)
            yield f"unseen replies, writer {writer}, {family[:-1]}{rules}: recall / precision", heard, ""


def _heard_of_reps(lines: Sequence[Line], family: str, playbook: CompiledPlaybook) -> str:
    turns = [Turn(line["speaker"], line["text"]) for line in lines]
    given = {(one.turn, one.tag) for one in tag(turns, hear(turns, playbook), playbook) if one.tag.startswith(family)}
    wanted = {(number, name) for number, line in enumerate(lines) for name in line["tags"] if name.startswith(family)}
    right = len(given & wanted)
    return f"{right / len(wanted):.2f} / {right / len(given):.2f}"


def _found(lines: Sequence[Line], writer: int, playbook: CompiledPlaybook) -> str:
    own = [line for line in lines if line["writer"] == writer]
    turns = [Turn(line["speaker"], line["text"]) for line in own]
    given: dict[int, set[str]] = {}
    for one in tag(turns, hear(turns, playbook), playbook):
        if one.tag.startswith("objection."):
            given.setdefault(one.turn, set()).add(one.tag)
    objections = [n for n, line in enumerate(own) if line["tags"]]
    found = sum(n in given for n in objections)
    right = sum(bool(given.get(n, set()) & set(own[n]["tags"])) for n in objections)
    false, clean = len(given) - found, len(own) - len(objections)
    return f"{found / len(objections):.2f}, {right / len(objections):.2f}, {false / clean:.1%}"


def _types() -> Iterator[Row]:
    """The project's own calls by a writer nobody learnt from, with all that tells of types and with signs alone."""
    calls = [json.loads(line) for line in UNSEEN_CALLS.read_text(encoding="utf-8").splitlines()]
    playbook = load_default()
    signs = replace(playbook, types=tuple(replace(rule, like=0.0) for rule in playbook.types))
    for rules, used in (("", playbook), (", signs alone", signs)):
        found = [
            (call["type"], analyse([Turn(side, text) for side, text in call["turns"]], used).type.value)
            for call in calls
        ]
        right = sum(wanted == given for wanted, given in found)
        lost = sum(wanted == "conversation" != given for wanted, given in found)
        talks = sum(wanted == "conversation" for wanted, _ in found)
        yield f"unseen calls{rules}: of the right type", f"{right} of {len(calls)}", ""
        yield "… conversations taken for something else", f"{lost} of {talks}", ""


def _lines() -> Iterator[Row]:
    for part, kept in PARTS.items():
        found = score("score_tags.py", "lines", kept, "--negatives", str(TEXT / "harper_negatives.jsonl"))
        if isinstance(found, str):
            yield "labelled lines", f"skipped: {found}", ""
            return
        among = score("score_tags.py", "lines", lambda line, kept=kept: kept(line) and hard(line))  # type: ignore[misc]
        assert isinstance(among, dict)
        kinds, handling, steps = found["kinds"], found["handling"], found["steps"]
        yield f"lines, {part}: objection recall, any kind", f"{found['objection_recall']:.2f}", "0.80"
        yield "… right kind: recall / precision", f"{kinds['recall']:.2f} / {kinds['precision']:.2f}", "0.70 / 0.80"
        yield "… handling: recall / precision", f"{handling['recall']:.2f} / {handling['precision']:.2f}", "0.70 / 0.75"
        yield "… steps: recall / precision", f"{steps['recall']:.2f} / {steps['precision']:.2f}", "0.75 / 0.80"
        claimed = f"{among['false_per_1000_here'] / 10:.1f}%"
        yield "… objections claimed in hard lines that hold none", claimed, "at most 8%"
        yield "… objections claimed in the bank calls", f"{found['false_objections_per_1000'] / 10:.1f}%", "none"


def _sales_lines() -> Iterator[Row]:
    for part, kept in PARTS.items():
        found = score("score_tags.py", "sales_lines", kept)
        if isinstance(found, str):
            yield "sales lines", f"skipped: {found}", ""
            return
        yield f"sales lines, {part}: objection recall, any kind", f"{found['objection_recall']:.2f}", "0.80"


def _calls() -> Iterator[Row]:
    """Labelled calls, then the project's own by writers nobody learnt from."""
    parts = {f"calls, {part}": score("score_analysis.py", "calls", kept) for part, kept in PARTS.items()}
    for part, found in (parts | {"unseen whole calls": score_file("score_analysis.py", WHOLE_CALLS)}).items():
        if isinstance(found, str):
            yield "whole calls", f"skipped: {found}", ""
            return
        blamed = f"{found['wrongly_blamed']} of {found['steps']}"
        told = f"{found['right_kind']:.2f} of {found['objections']}; {found['false']}"
        yield f"{part}: objections of the right kind; false", told, ""
        yield "… steps right; wrongly said to be missed", f"{found['steps_right']:.2f}; {blamed}", "0.90; 1 in 50"
        above = found["good_above_weak"]
        yield "… well handled scores above weak or ignored", "no pairs" if above is None else f"{above:.2f}", "0.85"
