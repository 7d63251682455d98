"""Where a page of a list ends, and what a list may be asked for."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BeforeValidator

from services.catalogue.api.requests import YEARS
from shared.errors import WrongFields
from shared.http.fields import Line
from shared.http.pagination import decode_cursor

Key = TypeVar("Key")
INVALID_CURSOR = "Ce curseur n'est pas valide : reprenez depuis la première page."


def _unless_blank(value: Any) -> Any:  # noqa: ANN401 - whatever was sent
    return None if isinstance(value, str) and not value.strip() else value


Words = Annotated[
    Line | None,
    BeforeValidator(_unless_blank),
    Query(description="Mots cherchés dans le titre, le résumé et les objectifs, sans accents ni casse"),
]


def after(cursor: str | None, read: Callable[[str], Key]) -> tuple[Key, UUID] | None:
    """The last item seen: its sort key and its id; None at the start. 422 for a cursor that this system did not make."""
    if cursor is None:
        return None
    key, last = decode_cursor(cursor, parts=2)
    try:
        return read(key), UUID(last)
    except ValueError as error:
        raise WrongFields([("cursor", INVALID_CURSOR)]) from error


def read_moment(key: str) -> datetime:
    """The first slot of a session; ValueError for what no session can have."""
    moment = datetime.fromisoformat(key)
    if moment.tzinfo is None or not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValueError(key)
    return moment


def read_title(key: str) -> str:
    """The sort title of a training; ValueError for what the database cannot hold."""
    if "\0" in key.encode().decode():
        raise ValueError(key)
    return key
