"""`ETag` and `If-Match`, for objects that two people may edit at the same time."""

from typing import Annotated

from fastapi import Depends, Header, Response
from starlette.exceptions import HTTPException

from shared.errors import ChangedMeanwhile

MOST_DIGITS = 18
"""A version with more digits may not fit into a bigint."""


async def expected_version(
    if_match: Annotated[str | None, Header(description="ETag of the version that the caller has read")] = None,
) -> int:
    """The version in `If-Match`; 428 without the header, ChangedMeanwhile if it cannot be a version."""
    if if_match is None:
        raise HTTPException(428)
    # a weak tag never matches (RFC 9110, 13.1.1)
    bare = if_match.strip().strip('"')
    if not (bare.isascii() and bare.isdigit() and len(bare) <= MOST_DIGITS):
        raise ChangedMeanwhile
    return int(bare)


ExpectedVersion = Annotated[int, Depends(expected_version)]


def tag(response: Response, version: int) -> None:
    """Set the `ETag` of a response."""
    response.headers["ETag"] = f'"{version}"'
