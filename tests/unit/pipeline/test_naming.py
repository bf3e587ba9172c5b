"""What names, folders, sidecars and people tell about a call; nothing is made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline import naming
from pipeline.library import now
from pipeline.records import Correction, Sighting


def seen(path: str, **more: object) -> Sighting:
    return Sighting.model_validate({"path": path, "at": now(), "bytes": 1, "mtime_ns": 1, **more})


CASES = [(known, name, told) for known in naming.patterns() for name, told in known.examples.items()]


@pytest.mark.parametrize(("known", "name", "told"), CASES, ids=[case[1] for case in CASES])
def test_every_pattern_does_what_its_examples_say(known: naming.NamePattern, name: str, told: dict[str, str]) -> None:
    found = naming.from_name(name, folder=known.folder)
    assert found.source == known.source
    assert found.rep == told.get("rep")
    if "started_at" in told:
        expected = datetime.fromisoformat(told["started_at"])
        assert found.started_at == (expected if expected.tzinfo else expected.astimezone())
    else:
        assert found.started_at is None


@pytest.mark.parametrize(
    "name",
    ["call.wav", "2026 plans.mp3", "x_AGENT_Bo_DT_2025-13-45T99-99-99.wav", "GMT20261399-999999_Recording.m4a"],
)
def test_a_date_is_never_made_up(name: str) -> None:
    assert naming.from_name(name).started_at is None


def test_the_folder_names_the_rep_but_uploads_nobody() -> None:
    assert naming.from_folders("Sam Okafor/2026/a.wav").rep == "Sam Okafor"
    assert naming.from_folders("uploads/a.wav").rep is None
    assert naming.from_folders("a.wav").rep is None


def test_a_folder_that_zoom_made_says_when_and_names_no_rep() -> None:
    folder = "2026-10-06 15.40.12 Corbel Tiles, demo 1234567890"
    about, _ = naming.about([seen(f"{folder}/audio1387120943.m4a")], [], "Europe/Berlin")
    assert (about.source, about.rep) == ("Zoom", None)
    assert about.started_at == datetime(2026, 10, 6, 13, 40, 12, tzinfo=UTC)
    about, _ = naming.about([seen(f"Anna/{folder}/Audio Record/audioBob21387120943.m4a")], [], "UTC")
    assert (about.rep, about.started_at) == ("Anna", datetime(2026, 10, 6, 15, 40, 12, tzinfo=UTC))
    assert naming.from_folders("2026-13-45 99.99.99 Nonsense/a.wav").started_at is None
    assert naming.from_folders("2026-10-06 Berlin/a.wav").rep == "2026-10-06 Berlin"


def test_corrections_beat_sidecar_beats_name_beats_folder() -> None:
    name = "Folder/x_AGENT_Named_DT_2025-02-19T06-01-22.wav"
    about = lambda sightings, corrections=(): naming.about(sightings, corrections, "UTC")[0]  # noqa: E731
    assert about([seen("Folder/a.wav")]).rep == "Folder"
    assert about([seen(name)]).rep == "Named"
    assert about([seen(name, sidecar={"rep": "Noted"})]).rep == "Noted"
    put_right = Correction(at=now(), by="manager", set={"rep": "Right"})
    assert about([seen(name, sidecar={"rep": "Noted"})], [put_right]).rep == "Right"
    assert about([seen(name)], [put_right]).started_at == datetime(2025, 2, 19, 6, 1, 22, tzinfo=UTC)


def test_a_correction_can_make_a_thing_unknown_again() -> None:
    emptied = Correction(at=now(), by="manager", set={"rep": ""})
    assert naming.about([seen("Folder/a.wav")], [emptied], None)[0].rep is None


def test_one_bad_field_does_not_cost_the_others() -> None:
    about, problems = naming.from_sidecar(
        {"agent": " Anna ", "started_at": "yesterday-ish", "direction": "sideways", "x": 1}
    )
    assert about.rep == "Anna"
    assert about.started_at is None
    assert len(problems) == 2
    assert "started at" in problems[1]


def test_times_without_a_zone_get_the_one_that_is_set() -> None:
    found, _ = naming.about([seen("a_AGENT_B_DT_2025-07-01T12-00-00.wav")], [], "Europe/Berlin")
    assert found.started_at is not None
    assert found.started_at.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("when", ["0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e18])
def test_a_date_at_the_edge_of_the_calendar_is_not_believed(when: object) -> None:
    about, problems = naming.from_sidecar({"started_at": when})
    assert about.started_at is None
    assert len(problems) == 1
