"""All addresses of the pages, as the application declares them."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, get_args, get_origin

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from tests.web.examples import ID
from tests.web.fake import settings
from web.wiring import create


@cache
def routes() -> list[BaseRoute]:
    """What the application declares; routers that it includes are one of these each."""
    return create(settings()).routes


def paths(method: str) -> list[str]:
    """The paths with this method, with their parameters in braces."""
    return [route.path for route in _flat(routes()) if method in (route.methods or ())]


def addresses(method: str) -> list[str]:
    """An address for each path: its parameters are the id of something, or the first of the words that they can be."""
    return [_address(route) for route in _flat(routes()) if method in (route.methods or ())]


def addresses_of_lists() -> list[str]:
    """The addresses of lists that are read page by page."""
    pages = [route for route in _flat(routes()) if any(each.alias == "after" for each in route.dependant.query_params)]
    return [_address(route) for route in pages]


def _address(route: APIRoute) -> str:
    values = {each.alias: ID for each in route.dependant.path_params}
    for each in route.dependant.path_params:
        if get_origin(each.field_info.annotation) is Literal:
            values[each.alias] = str(get_args(each.field_info.annotation)[0])
        elif each.field_info.annotation is int:
            values[each.alias] = "7"
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: values[found[1]], route.path)


def _flat(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        router = getattr(route, "original_router", None)  # FastAPI keeps a router that was included as it is
        if router is not None:
            yield from _flat(router.routes)
        elif isinstance(route, APIRoute):
            yield route
