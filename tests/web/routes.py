"""All addresses of the pages, as the application declares them."""

from collections.abc import Iterable, Iterator

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from tests.web.fake import settings
from web.wiring import create


def paths(method: str) -> list[str]:
    """The paths with this method, with their parameters in braces."""
    return [route.path for route in _flat(create(settings()).routes) if method in (route.methods or ())]


def _flat(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        router = getattr(route, "original_router", None)  # FastAPI keeps a router that was included as it is
        if router is not None:
            yield from _flat(router.routes)
        elif isinstance(route, APIRoute):
            yield route
