"""Reads the parts of a cursor; a cursor that this service did not make is an error of the field, not of the system."""

from datetime import datetime
from typing import Final
from uuid import UUID

from shared.errors import WrongFields
from shared.http.pagination import decode_cursor

_WRONG: Final = [("cursor", "Ce curseur n'est pas valide : reprenez depuis la première page.")]


def time_and_id(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The sort key of the last item of the page before."""
    if cursor is None:
        return None
    at, identifier = decode_cursor(cursor, parts=2)
    return moment_of(at), uuid_of(identifier)


def moment_of(part: str) -> datetime:
    """An aware time."""
    try:
        found = datetime.fromisoformat(part)
    except ValueError as error:
        raise WrongFields(_WRONG) from error
    if found.tzinfo is None:
        raise WrongFields(_WRONG)
    return found


def uuid_of(part: str) -> UUID:
    """An identifier."""
    try:
        return UUID(part)
    except ValueError as error:
        raise WrongFields(_WRONG) from error


def number_of(part: str) -> int:
    """A version: digits, as many as a bigint holds."""
    if not (part.isascii() and part.isdigit() and len(part) <= 18):  # noqa: PLR2004 - 10^18 is below 2^63
        raise WrongFields(_WRONG)
    return int(part)
