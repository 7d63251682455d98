"""Who was told of a request: read from the mails themselves, which are about one request or name several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.audience import Audience
from services.notifier.storage.tables import enrollments, mails

_DECISIONS: Final = ["request_to_decide", "requests_to_decide", "reminder_to_decide"]
_ABOUT: Final = or_(
    mails.c.subject_id == bindparam("enrollment_id"),
    mails.c.facts["enrollment_ids"].op("?")(bindparam("enrollment_text", type_=Text)),
)
_OF_ACCOUNT: Final = mails.c.recipient_account_id == bindparam("account_id")
_OF_ADDRESS: Final = (mails.c.recipient == bindparam("address")) & mails.c.recipient_account_id.is_(None)


def _asked(recipient: ColumnElement[bool]) -> Select[tuple[UUID]]:
    return (
        select(mails.c.id)
        .where(
            recipient,
            mails.c.audience == bindparam("audience"),
            mails.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
            mails.c.status.in_(("pending", "sent", "unknown")),
            _ABOUT,
        )
        .limit(1)
    )


_ASKED_ACCOUNT: Final = _asked(_OF_ACCOUNT)
_ASKED_ADDRESS: Final = _asked(_OF_ADDRESS)
_TOLD_TRAINER: Final = (
    select(mails.c.id)
    .where(
        _OF_ACCOUNT,
        mails.c.audience == Audience.TRAINER.value,
        mails.c.status.in_(("sent", "unknown")),
        _ABOUT,
    )
    .limit(1)
)
# queued for the person and the employers whenever a trainer, or staff in a trainer's place, has decided
_BY_TRAINERS: Final = (
    select(mails.c.id)
    .where(mails.c.subject_id == bindparam("enrollment_id"), mails.c.kind.in_(("validated", "question", "declined")))
    .limit(1)
)

_SENT: Final = (
    select(mails.c.id)
    .where(
        _OF_ACCOUNT,
        mails.c.subject_id == bindparam("subject_id", type_=Uuid),
        mails.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
        mails.c.status.in_(("sent", "unknown")),
    )
    .limit(1)
)
_WAITING: Final = (
    select(mails.c.id, mails.c.subject_id, mails.c.facts)
    .where(
        _OF_ACCOUNT,
        mails.c.audience == Audience.PERSON.value,
        mails.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
        mails.c.facts["by"].astext == "attachment",
        mails.c.status == "pending",
        mails.c.attempts == 0,
    )
    .order_by(mails.c.created_at, mails.c.id)
)
_IS_PROPOSAL: Final = (
    select(mails.c.id)
    .where(mails.c.kind == "proposal", mails.c.subject_id == bindparam("proposal_id", type_=Uuid))
    .limit(1)
)
# the cart of a request that a consent made is the proposal
_PROPOSAL_OF: Final = (
    select(mails.c.facts)
    .join(enrollments, enrollments.c.cart_id == mails.c.subject_id)
    .where(mails.c.kind == "proposal", enrollments.c.id == bindparam("enrollment_id"))
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMail:
    """A mail that no worker has begun to send, and the requests that it is about."""

    mail_id: UUID
    request_ids: Sequence[UUID]


class Told:
    """Questions about earlier mails."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def was_asked(
        self, enrollment_id: UUID, audience: Audience, *, account_id: UUID | None, address: str
    ) -> bool:
        """Whether a mail that asks for the decision was sent to the recipient, or will be."""
        about = {"enrollment_id": enrollment_id, "enrollment_text": str(enrollment_id)}
        parameters = {**about, "audience": audience.value, "kinds": _DECISIONS}
        if account_id is None:
            found = await self._connection.scalar(_ASKED_ADDRESS, {**parameters, "address": address})
        else:
            found = await self._connection.scalar(_ASKED_ACCOUNT, {**parameters, "account_id": account_id})
        return found is not None

    async def trainer_was_told(self, enrollment_id: UUID, account_id: UUID) -> bool:
        """Whether a mail about the request has left to the account as a trainer, or trainers have decided on it."""
        about = {"enrollment_id": enrollment_id, "enrollment_text": str(enrollment_id)}
        if await self._connection.scalar(_TOLD_TRAINER, {**about, "account_id": account_id}) is not None:
            return True
        return await self._connection.scalar(_BY_TRAINERS, {"enrollment_id": enrollment_id}) is not None

    async def was_sent(self, subject_id: UUID, account_id: UUID, kinds: Sequence[str]) -> bool:
        """Whether a mail of these kinds about the subject has left to the account."""
        parameters = {"subject_id": subject_id, "account_id": account_id, "kinds": list(kinds)}
        return await self._connection.scalar(_SENT, parameters) is not None

    async def waiting_to_say_what_ended(self, account_id: UUID, kinds: Sequence[str]) -> list[WaitingMail]:
        """The mails of these kinds to a person about requests that ended with an attachment, and that wait still."""
        rows = await self._connection.execute(_WAITING, {"account_id": account_id, "kinds": list(kinds)})
        return [
            WaitingMail(
                mail_id=row.id,
                request_ids=[UUID(each) for each in row.facts.get("enrollment_ids", (str(row.subject_id),))],
            )
            for row in rows
        ]

    async def is_proposal(self, cart_id: UUID) -> bool:
        """Whether the cart is a proposal, to which its person consents."""
        return await self._connection.scalar(_IS_PROPOSAL, {"proposal_id": cart_id}) is not None

    async def proposal_of(self, enrollment_id: UUID) -> Mapping[str, Any] | None:
        """What the person read of the proposal that led to the request: `by`, `by_name` and `reason`, among others."""
        found: Mapping[str, Any] | None = await self._connection.scalar(_PROPOSAL_OF, {"enrollment_id": enrollment_id})
        return found
