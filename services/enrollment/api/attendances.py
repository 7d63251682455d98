"""The endpoint that lists recorded attendances, for employers, referents, staff and the people themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.api.views import PersonView, SessionView, StructureView
from services.enrollment.domain.attendance import PresenceStatus
from services.enrollment.domain.certificate import duration
from services.enrollment.domain.states import Approval, Seat, status_label
from services.enrollment.storage.attendances import AttendanceDetails, AttendanceFilters, AttendedSlot
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, Column, export
from shared.http.pagination import BY_TIME, Limit, Moment, Page, TimeKey
from shared.http.problems import INVALID, problems
from shared.http.views import View

router = APIRouter(prefix="/attendance", tags=["attendance"])


class AttendedSlotView(View):
    """One slot with the presence of the person. `remark` is null for a referent who is not an employer."""

    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: PresenceStatus = Field(examples=["late"])
    arrived_at: datetime | None = Field(examples=["2027-03-02T08:40:00Z"])
    remark: str | None = Field(examples=["Train en retard."])

    @classmethod
    def of(cls, attended: AttendedSlot) -> Self:
        return cls(
            slot_id=attended.slot.id,
            starts_at=attended.slot.starts_at,
            ends_at=attended.slot.ends_at,
            status=attended.presence.status,
            arrived_at=attended.presence.arrived_at,
            remark=attended.remark,
        )


class AttendanceView(View):
    """The recorded attendance of one person in one session.

    `followed_minutes` of `planned_minutes`, from the slots and the arrivals; `followed_label` says it in French.
    `has_certificate`: the certificate can be downloaded now.
    """

    enrollment_id: UUID
    person: PersonView
    structure: StructureView
    session: SessionView
    attended: bool
    status_label: str = Field(examples=["Suivie"])
    planned_minutes: int = Field(examples=[420])
    followed_minutes: int = Field(examples=[380])
    followed_label: str = Field(examples=["6 h 20 sur 7 h"])
    has_certificate: bool
    slots: list[AttendedSlotView]

    @classmethod
    def of(cls, details: AttendanceDetails) -> Self:
        planned, followed = details.planned, details.followed
        return cls(
            enrollment_id=details.enrollment_id,
            person=PersonView.model_validate(details.person),
            structure=StructureView.model_validate(details.structure),
            session=SessionView.model_validate(details.session),
            attended=details.attended,
            status_label=status_label(Approval.VALIDATED, Seat.HELD, None, attended=details.attended),
            planned_minutes=round(planned.total_seconds() / 60),
            followed_minutes=round(followed.total_seconds() / 60),
            followed_label=f"{duration(followed)} sur {duration(planned)}",
            has_certificate=details.has_certificate,
            slots=[AttendedSlotView.of(each) for each in details.slots],
        )


async def filters(
    *,
    structure_id: UUID | None = None,
    session_id: UUID | None = None,
    account_id: UUID | None = None,
    starts_from: Annotated[Moment | None, Query(alias="from", description="The session begins then or later")] = None,
    starts_until: Annotated[Moment | None, Query(alias="to", description="The session begins before then")] = None,
) -> AttendanceFilters:
    """Keep only these attendances."""
    return AttendanceFilters(
        structure_id=structure_id,
        session_id=session_id,
        account_id=account_id,
        starts_from=starts_from,
        starts_until=starts_until,
    )


@router.get("", responses=problems(NOT_ADMITTED))
async def list_attendances(
    actor: Acting,
    tx: Tx,
    wanted: Annotated[AttendanceFilters, Depends(filters)],
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    *,
    limit: Limit = 20,
) -> Page[AttendanceView]:
    """List recorded attendances by slot: the latest sessions first.

    These are the caller's own, and those of the people of structures in which the caller is employer or referent.
    Staff get all.
    """
    return Page[AttendanceView].of(
        await tx.attendances.page(actor, wanted, after=after, limit=limit),
        limit,
        view=AttendanceView.of,
        sort_key=BY_TIME,
        key=lambda details: (details.session.starts_at, details.enrollment_id),
    )


COLUMNS: Final[Sequence[Column[AttendanceView]]] = (
    Column("Nom", lambda each: each.person.last_name),
    Column("Prénom", lambda each: each.person.first_name),
    Column("Structure", lambda each: each.structure.name),
    Column("Session", lambda each: each.session.title),
    Column("Lieu", lambda each: each.session.place),
    Column("Début", lambda each: each.session.starts_at),
    Column("Fin", lambda each: each.session.ends_at),
    Column("Statut", lambda each: each.status_label),
    Column("Créneaux suivis", lambda each: sum(slot.status in {"present", "late"} for slot in each.slots)),
    Column("Créneaux", lambda each: len(each.slots)),
    Column("Minutes prévues", lambda each: each.planned_minutes),
    Column("Minutes suivies", lambda each: each.followed_minutes),
)


@router.get("/export", responses={**EXPORTED, **problems(NOT_ADMITTED, INVALID)}, response_class=Response)
async def export_attendances(
    actor: Acting, tx: Tx, wanted: Annotated[AttendanceFilters, Depends(filters)], file_format: ChosenFormat = "csv"
) -> Response:
    """The same list as a file for a spreadsheet, with the same filters."""
    found = await tx.attendances.page(actor, wanted, after=None, limit=MOST_ROWS)
    views = [AttendanceView.of(details) for details in found]
    return await export(views, COLUMNS, format=file_format, name="presences", filters=("from", "to"))
