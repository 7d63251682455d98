"""Everything that enrollment has of one person."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.tables import (
    accounts,
    carts,
    enrollment_history,
    enrollments,
    presences,
    proposals,
    sessions,
)
from shared.own_data import OwnData, read_own_data

_REQUEST = ("id", "motivation", "requested_at", "approval", "seat", "late", "attended")
_LINE = ("aggregate_id", "act", "to_approval", "to_seat", "acting_as", "at", "note")
_PRESENCE = ("enrollment_id", "slot_id", "present", "status", "arrived_at", "recorded_at", "note", "remark")
_PROPOSAL = ("kind", "reason", "motivation", "proposed_at", "expires_at", "state", "answered_at", "answer_reason")


async def own_data(connection: AsyncConnection, account_id: UUID) -> OwnData:
    """With what others have written to the person about the requests, and without the notes that only staff read."""
    own = select(enrollments.c.id).where(enrollments.c.account_id == account_id)
    with_session = sessions.c["title", "place", "starts_at"]
    return await read_own_data(
        connection,
        {
            "account": select(*accounts.c["id", "civility", "first_name", "last_name", "email"]).where(
                accounts.c.id == account_id
            ),
            "cart": select(*with_session, *carts.c["added_at", "motivation"])
            .join(sessions, sessions.c.id == carts.c.session_id)
            .where(carts.c.account_id == account_id),
            "requests": select(*with_session, *enrollments.c[_REQUEST])
            .join(sessions, sessions.c.id == enrollments.c.session_id)
            .where(enrollments.c.account_id == account_id)
            .order_by(enrollments.c.requested_at),
            "history": select(*enrollment_history.c[_LINE])
            .where(enrollment_history.c.aggregate_id.in_(own))
            .order_by(enrollment_history.c.at),
            "presences": select(*presences.c[_PRESENCE]).where(presences.c.enrollment_id.in_(own)),
            "proposals": select(*with_session, *proposals.c[_PROPOSAL])
            .join(sessions, sessions.c.id == proposals.c.session_id)
            .where(proposals.c.account_id == account_id),
        },
    )
