"""`ETag` and `If-Match`, where two people may edit the same thing."""

from typing import Annotated

from fastapi import Depends, Header, Response
from starlette.exceptions import HTTPException

from shared.errors import ChangedMeanwhile

LONGEST = 18
"""Digits of a version: what a bigint holds."""


async def expected_version(if_match: Annotated[str | None, Header(description="The ETag that was read")] = None) -> int:
    """The version that the caller has read; 428 without the header, 412 for one that is not a version of ours."""
    if if_match is None:
        raise HTTPException(428)
    bare = if_match.strip().removeprefix("W/").strip('"')
    if not (bare.isascii() and bare.isdigit() and len(bare) <= LONGEST):
        raise ChangedMeanwhile
    return int(bare)


ExpectedVersion = Annotated[int, Depends(expected_version)]


def tag(response: Response, version: int) -> None:
    """Put the version on a response."""
    response.headers["ETag"] = f'"{version}"'
