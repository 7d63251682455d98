"""The HTTP application of a service for one test, with the routes of the first one."""

from typing import Any

from fastapi import FastAPI

from shared.database import Database
from shared.process import ServiceDefinition

_FIRST: dict[str, FastAPI] = {}


def app_of(service: ServiceDefinition[Any], settings: Any, database: Database) -> FastAPI:
    """The application as the service's process makes it; only health and metrics are those of the first test.

    FastAPI builds the routes at the first request, which takes longer than most tests. The routes take what they need
    from the state of the application, and a new one has nothing else of its own but handlers and middlewares.
    """
    made = service.api(settings, database)
    first = _FIRST.setdefault(service.name, made)
    first.state = made.state
    first.exception_handlers = made.exception_handlers
    first.user_middleware = made.user_middleware
    first.middleware_stack = None  # it is made of the two at the next request
    first.dependency_overrides.clear()
    return first
