"""The query parameters of the lists of requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Query

from services.enrollment.domain.states import Approval, Seat
from services.enrollment.storage.access import Role
from services.enrollment.storage.filters import Filters, Group
from services.enrollment.storage.request_pages import Order, Sort
from shared.http.pagination import Moment, SortText

Scope = Literal["mine", "structure", "sessions", "all"]
ROLES: Final[dict[Scope, Role]] = {
    "mine": "beneficiary",
    "structure": "employer",
    "sessions": "trainer",
    "all": "reader",
}
Direction = Literal["asc", "desc"]
NARROWING: Final = ("requested_from", "session_from", "approval")
"""The filters that an answer names if a file would have too many lines."""

Words = Annotated[SortText, Query(max_length=200, description="Words of a person's, structure's or training's name")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which requests a caller wants, as which of their roles."""

    role: Role
    filters: Filters


async def _selection(
    *,
    scope: Scope = "mine",
    q: Words = "",
    enrollment_id: Annotated[
        Sequence[UUID], Query(description="Only these requests; may be repeated", max_length=100)
    ] = (),
    account_id: UUID | None = None,
    structure_id: UUID | None = None,
    training_id: UUID | None = None,
    session_id: UUID | None = None,
    approval: Annotated[Sequence[Approval], Query(description="May be repeated", max_length=20)] = (),
    group: Group | None = None,
    seat: Seat | None = None,
    late: bool | None = None,
    requested_from: Annotated[Moment | None, Query(description="Requested at this time or later")] = None,
    requested_to: Annotated[Moment | None, Query(description="Requested before this time")] = None,
    session_from: Annotated[Moment | None, Query(description="The first slot starts at this time or later")] = None,
    session_to: Annotated[Moment | None, Query(description="The first slot starts before this time")] = None,
) -> Selection:
    return Selection(
        role=ROLES[scope],
        filters=Filters(
            ids=list(enrollment_id) or None,
            session_id=session_id,
            training_id=training_id,
            structure_id=structure_id,
            account_id=account_id,
            approvals=tuple(approval),
            group=group,
            seat=seat,
            late=late,
            requested_from=requested_from,
            requested_to=requested_to,
            session_from=session_from,
            session_to=session_to,
            words=q,
        ),
    )


async def _order(
    sort: Annotated[
        Sort, Query(description="`decide_before` lists only the requests that wait for an employer")
    ] = "requested_at",
    direction: Annotated[
        Direction | None, Query(description="By default, `desc` for `requested_at` and `asc` for the others")
    ] = None,
) -> Order:
    descending = sort == "requested_at" if direction is None else direction == "desc"
    return Order(by=sort, descending=descending)


Selected = Annotated[Selection, Depends(_selection)]
Ordered = Annotated[Order, Depends(_order)]
