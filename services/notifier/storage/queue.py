"""The queue of mails to send: one row for each recipient. Finished rows stay; `storage/mails.py` reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import (
    Interval,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.audience import Audience
from services.notifier.domain.mail import Mail
from services.notifier.storage.earlier import as_queued_now
from services.notifier.storage.outgoing import Outgoing, outgoing_as_json, outgoing_of
from services.notifier.storage.tables import mails
from shared.tables import rebuilds

_ADDED: Final = (
    "id",
    "kind",
    "audience",
    "recipient",
    "recipient_account_id",
    "subject_id",
    "facts",
    "correlation_id",
    "resent_from",
    "resent_by",
    "traceparent",
)
_REBUILT: Final = (
    select(
        func.to_char(
            func.timezone("UTC", func.max(rebuilds.c.started_at)), literal_column("""':YYYYMMDD"T"HH24MISS'""")
        )
    )
    .where(rebuilds.c.owner == bindparam("owner", type_=Text))
    .scalar_subquery()
)
_ADD: Final = (
    insert(mails)
    .values(
        {
            **{name: bindparam(name) for name in _ADDED},
            "cause_message_id": bindparam("cause", type_=Text).concat(func.coalesce(_REBUILT, "")),
            "next_at": func.now() + bindparam("delay", type_=Interval),
        }
    )
    .on_conflict_do_nothing()
)
"""The versions in causes begin again if their owner was restored to an earlier time, after which the copies of it are
rebuilt: from then on a cause is another one, so that what is done again is told again.
"""
IS_OPEN: Final = or_(mails.c.status == "pending", (mails.c.status == "unknown") & mails.c.outgoing.is_not(None))
IS_DUE: Final = IS_OPEN & (mails.c.next_at <= func.now())
_HAS_DUE: Final = select(mails.c.id).where(IS_DUE).limit(1)
# the database's clock: two workers whose clocks differ must agree on when a lease ends
_CLAIM: Final = (
    update(mails)
    .where(
        mails.c.id
        == select(mails.c.id)
        .where(IS_DUE)
        .order_by(mails.c.next_at, mails.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(attempts=mails.c.attempts + 1, next_at=func.now() + bindparam("lease", type_=Interval))
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
_OPEN: Final = update(mails).where(mails.c.id == bindparam("mail_id"), IS_OPEN)
_BEGIN_SENDING: Final = _OPEN.values(sendings=mails.c.sendings + 1, outgoing=bindparam("its_outgoing", type_=JSONB))
_KEPT: Final = {
    "subject": bindparam("its_subject"),
    "text": bindparam("its_text"),
    "html": bindparam("its_html"),
    "attachments": bindparam("its_files", type_=JSONB),
    "message_id": bindparam("its_message_id"),
}
_FINISHED: Final = {"outgoing": null(), "facts": bindparam("kept_facts", type_=JSONB)}
_SENT: Final = _OPEN.values(status="sent", why_not=None, sent_at=func.now(), **_KEPT, **_FINISHED)
_NOT_SENT: Final = _OPEN.values(status=bindparam("outcome"), why_not=bindparam("reason"), **_FINISHED)
_DUE_AGAIN: Final = {"why_not": bindparam("reason"), "next_at": func.now() + bindparam("delay", type_=Interval)}
_SAID_BY_ANOTHER: Final = (
    update(mails)
    .where(mails.c.id == any_(bindparam("mail_ids", type_=ARRAY(Uuid))), mails.c.status == "pending")
    .where(mails.c.attempts == 0)
    .values(status="dropped", why_not=bindparam("reason"))
)
_REPEAT: Final = _OPEN.values(status="unknown", **_KEPT, **_DUE_AGAIN)
_RETRY: Final = _OPEN.values(
    **_DUE_AGAIN,
    sendings=mails.c.sendings - 1,
    outgoing=case((mails.c.sendings == 1, null()), else_=mails.c.outgoing),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A mail to send now. `sendings`: how many copies may have left already; `outgoing`: what they were."""

    mail: Mail
    sendings: int
    outgoing: Outgoing | None


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
        resent_from: UUID | None = None,
        resent_by: UUID | None = None,
        traceparent: str | None = None,
    ) -> UUID:
        """Queue a mail, due after the delay. The same cause, kind and recipient again change nothing, unless copies of
        what the cause is about were rebuilt meanwhile.
        """
        mail_id = uuid4()
        row = {
            "id": mail_id,
            "kind": kind,
            "audience": audience,
            "recipient": recipient,
            "recipient_account_id": recipient_account_id,
            "cause": cause,
            "owner": _owner_of(cause),
            "subject_id": subject_id,
            "facts": dict(facts),
            "correlation_id": correlation_id,
            "resent_from": resent_from,
            "resent_by": resent_by,
            "traceparent": traceparent,
        }
        await self._connection.execute(_ADD, {**row, "delay": delay})
        return mail_id

    async def has_due(self) -> bool:
        return await self._connection.scalar(_HAS_DUE) is not None

    async def claim(self, *, lease: timedelta) -> Claimed | None:
        """Take the mail that was due first. Unless it is finished, it is due again after the lease."""
        row = (await self._connection.execute(_CLAIM, {"lease": lease})).first()
        if row is None:
            return None
        subject_id, facts = as_queued_now(row.cause_message_id, row.subject_id, row.facts)
        mail = Mail(
            id=row.id,
            kind=row.kind,
            audience=Audience(row.audience),
            recipient=row.recipient,
            recipient_account_id=row.recipient_account_id,
            subject_id=subject_id,
            facts=facts,
            attempts=row.attempts,
            correlation_id=row.correlation_id,
            traceparent=row.traceparent,
        )
        outgoing = None if row.outgoing is None else outgoing_of(row.outgoing)
        return Claimed(mail=mail, sendings=row.sendings, outgoing=outgoing)

    async def has_newer(self, mail_id: UUID) -> bool:
        """Whether a mail of the same kind, subject and recipient was queued after this one and is not sent yet."""
        return await self._connection.scalar(_HAS_NEWER, {"mail_id": mail_id}) is not None

    async def begin_sending(self, mail_id: UUID, outgoing: Outgoing) -> None:
        """Count a copy that may leave from now on. If the process dies, the next one is sent from these bytes."""
        await self._connection.execute(_BEGIN_SENDING, {"mail_id": mail_id, "its_outgoing": outgoing_as_json(outgoing)})

    async def drop_included(self, mail_ids: Sequence[UUID], *, reason: str) -> None:
        """Drop mails that no worker has begun to send, because another mail says what they say."""
        if mail_ids:
            await self._connection.execute(_SAID_BY_ANOTHER, {"mail_ids": list(mail_ids), "reason": reason})

    async def finish_sent(
        self, mail_id: UUID, outgoing: Outgoing, *, keeps_text: bool, facts: Mapping[str, Any]
    ) -> None:
        """`keeps_text`: False if the text contains a secret that only the recipient may have."""
        kept = _kept(outgoing, keeps_text=keeps_text)
        await self._connection.execute(_SENT, {"mail_id": mail_id, "kept_facts": dict(facts), **kept})

    async def finish_unsent(
        self, mail_id: UUID, outcome: Literal["dropped", "failed", "unknown"], *, reason: str, facts: Mapping[str, Any]
    ) -> None:
        """`reason` is one sentence for staff, in French."""
        parameters = {"mail_id": mail_id, "outcome": outcome, "reason": reason, "kept_facts": dict(facts)}
        await self._connection.execute(_NOT_SENT, parameters)

    async def retry(self, mail_id: UUID, *, delay: timedelta, reason: str) -> None:
        """Make a mail due again after the server has not accepted this copy of it."""
        await self._connection.execute(_RETRY, {"mail_id": mail_id, "delay": delay, "reason": reason})

    async def repeat(
        self, mail_id: UUID, outgoing: Outgoing, *, delay: timedelta, reason: str, keeps_text: bool
    ) -> None:
        """Record that this copy may have arrived, and make the same copy due again."""
        kept = _kept(outgoing, keeps_text=keeps_text)
        await self._connection.execute(_REPEAT, {"mail_id": mail_id, "delay": delay, "reason": reason, **kept})


def _kept(outgoing: Outgoing, *, keeps_text: bool) -> dict[str, Any]:
    return {
        "its_subject": outgoing.subject,
        "its_text": outgoing.text if keeps_text else None,
        "its_html": outgoing.html if keeps_text else None,
        "its_files": list(outgoing.files),
        "its_message_id": outgoing.message_id,
    }


def _owner_of(cause: str) -> str:
    """Whose object it is that causes the mail. Most causes begin with the name of an event."""
    begin = cause.partition(":")[0]
    return {"session cancelled": "catalogue", "cancelled together": "enrollment"}.get(begin, begin.partition(".")[0])
