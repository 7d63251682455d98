"""The two kinds of cursors: by name, and by time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from shared.errors import WrongFields
from shared.http.pagination import Page, decode_cursor, encode_cursor

Found = TypeVar("Found")
View = TypeVar("View")

_NOT_OURS = [("cursor", "Ce curseur n'est pas valide : reprenez depuis la première page.")]


def after_name(cursor: str | None) -> tuple[str, UUID] | None:
    """The sort key and the id that come before the page; 422 for a cursor that is not ours."""
    if cursor is None:
        return None
    key, last = decode_cursor(cursor, parts=2)
    if "\x00" in key:
        raise WrongFields(_NOT_OURS)
    return key, _uuid(last)


def after_time(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The time and the id that come before the page; 422 for a cursor that is not ours."""
    if cursor is None:
        return None
    at, last = decode_cursor(cursor, parts=2)
    try:
        time = datetime.fromisoformat(at)
    except ValueError as error:
        raise WrongFields(_NOT_OURS) from error
    if time.tzinfo is None:
        raise WrongFields(_NOT_OURS)
    return time, _uuid(last)


def page(
    found: Sequence[Found], limit: int, *, view: Callable[[Found], View], key: Callable[[Found], tuple[str, UUID]]
) -> Page[View]:
    """Make the page of up to `limit` of what was found; one more than that means that there is a next one."""
    more = None
    if len(found) > limit:
        place, last = key(found[limit - 1])
        more = encode_cursor(place, str(last))
    return Page(items=[view(one) for one in found[:limit]], next=more)


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise WrongFields(_NOT_OURS) from error
