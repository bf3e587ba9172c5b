"""The way in of a page that a link opens, and that whoever is signed in may open without: by token or by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from pipeline.errors import NotFound

T = TypeVar("T")


def entered(request: Request, of_token: Callable[[str], T], of_number: Callable[[int], T], number: str = "number") -> T:
    """What the route's token opens or, where it has none, the number of that name. Raises NotFound."""
    token = request.path_params.get("token")
    if token is not None:
        return of_token(str(token))
    try:
        return of_number(int(request.path_params[number]))
    except ValueError:
        raise NotFound(request.url.path) from None
