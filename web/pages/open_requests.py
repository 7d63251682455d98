"""The open requests of a person who loses a status or a structure, and the choice that waits because of them."""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from web.client.api import or_none
from web.client.calls import Page
from web.client.desk import Attachment
from web.client.left_open import LEFT_OPEN, OPEN_REQUESTS, LeftOpen, OpenRequest
from web.context import Visit
from web.dates import Dates

TRIES: Final = 8
PAUSE: Final = 0.25
"""Seconds. The news of a lost status or a disabled account takes some tenths of a second to reach enrollment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """An open request of a person."""

    url: str
    title: str
    begins: str
    label: str


def open_line(request: OpenRequest, dates: Dates) -> OpenLine:
    return OpenLine(
        url=f"/demandes/{request.id}",
        title=request.title,
        begins=dates.moment(request.starts_at),
        label=request.status_label,
    )


async def open_requests_of(reader: Visit, attachment: Attachment) -> list[OpenRequest] | None:
    """Those of the person in the structure; None while enrollment is away."""
    query = {"structure_id": attachment.structure.id}
    return await or_none(reader.api(OPEN_REQUESTS, account_id=attachment.account.id, query=query))


async def left_open_of(
    reader: Visit, person: UUID | None, *, limit: int, after: str | None = None, wait: bool
) -> Page[LeftOpen]:
    """The choices that wait, of one person or of all. `wait`: for the first one, which an act has just caused."""
    query = {"account_id": person, "cursor": after, "limit": limit}
    found = await reader.api(LEFT_OPEN, query=query)
    for _ in range(TRIES if wait else 0):
        if found.items:
            break
        await asyncio.sleep(PAUSE)
        found = await reader.api(LEFT_OPEN, query=query)
    return found
