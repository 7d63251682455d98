"""How an attachment begins: for the first user of a structure, for its invited contact, and for everybody else."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.identity.domain.attachment_moves import State
from services.identity.domain.attachments import (
    Attachment,
    AttachmentRequest,
    AttachmentRequested,
    FirstUserAttached,
    Status,
)

INVITATION_LIFE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The right of the person who asked for a structure to become its first referent, by a verified address."""

    structure_id: UUID
    email: str
    contact_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureToJoin:
    """What a new attachment depends on.

    `contact_email`: the address that the structure is known by. `invited`: the address of an invitation that has not
    expired and was not used.
    """

    id: UUID
    has_people: bool
    has_referent: bool
    unconfirmed_referent: UUID | None
    contact_email: str | None
    invited: str | None


def request_attachment(
    attachment_id: UUID, *, account_id: UUID, email: str, structure: StructureToJoin
) -> AttachmentRequest:
    """Begin an attachment: active for the first referent of the structure, for everybody else a request.

    The first referent is the invited contact, whom staff know, or, without an invitation, the first user, whom nobody
    has confirmed. `email`: the verified address of the account.
    """
    requested = Attachment(
        id=attachment_id, version=1, account_id=account_id, structure_id=structure.id, state=State.REQUESTED
    )
    if not _is_first_referent(email, structure):
        return AttachmentRequested(attachment=requested, unconfirmed_referent=structure.unconfirmed_referent)
    first = replace(requested, state=State.ACTIVE, statuses=(Status.REFERENT,), unconfirmed=structure.invited is None)
    return FirstUserAttached(attachment=first, contact_email=structure.contact_email)


def _is_first_referent(email: str, structure: StructureToJoin) -> bool:
    if structure.invited is None:
        return not structure.has_people
    return structure.invited == email and not structure.has_referent
