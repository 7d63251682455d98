"""The mails: one row per recipient, unique per cause."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.domain.copies import Mail
from services.notifier.domain.kinds import Audience, Kind
from services.notifier.storage.tables import attachments, calendars, enrollments, mails


def _mail(row: Row[Any]) -> Mail:
    return Mail(
        id=row.id,
        kind=Kind(row.kind),
        audience=Audience(row.audience),
        recipient=row.recipient,
        recipient_account_id=row.recipient_account_id,
        subject_id=row.subject_id,
        facts=row.facts,
        attempts=row.attempts,
        correlation_id=row.correlation_id,
    )


class Mails:
    """What is to be sent and what was."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def add(self, *, delay: timedelta, **values: Any) -> None:  # noqa: ANN401 - columns of the table
        """Queue a mail, due after the delay; the same cause, kind and recipient again changes nothing."""
        due = func.now() + delay
        await self._connection.execute(insert(mails).values(id=uuid4(), next_at=due, **values).on_conflict_do_nothing())

    async def claim(self, *, now: datetime, lease: timedelta) -> Mail | None:
        """Take the mail that is due first; unless settled it is due again after the lease, so a crash loses none."""
        due = (
            select(mails.c.id)
            .where(mails.c.status == "pending", mails.c.next_at <= now)
            .order_by(mails.c.next_at, mails.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        claimed = await self._connection.execute(
            update(mails)
            .where(mails.c.id == due)
            .values(attempts=mails.c.attempts + 1, next_at=now + lease)
            .returning(mails)
        )
        row = claimed.first()
        return _mail(row) if row else None

    async def settle(self, mail_id: UUID, **values: Any) -> None:  # noqa: ANN401 - columns of the table
        """Write what became of a mail."""
        await self._connection.execute(
            update(mails).where(mails.c.id == mail_id, mails.c.status == "pending").values(**values)
        )

    async def later_one_says_it(self, mail: Mail) -> bool:
        """Whether another pending mail of this kind, about the same thing, for the same recipient, was queued after this one."""
        mine = select(mails.c.created_at).where(mails.c.id == mail.id).scalar_subquery()
        found = await self._connection.execute(
            select(mails.c.id)
            .where(
                mails.c.kind == mail.kind,
                mails.c.recipient == mail.recipient,
                mails.c.subject_id == mail.subject_id,
                mails.c.status == "pending",
                tuple_(mails.c.created_at, mails.c.id) > tuple_(mine, mail.id),
            )
            .limit(1)
        )
        return found.first() is not None

    async def erase(self, account_id: UUID, email: str, sheets: Sequence[UUID]) -> None:
        """Forget a person: what is for them leaves no more, and no kept mail to or about them says anything.

        `sheets`: the subjects of attendance mails that name the person beside others; those that wait still leave.
        """
        about = select(enrollments.c.id).where(enrollments.c.account_id == account_id)
        belonging = select(attachments.c.id).where(attachments.c.account_id == account_id)
        blank: dict[str, Any] = {"subject": None, "text": None, "html": None, "attachments": [], "facts": {}}
        theirs = or_(
            mails.c.recipient_account_id == account_id,
            mails.c.recipient == email,
            mails.c.facts["contact_email"].astext == email,
        )
        reported = mails.c.facts["reported_by"].astext == str(account_id)
        concerned = or_(theirs, reported, mails.c.subject_id.in_(about), mails.c.subject_id.in_(belonging))
        named = and_(mails.c.subject_id.in_(sheets), mails.c.status != "pending")
        await self._connection.execute(
            update(mails)
            .where(concerned, mails.c.status == "pending")
            .values(status="dropped", why_not="La personne est effacée.")
        )
        await self._connection.execute(update(mails).where(or_(concerned, named)).values(**blank))
        await self._connection.execute(update(mails).where(theirs).values(recipient=func.concat("erased:", mails.c.id)))
        await self._connection.execute(delete(calendars).where(calendars.c.enrollment_id.in_(about)))

    async def find(self, mail_id: UUID) -> Row[Any] | None:
        """One mail, whole."""
        return (await self._connection.execute(select(mails).where(mails.c.id == mail_id))).first()

    async def page(
        self,
        *,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
        status: str | None = None,
        kind: str | None = None,
        recipient: str | None = None,
        subject_id: UUID | None = None,
    ) -> Sequence[Row[Any]]:
        """Mails, newest first."""
        wanted = {"status": status, "kind": kind, "recipient": recipient, "subject_id": subject_id}
        conditions = [mails.c[name] == value for name, value in wanted.items() if value is not None]
        if after is not None:
            conditions.append(tuple_(mails.c.created_at, mails.c.id) < tuple_(*after))
        found = await self._connection.execute(
            select(mails).where(*conditions).order_by(mails.c.created_at.desc(), mails.c.id.desc()).limit(limit)
        )
        return found.all()
