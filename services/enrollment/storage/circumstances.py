"""What the moves of requests depend on beside their states: read for a whole list in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Row, Uuid, any_, bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.enrollment import Line
from services.enrollment.domain.states import OPEN, Approval, Move, Seat
from services.enrollment.storage.access import waits_in_the_queue
from services.enrollment.storage.conditions import word
from services.enrollment.storage.people import other_employer
from services.enrollment.storage.tables import accounts, attachments, enrollment_history, enrollments, sessions
from shared.compiled import compiled

_LINES: Final = 2
"""A decision, and the seat that followed from it at once."""
_ACTOR: Final = bindparam("account", type_=Uuid())
_NOW: Final = bindparam("now", type_=DateTime(timezone=True))


def _last_lines() -> Any:  # noqa: ANN401 - SQLAlchemy has no public type for it
    lines = enrollment_history
    last = (
        select(lines)
        .where(lines.c.aggregate_id == enrollments.c.id)
        .order_by(lines.c.version.desc())
        .limit(_LINES)
        .correlate(enrollments)
        .subquery("last_lines")
    )
    in_order = aggregate_order_by(func.to_jsonb(last.table_valued()), last.c.version)
    return select(func.jsonb_agg(in_order)).select_from(last).scalar_subquery()


def _has_other_open() -> Any:  # noqa: ANN401 - SQLAlchemy has no public type for it
    others = enrollments.alias("others")
    return exists(
        select(literal(1)).where(
            others.c.account_id == enrollments.c.account_id,
            others.c.training_id == enrollments.c.training_id,
            others.c.id != enrollments.c.id,
            others.c.approval.in_([word(approval.value) for approval in sorted(OPEN)]),
            others.c.attendance.is_(None),
        )
    )


def _has_other_session() -> Any:  # noqa: ANN401 - SQLAlchemy has no public type for it
    other = sessions.alias("other_session")
    return exists(
        select(literal(1)).where(
            other.c.training_id == enrollments.c.training_id,
            other.c.id != enrollments.c.session_id,
            other.c.state == word("scheduled"),
            other.c.starts_at > _NOW,
            other.c.closes_at > _NOW,
        )
    )


def _attached(account: Any, *conditions: Any) -> Any:  # noqa: ANN401 - columns and conditions
    return exists(
        select(literal(1))
        .select_from(attachments.join(accounts, accounts.c.id == attachments.c.account_id))
        .where(
            attachments.c.account_id == account,
            attachments.c.structure_id == enrollments.c.structure_id,
            attachments.c.state == word("active"),
            ~accounts.c.disabled,
            *conditions,
        )
        .correlate(enrollments)
    )


_OF: Final = compiled(
    select(
        enrollments.c.id,
        sessions.c.state,
        sessions.c.attendance_closed_at,
        sessions.c.capacity,
        sessions.c.held,
        _last_lines().label("lines"),
        _has_other_open().label("has_other_open"),
        _has_other_session().label("has_other_session"),
        _attached(enrollments.c.account_id, word("beneficiary") == any_(attachments.c.statuses)).label(
            "is_beneficiary"
        ),
        _attached(_ACTOR, attachments.c.unconfirmed).label("is_unconfirmed"),
        waits_in_the_queue(_ACTOR).label("actor_waits"),
        other_employer(structure=enrollments.c.structure_id, account=_ACTOR).label("has_other_employer"),
    )
    .join_from(enrollments, sessions, sessions.c.id == enrollments.c.session_id)
    .where(enrollments.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
)


_ATTACHMENT: Final = compiled(
    select(attachments.c.id)
    .join(
        enrollments,
        (enrollments.c.account_id == attachments.c.account_id)
        & (enrollments.c.structure_id == attachments.c.structure_id),
    )
    .where(enrollments.c.id == bindparam("id", type_=Uuid()))
    .with_for_update(of=attachments, read=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was read about one request. `lines` are the last ones of its history, oldest first.

    `is_unconfirmed` and `has_other_employer` are about the acting person in the structure of the request, and
    `actor_waits` in the queue of its session.
    """

    takes_place: bool
    capacity: int
    held: int
    lines: Sequence[Line]
    has_other_open: bool
    has_other_session: bool
    is_beneficiary: bool
    is_unconfirmed: bool
    has_other_employer: bool
    actor_waits: bool


class CircumstancesOfRequests:
    """Reads the circumstances. Callers have loaded the requests, and that is the access check."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, ids: Sequence[UUID], *, account_id: UUID, now: datetime) -> Mapping[UUID, Found]:
        """The circumstances of each request. `account_id` is the acting person."""
        rows = await _OF.all(self._connection, {"ids": list(ids), "account": account_id, "now": now})
        return {row.id: _found(row) for row in rows}

    async def lock_attachment(self, enrollment_id: UUID) -> None:
        """Make the handler of the end of the person's attachment wait, so that it finds a request that is open again.

        As for a cart, this comes before the lock on the training: that handler takes its locks in the same order.
        """
        await _ATTACHMENT.all(self._connection, {"id": enrollment_id})


def _found(row: Row[Any]) -> Found:
    return Found(
        takes_place=row.state == "scheduled" and row.attendance_closed_at is None,
        capacity=row.capacity,
        held=row.held,
        lines=[_line(line) for line in row.lines or ()],
        has_other_open=row.has_other_open,
        has_other_session=row.has_other_session,
        is_beneficiary=row.is_beneficiary,
        is_unconfirmed=row.is_unconfirmed,
        has_other_employer=row.has_other_employer,
        actor_waits=row.actor_waits,
    )


def _line(line: Mapping[str, Any]) -> Line:
    return Line(
        enrollment_id=UUID(line["aggregate_id"]),
        version=line["version"],
        move=Move(line["act"]),
        from_approval=Approval(line["from_approval"]),
        to_approval=Approval(line["to_approval"]),
        from_seat=Seat(line["from_seat"]),
        to_seat=Seat(line["to_seat"]),
        by=line["acted_by"] and UUID(line["acted_by"]),
        acting_as=line["acting_as"],
        at=datetime.fromisoformat(line["at"]),
        note=line["note"],
    )
