"""Everything that identity has of one person, but secrets."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.storage.tables import (
    accounts,
    attachments,
    change_reports,
    erasures,
    families,
    security_events,
    structure_requests,
    structures,
)
from shared.own_data import OwnData, read_own_data

_ACCOUNT = ("id", "civility", "first_name", "last_name", "email", "is_staff", "disabled")
_ATTACHMENT = ("state", "statuses", "asked_at", "confirmed_at", "closed_at", "closing_reason")
_REQUEST = ("name", "siret", "town", "contact_name", "contact_email", "state", "asked_at", "answered_at", "answer")


async def own_data(connection: AsyncConnection, account_id: UUID) -> OwnData:
    """Sign-ins and security events are those that are still kept."""
    address = select(accounts.c.email).where(accounts.c.id == account_id).scalar_subquery()
    return await read_own_data(
        connection,
        {
            "account": select(*accounts.c[_ACCOUNT]).where(accounts.c.id == account_id),
            "attachments": select(structures.c.name.label("structure"), *attachments.c[_ATTACHMENT])
            .join(structures, structures.c.id == attachments.c.structure_id)
            .where(attachments.c.account_id == account_id)
            .order_by(attachments.c.asked_at),
            "structure_requests": select(*structure_requests.c[_REQUEST]).where(
                structure_requests.c.contact_email == address
            ),
            "change_reports": select(*change_reports.c["text", "state", "reported_at", "answered_at", "answer"]).where(
                change_reports.c.reported_by == account_id
            ),
            "sign_ins": select(*families.c["client", "started_at", "last_used_at", "ended_at"]).where(
                families.c.account_id == account_id
            ),
            "security_events": select(*security_events.c["at", "kind", "client", "note"]).where(
                security_events.c.account_id == account_id
            ),
            "erasures": select(*erasures.c["asked_at", "acting_as", "state", "obligations", "ended_at"]).where(
                erasures.c.account_id == account_id
            ),
        },
    )
