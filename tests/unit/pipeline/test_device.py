"""What hearing is computed on: chosen, explained by `exemplar doctor`, and never a reason for the worker to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import device, doctor, settings, transcribe

ABLE = {"cuda": {"float32", "float16", "int8_float32", "int8_float16"}, "cpu": {"float32", "int8", "int8_float32"}}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine with so many GPUs, with or without their library."""

    def make(cards: int, *, library: bool = True) -> None:
        monkeypatch.setattr(device, "get_cuda_device_count", lambda: cards)
        monkeypatch.setattr(device, "get_supported_compute_types", lambda name: ABLE[name])
        monkeypatch.setattr(device, "_loads", lambda _: library)

    return make


@pytest.mark.parametrize(
    ("cards", "wanted", "kind", "uses", "computes"),
    [
        (0, "auto", "auto", "cpu", "int8"),
        (0, "cpu", "float32", "cpu", "float32"),
        (1, "auto", "auto", "cuda", "float16"),
        (1, "cuda", "int8_float16", "cuda", "int8_float16"),
        (1, "cpu", "auto", "cpu", "int8"),
    ],
)
def test_the_gpu_is_used_where_there_is_one(
    machine: Any, cards: int, wanted: str, kind: str, uses: str, computes: str
) -> None:
    machine(cards)
    choice = device.choose(wanted, kind)
    assert (choice.device, choice.compute_type, choice.trouble) == (uses, computes, None)


def test_a_card_that_can_not_do_halves_gets_the_next_best(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(1)
    monkeypatch.setattr(device, "get_supported_compute_types", lambda _: {"float32", "int8_float32"})
    assert device.choose("auto", "auto").compute_type == "int8_float32"


@pytest.mark.parametrize(
    ("cards", "library", "set_to", "found", "advice"),
    [
        (0, True, {"device": "cuda"}, "no GPU was found", 'device = "auto"'),
        (1, False, {}, "libcublasLt.so.12 can't be loaded: calls are heard on the processor", "nvidia-cublas-cu12"),
        (1, False, {"device": "cuda"}, "cuda, float16", "nvidia-cublas-cu12"),
        (
            0,
            True,
            {"compute_type": "float16"},
            "float16 can't be computed on cpu here, so int8 is used",
            "compute_type",
        ),
    ],
)
def test_doctor_says_what_is_wrong_and_what_to_do(
    machine: Any, tmp_path: Path, cards: int, library: bool, set_to: dict[str, str], found: str, advice: str
) -> None:
    machine(cards, library=library)
    finding = next(one for one in doctor.examine(settings.load(tmp_path, **set_to)) if one.what == "device")
    assert not finding.good
    assert found in finding.found
    assert advice in finding.advice


def test_doctor_says_what_is_used_and_why(machine: Any, tmp_path: Path) -> None:
    machine(1)
    finding = next(one for one in doctor.examine(settings.load(tmp_path)) if one.what == "device")
    assert (finding.good, finding.found) == (True, "cuda, float16 (a GPU was found)")
    machine(0)
    finding = next(one for one in doctor.examine(settings.load(tmp_path, threads=3)) if one.what == "device")
    assert (finding.good, finding.found) == (True, "cpu, 3 threads, int8 (no GPU was found)")


class Model:
    """A speech model that fails on a GPU as CTranslate2 does: when it first computes."""

    frames_per_second = 100

    def __init__(self, where: str, *, device: str, compute_type: str, cpu_threads: int, num_workers: int) -> None:
        self.device, self.compute_type = device, compute_type
        self.model = type("Inner", (), {"is_multilingual": True})()

    def feature_extractor(self, samples: np.ndarray) -> np.ndarray:
        return np.zeros((80, 100), np.float32)

    def encode(self, features: np.ndarray) -> None:
        if self.device == "cuda":
            raise RuntimeError("CUDA failed with error out of memory")


def test_a_gpu_that_fails_is_given_up_for_the_processor(machine: Any, tmp_path: Path) -> None:
    machine(1)
    heard_by = transcribe.Recogniser(f"{tmp_path}", device="auto", compute_type="auto", threads=1, load=Model)
    assert (heard_by.device, heard_by.compute_type) == ("cpu", "int8")
    assert heard_by.note is not None
    assert "out of memory" in heard_by.note
    assert "heard on the processor" in heard_by.note


def test_a_gpu_without_its_library_is_not_even_tried(machine: Any, tmp_path: Path) -> None:
    machine(1, library=False)
    tried: list[str] = []

    def load(where: str, **how: Any) -> Model:
        tried.append(how["device"])
        return Model(where, **how)

    heard_by = transcribe.Recogniser(f"{tmp_path}", device="auto", compute_type="auto", threads=1, load=load)
    assert tried == ["cpu"]
    assert "can't be loaded" in (heard_by.note or "")


def test_a_gpu_that_was_asked_for_and_fails_is_no_secret(machine: Any, tmp_path: Path) -> None:
    machine(1)
    with pytest.raises(RuntimeError, match="out of memory"):
        transcribe.Recogniser(f"{tmp_path}", device="cuda", compute_type="auto", threads=1, load=Model)


def test_a_library_that_pip_installed_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "nvidia" / "cublas" / "lib"
    where.mkdir(parents=True)
    for name in device.CUBLAS:
        (where / name).touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    loaded: list[str] = []

    def loads(library: str) -> bool:
        loaded.append(library)
        return "/" in library

    monkeypatch.setattr(device, "_loads", loads)
    assert device._missing() is None
    assert [Path(library).name for library in loaded if "/" in library] == list(device.CUBLAS)
