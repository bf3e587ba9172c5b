"""What hearing is computed on: a GPU where one can be used, else the processor; and how exactly."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ctranslate2 import get_cuda_device_count, get_supported_compute_types

# Fast and exact enough, the best first; the first that the device can do is taken.
TYPES = {"cuda": ("float16", "int8_float32", "float32"), "cpu": ("int8", "float32")}
WINDOWS = sys.platform == "win32"
CUBLAS = ("cublasLt64_12.dll", "cublas64_12.dll") if WINDOWS else ("libcublasLt.so.12", "libcublas.so.12")
INSTALL = 'Run `pip install nvidia-cublas-cu12` in Exemplar\'s environment, or set device = "cpu".'


@dataclass(frozen=True, slots=True)
class Choice:
    """What is used and why. `trouble` is a sentence where that is not what was wished for, `advice` what to do."""

    device: str
    compute_type: str
    why: str
    trouble: str | None = None
    advice: str = ""


def choose(device: str, compute_type: str) -> Choice:
    """What `device` (auto, cpu or cuda) and `compute_type` (auto or one of CTranslate2's) come to on this machine."""
    if device == "cpu":
        return _able("cpu", compute_type, "as set")
    if not get_cuda_device_count():
        if device == "auto":
            return _able("cpu", compute_type, "no GPU was found")
        advice = 'Set device = "auto", or install the driver of the GPU.'
        return Choice(
            "cuda", _first("cuda", compute_type), "as set", "cuda is asked for, but no GPU was found.", advice
        )
    missing = _missing()
    if missing:
        uses = "cuda" if device == "cuda" else "cpu"
        trouble = f"A GPU was found, but its library {missing} can't be loaded"
        trouble += ": calls are heard on the processor." if uses == "cpu" else "."
        return Choice(uses, _first(uses, compute_type), "the GPU can't be used", trouble, INSTALL)
    return _able("cuda", compute_type, "as set" if device == "cuda" else "a GPU was found")


def _first(device: str, wanted: str) -> str:
    return wanted if wanted != "auto" and device == "cuda" else TYPES[device][0]


def _able(device: str, wanted: str, why: str) -> Choice:
    able = get_supported_compute_types(device)
    best = next(kind for kind in TYPES[device] if kind in able)
    if wanted in ("auto", *able):
        return Choice(device, best if wanted == "auto" else wanted, why)
    trouble = f"{wanted} can't be computed on {device} here, so {best} is used."
    return Choice(device, best, why, trouble, 'Set compute_type = "auto".')


def _missing() -> str | None:
    """The library for GPUs that CTranslate2 would not find when it needs it; None where all are there.

    It looks for them when it first computes. Those that pip installed are out of its sight unless they are loaded
    already, so that is done here.
    """
    for name in CUBLAS:
        if not any(_loads(place) for place in (name, *_installed(name))):
            return name
    return None


def _installed(name: str) -> Iterator[str]:
    spec = find_spec("nvidia")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield from map(str, Path(folder).glob(f"cublas/*/{name}"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True
