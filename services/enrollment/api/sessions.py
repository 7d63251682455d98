"""The endpoint that lists the sessions of a trainer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.storage.trained_sessions import SessionFilters, SessionSeatsDetails, When
from shared.http.clock import Now
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, Column, export
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, problems
from shared.http.views import View
from shared.records import from_attributes

router = APIRouter(prefix="/sessions", tags=["sessions"])


class SlotView(View):
    """One block of a session, usually half a day; presence is recorded for each one."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class TrainerSessionView(View):
    """A session with its seats: `held` of its `capacity` seats are taken, and `queued` people wait.

    `pending` requests wait for the trainer's validation, `awaiting_answer` for the person's answer. Requests are taken
    from `opens_at` until `closes_at`. `state_label` is the French label of the state now.
    """

    id: UUID
    training_id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    axis: str | None = Field(examples=["Accompagner les publics"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    slots: list[SlotView]
    capacity: int = Field(examples=[12])
    held: int = Field(examples=[9])
    queued: int = Field(examples=[0])
    pending: int = Field(examples=[2])
    awaiting_answer: int = Field(examples=[1])
    state: str = Field(examples=["scheduled"], json_schema_extra={"enum": ["scheduled", "cancelled"]})
    state_label: str = Field(examples=["À venir"])
    attendance_closed_at: datetime | None

    @classmethod
    def of(cls, session: SessionSeatsDetails, now: datetime) -> Self:
        slots = [SlotView.model_validate(slot) for slot in session.slots]
        return from_attributes(cls, session, slots=slots, state_label=session.label(now))


async def filters(
    when: Annotated[When | None, Query(description="Not over yet, soonest first; or over, latest first")] = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="Part of the title or the place"),
    ] = None,
) -> SessionFilters:
    """Keep only these sessions."""
    return SessionFilters(when=when, q=q)


@router.get("", responses=problems(NOT_ADMITTED))
async def list_sessions(
    actor: Acting,
    tx: Tx,
    now: Now,
    wanted: Annotated[SessionFilters, Depends(filters)],
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    *,
    limit: Limit = 20,
) -> Page[TrainerSessionView]:
    """List the sessions that the caller trains, latest first unless `when` is `coming`. Staff get all sessions."""
    return Page[TrainerSessionView].of(
        await tx.trained_sessions.page(actor, wanted, now=now, after=after, limit=limit),
        limit,
        view=lambda session: TrainerSessionView.of(session, now),
        sort_key=BY_TIME,
        key=lambda session: (session.starts_at, session.id),
    )


COLUMNS: Final[Sequence[Column[TrainerSessionView]]] = (
    Column("Session", lambda each: each.title),
    Column("Axe", lambda each: each.axis),
    Column("Lieu", lambda each: each.place),
    Column("Début", lambda each: each.starts_at),
    Column("Fin", lambda each: each.ends_at),
    Column("Créneaux", lambda each: len(each.slots)),
    Column("Places", lambda each: each.capacity),
    Column("Places prises", lambda each: each.held),
    Column("En liste d’attente", lambda each: each.queued),
    Column("À valider", lambda each: each.pending),
    Column("Réponses attendues", lambda each: each.awaiting_answer),
    Column("État", lambda each: each.state_label),
)


@router.get("/export", responses={**EXPORTED, **problems(NOT_ADMITTED, INVALID)}, response_class=Response)
async def export_sessions(
    actor: Acting,
    tx: Tx,
    now: Now,
    wanted: Annotated[SessionFilters, Depends(filters)],
    file_format: ChosenFormat = "csv",
) -> Response:
    """The same list as a file for a spreadsheet, with the same filters."""
    found = await tx.trained_sessions.page(actor, wanted, now=now, after=None, limit=MOST_ROWS)
    views = [TrainerSessionView.of(each, now) for each in found]
    return await export(views, COLUMNS, format=file_format, name="sessions", filters=("when", "q"))
