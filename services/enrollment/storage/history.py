"""Read the history of a request."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.history_labels import HistoryMove
from services.enrollment.domain.states import ActingAs, Approval, Seat
from services.enrollment.storage.details import EnrollmentDetails, PersonName
from services.enrollment.storage.session_names import SessionName
from services.enrollment.storage.tables import accounts, enrollment_history, sessions, transfers
from shared.records import field_names

_from, _to = sessions.alias("from_session"), sessions.alias("to_session")
_SESSION: Final = field_names(SessionName)
_OF: Final = (
    select(enrollment_history, *accounts.c["first_name", "last_name"])
    .add_columns(*(_from.c[name].label(f"from_{name}") for name in _SESSION))
    .add_columns(*(_to.c[name].label(f"to_{name}") for name in _SESSION))
    .outerjoin(accounts, accounts.c.id == enrollment_history.c.acted_by)
    .outerjoin(
        transfers,
        and_(
            transfers.c.enrollment_id == enrollment_history.c.aggregate_id,
            transfers.c.version == enrollment_history.c.version,
        ),
    )
    .outerjoin(_from, _from.c.id == transfers.c.from_session_id)
    .outerjoin(_to, _to.c.id == transfers.c.session_id)
    .where(enrollment_history.c.aggregate_id == bindparam("enrollment"))
    .order_by(enrollment_history.c.version)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One move of a request. `moved_by` is None if no person made the move.

    `from_session` and `to_session` are those of a move to another session.
    """

    version: int
    move: HistoryMove
    from_approval: Approval
    to_approval: Approval
    from_seat: Seat
    to_seat: Seat
    moved_by: PersonName | None
    acting_as: ActingAs
    at: datetime
    note: str | None
    from_session: SessionName | None = None
    to_session: SessionName | None = None


class History:
    """The history of requests. Callers load the request first, and that is the access check."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, enrollment_id: UUID) -> list[HistoryEntry]:
        """All moves of the request, oldest first."""
        return [
            HistoryEntry(
                version=row.version,
                move=row.act,
                from_approval=Approval(row.from_approval),
                to_approval=Approval(row.to_approval),
                from_seat=Seat(row.from_seat),
                to_seat=Seat(row.to_seat),
                moved_by=row.acted_by
                and PersonName(id=row.acted_by, first_name=row.first_name or "", last_name=row.last_name or ""),
                acting_as=row.acting_as,
                at=row.at,
                note=row.note,
                from_session=_session_of(row, "from"),
                to_session=_session_of(row, "to"),
            )
            for row in await self._connection.execute(_OF, {"enrollment": enrollment_id})
        ]

    async def told(self, details: EnrollmentDetails) -> list[HistoryEntry]:
        """The story of a request: it begins with the request itself, and what happened at once is one line.

        A person who came without a request made none: their story begins when they were added to the sheet.
        """
        request = details.enrollment
        moves = await self.of(request.id)
        if moves and moves[0].move == "admit" and moves[0].at == request.requested_at:
            return moves
        made = HistoryEntry(
            version=1,
            move="request",
            from_approval=Approval.AWAITING_EMPLOYER,
            to_approval=Approval.AWAITING_EMPLOYER,
            from_seat=Seat.NONE,
            to_seat=Seat.NONE,
            moved_by=details.person,
            acting_as="beneficiary",
            at=request.requested_at,
            note=None,
        )
        return [made, *_in_one_line(moves)]


def _session_of(row: Row[Any], which: str) -> SessionName | None:
    values = {name: getattr(row, f"{which}_{name}") for name in _SESSION}
    return None if values["id"] is None else SessionName(**values)


def _in_one_line(entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """An acceptance that gave a seat at once is one line, not one of the waiting list and one of the seat."""
    told: list[HistoryEntry] = []
    for entry in entries:
        before = told[-1] if told else None
        if before is not None and entry.acting_as == "queue" and before.move == "accept" and before.at == entry.at:
            told[-1] = replace(before, to_seat=entry.to_seat, version=entry.version)
        else:
            told.append(entry)
    return told
