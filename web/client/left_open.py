"""What the pages call of enrollment about requests that stay open although their person cannot follow them up."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.enrollment import StructureName


class OpenRequest(Read):
    """An open request for a session that has not begun."""

    id: UUID
    structure_id: UUID
    title: str
    starts_at: datetime
    status_label: str


class PersonOf(Read):
    """The person of the requests."""

    id: UUID
    first_name: str
    last_name: str


class LeftOpen(Read):
    """What a person left open in a structure."""

    id: UUID
    person: PersonOf
    structure: StructureName
    because: Literal["disabled", "status_lost"]
    found_at: datetime
    requests: list[OpenRequest]


LEFT_OPEN: Final = Call[Page[LeftOpen]]("GET", "enrollment", "/left-open", Page[LeftOpen])
ONE_LEFT_OPEN: Final = Call[LeftOpen]("GET", "enrollment", "/left-open/{left_open_id}", LeftOpen)
DECIDE: Final = Call[None]("POST", "enrollment", "/left-open/{left_open_id}/decision", None)
OPEN_REQUESTS: Final = Call[list[OpenRequest]](
    "GET", "enrollment", "/people/{account_id}/open-requests", list[OpenRequest]
)
