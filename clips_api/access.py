"""Who may use which address: the table access.yml, asked before every route. What is not in it is refused to all."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from fastapi import Request

from clips_api.store.people import Role
from clips_api.viewer import Viewer
from pipeline.errors import NotAllowed

Least = Literal["anyone"] | Role
FOR: dict[str, str] = {"manager": "managers", "admin": "admins"}


@cache
def table() -> dict[str, Least]:
    """For each "METHOD /route" the least role that may use it."""
    listed: dict[Least, list[str]] = yaml.safe_load(files("clips_api").joinpath("access.yml").read_text())
    found: dict[str, Least] = {}
    for least, routes in listed.items():
        for route in routes:
            methods, _, path = route.partition(" ")
            found |= {f"{method} {path}": least for method in methods.split("/")}
    return found


def least(method: str, path: str) -> Least | None:
    """Who may at least use a route, by its template; None: nobody may."""
    return table().get(f"{'GET' if method == 'HEAD' else method} {path}")


def allowed(request: Request) -> None:
    """Let those through who may. Raises NotAllowed."""
    role = least(request.method, template(request))
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    if role == "anyone" or (role is not None and viewer is not None and viewer.may(role)):
        return
    raise NotAllowed(f"this is for {FOR.get(role or '', 'nobody')}")


def template(request: Request) -> str:
    """The route that answers a request, with the prefixes that it is included under."""
    whole = request.scope.get("fastapi", {}).get("effective_route_context") or request.scope["route"]
    return str(whole.path)
