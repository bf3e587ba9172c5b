"""Ways to tell people, one module each: a new one is a new file here, and a table of its name in the settings."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from pipeline.message import Channel
from pipeline.settings import Settings


def enabled(settings: Settings) -> dict[str, Channel]:
    """The channels whose settings are there, by name; those that need none are always."""
    names = (module.name for module in iter_modules(__path__))
    return {
        name: import_module(f"{__name__}.{name}").channel(settings) for name in names if getattr(settings, name, True)
    }
