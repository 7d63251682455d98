"""`ETag` and `If-Match`, where two people may edit the same thing."""

from typing import Annotated

from fastapi import Header, Response
from starlette.exceptions import HTTPException

LONGEST = 18
"""Digits of a version: what a bigint holds."""


def expected_version(if_match: Annotated[str | None, Header(description="L'ETag reçu à la lecture")] = None) -> int:
    """The version that the caller has seen; 428 without the header, 412 for one that is not a version of ours."""
    if if_match is None:
        raise HTTPException(428)
    bare = if_match.strip().removeprefix("W/").strip('"')
    if not (bare.isascii() and bare.isdigit() and len(bare) <= LONGEST):
        raise HTTPException(412)
    return int(bare)


def check_version(expected: int, actual: int) -> None:
    """412 when somebody was quicker."""
    if expected != actual:
        raise HTTPException(412)


def tag(response: Response, version: int) -> None:
    """Put the version on a response."""
    response.headers["ETag"] = f'"{version}"'
