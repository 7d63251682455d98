"""The queue of mails to send: one row for each recipient. Finished rows stay; `storage/mails.py` reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import Interval, bindparam, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.audience import Audience
from services.notifier.domain.mail import Mail
from services.notifier.storage.tables import mails

_ADDED: Final = (
    "id",
    "kind",
    "audience",
    "recipient",
    "recipient_account_id",
    "cause_message_id",
    "subject_id",
    "facts",
    "correlation_id",
)
_ADD: Final = (
    insert(mails)
    .values({name: bindparam(name) for name in _ADDED} | {"next_at": func.now() + bindparam("delay", type_=Interval)})
    .on_conflict_do_nothing()
)
_CLAIM: Final = (
    update(mails)
    .where(
        mails.c.id
        == select(mails.c.id)
        .where(mails.c.status == "pending", mails.c.next_at <= bindparam("now"))
        .order_by(mails.c.next_at, mails.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(attempts=mails.c.attempts + 1, next_at=bindparam("lease_ends_at"))
    .returning(mails)
)
_newer = mails.alias("newer")
_HAS_NEWER: Final = (
    select(_newer.c.id)
    .join(
        mails,
        (_newer.c.kind == mails.c.kind)
        & (_newer.c.recipient == mails.c.recipient)
        & (_newer.c.subject_id == mails.c.subject_id),
    )
    .where(
        mails.c.id == bindparam("mail_id"),
        _newer.c.status == "pending",
        tuple_(_newer.c.created_at, _newer.c.id) > tuple_(mails.c.created_at, mails.c.id),
    )
    .limit(1)
)
_PENDING: Final = update(mails).where(mails.c.id == bindparam("mail_id"), mails.c.status == "pending")
_SENT: Final = _PENDING.values(
    status="sent",
    why_not=None,
    sent_at=bindparam("at"),
    subject=bindparam("its_subject"),
    text=bindparam("its_text"),
    html=bindparam("its_html"),
    attachments=bindparam("its_files", type_=JSONB),
    message_id=bindparam("its_message_id"),
    facts=bindparam("kept_facts", type_=JSONB),
)
_NOT_SENT: Final = _PENDING.values(
    status=bindparam("outcome"), why_not=bindparam("reason"), facts=bindparam("kept_facts", type_=JSONB)
)
_RETRY: Final = _PENDING.values(why_not=bindparam("reason"), next_at=bindparam("at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """What is kept of a mail that was sent. `text` and `html` are None if the mail contains a secret."""

    at: datetime
    subject: str
    text: str | None
    html: str | None
    files: Sequence[Mapping[str, str]]
    message_id: str
    facts: Mapping[str, Any]


class MailQueue:
    """Mails that are to be sent."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        *,
        kind: str,
        audience: Audience,
        recipient: str,
        recipient_account_id: UUID | None,
        cause: str,
        subject_id: UUID,
        facts: Mapping[str, Any],
        correlation_id: str | None,
        delay: timedelta,
    ) -> None:
        """Queue a mail, due after the delay. The same cause, kind and recipient again change nothing."""
        row = {
            "id": uuid4(),
            "kind": kind,
            "audience": audience,
            "recipient": recipient,
            "recipient_account_id": recipient_account_id,
            "cause_message_id": cause,
            "subject_id": subject_id,
            "facts": dict(facts),
            "correlation_id": correlation_id,
        }
        await self._connection.execute(_ADD, {**row, "delay": delay})

    async def claim(self, *, now: datetime, lease: timedelta) -> Mail | None:
        """Take the mail that was due first. Unless it is finished, it is due again after the lease."""
        row = (await self._connection.execute(_CLAIM, {"now": now, "lease_ends_at": now + lease})).first()
        if row is None:
            return None
        return Mail(
            id=row.id,
            kind=row.kind,
            audience=Audience(row.audience),
            recipient=row.recipient,
            recipient_account_id=row.recipient_account_id,
            subject_id=row.subject_id,
            facts=row.facts,
            attempts=row.attempts,
            correlation_id=row.correlation_id,
        )

    async def has_newer(self, mail_id: UUID) -> bool:
        """Whether a mail of the same kind, subject and recipient was queued after this one and is not sent yet."""
        return await self._connection.scalar(_HAS_NEWER, {"mail_id": mail_id}) is not None

    async def finish_sent(self, mail_id: UUID, sent: SentMail) -> None:
        parameters = {
            "mail_id": mail_id,
            "at": sent.at,
            "its_subject": sent.subject,
            "its_text": sent.text,
            "its_html": sent.html,
            "its_files": list(sent.files),
            "its_message_id": sent.message_id,
            "kept_facts": dict(sent.facts),
        }
        await self._connection.execute(_SENT, parameters)

    async def finish_unsent(
        self, mail_id: UUID, outcome: Literal["dropped", "failed"], *, reason: str, facts: Mapping[str, Any]
    ) -> None:
        """`reason` is one sentence for staff, in French."""
        parameters = {"mail_id": mail_id, "outcome": outcome, "reason": reason, "kept_facts": dict(facts)}
        await self._connection.execute(_NOT_SENT, parameters)

    async def retry(self, mail_id: UUID, *, at: datetime, reason: str) -> None:
        """Make a mail due again."""
        await self._connection.execute(_RETRY, {"mail_id": mail_id, "at": at, "reason": reason})
