"""The people of structures and the year of a structure, for employers and referents."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.api.views import PersonView, StructureView
from services.enrollment.storage.filters import Group
from shared.errors import refuse
from shared.http.clock import Now
from shared.http.pagination import BY_NAME, Limit, Moment, NameKey, Page, SortText
from shared.http.problems import INVALID, problems
from shared.http.views import View

router = APIRouter(prefix="/people", tags=["people"])

LONGEST: Final = timedelta(days=731)
_YEAR: Final = timedelta(days=365)
OfStructure = Annotated[UUID | None, Query(description="Only this structure")]


class StructurePersonView(View):
    """A person of a structure. `open_requests` and `followed` sessions are those of this structure."""

    attachment_id: UUID
    person: PersonView
    structure: StructureView
    statuses: list[Literal["beneficiary", "employer", "referent"]] = Field(examples=[["beneficiary"]])
    open_requests: int = Field(examples=[2])
    followed: int = Field(examples=[4])


class MonthOfStructureView(View):
    """The requests of the structure for sessions that begin in a month (time of Paris), in one of the four lists."""

    month: str = Field(examples=["2027-03"])
    group: Group = Field(examples=["followed"])
    requests: int = Field(examples=[5])


class StructureFiguresView(View):
    """The requests for the sessions that begin in a period."""

    since: datetime
    until: datetime
    requests: list[MonthOfStructureView]


@router.get("", responses=problems(NOT_ADMITTED), summary="List the people of structures")
async def list_people(
    actor: Acting,
    tx: Tx,
    after: Annotated[NameKey | None, Depends(BY_NAME)],
    *,
    structure_id: OfStructure = None,
    account_id: Annotated[UUID | None, Query(description="Only this person")] = None,
    q: Annotated[SortText, Query(max_length=200, description="Words of the name")] = "",
    limit: Limit = 20,
) -> Page[StructurePersonView]:
    """The people of the structures in which the caller is employer or referent, by name.

    The list of others is empty.
    """
    found = await tx.structure_people.page(
        actor, structure_id=structure_id, account_id=account_id, query=q, after=after, limit=limit
    )
    return Page[StructurePersonView].of(
        found,
        limit,
        view=StructurePersonView.model_validate,
        sort_key=BY_NAME,
        key=lambda each: (each.sort_name, each.attachment_id),
    )


@router.get("/figures", responses=problems(NOT_ADMITTED, INVALID), summary="Read the figures of structures")
async def read_figures(
    actor: Acting,
    tx: Tx,
    now: Now,
    *,
    since: Annotated[Moment | None, Query(alias="from", description="A year ago by default")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Two years later by default, and at most")] = None,
    structure_id: OfStructure = None,
) -> StructureFiguresView:
    """The requests of the structures in which the caller is employer or referent, by the month of the session."""
    begin = since or now - _YEAR
    end = until or begin + LONGEST
    if not begin < end <= begin + LONGEST:
        refuse([("to", "La fin doit suivre le début, de deux ans au plus.")])
    months = await tx.structure_people.months(actor, structure_id, begin, end)
    return StructureFiguresView(
        since=begin, until=end, requests=[MonthOfStructureView.model_validate(each) for each in months]
    )
