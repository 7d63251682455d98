"""What was sent and what could not be sent, for the agency's staff."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.notifier.domain.mails.all import SECRET
from services.notifier.storage.access import Actor
from services.notifier.storage.mails import StoredMail
from services.notifier.storage.transaction import Transaction


async def list_mails(
    tx: Transaction,
    actor: Actor,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
    status: str | None,
    kind: str | None,
) -> Sequence[StoredMail]:
    """Up to `limit` mails and one more if there is one, newest first."""
    return await tx.mails.list(actor, limit=limit, after=after, status=status, kind=kind)


async def read_mail(tx: Transaction, actor: Actor, mail_id: UUID) -> StoredMail:
    """One mail, without its text if that contains a secret link. Raises NotFound."""
    mail = await tx.mails.get(actor, mail_id)
    return replace(mail, text=None, html=None) if mail.kind in SECRET else mail
