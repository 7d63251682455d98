"""What was sent and what could not be, for the agency's staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.notifier.storage.transaction import Transaction
from shared.errors import NotFound


async def _require_staff(tx: Transaction, reader: UUID) -> None:
    account = await tx.copies.account(reader)
    if account is None or not account.is_staff or not account.reachable:
        raise NotFound


async def list_mails(
    tx: Transaction,
    reader: UUID,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
    status: str | None,
    kind: str | None,
) -> Sequence[Row[Any]]:
    """Mails, newest first."""
    await _require_staff(tx, reader)
    return await tx.mails.page(limit=limit, after=after, status=status, kind=kind)


async def one_mail(tx: Transaction, reader: UUID, mail_id: UUID) -> Row[Any]:
    """One mail; raises NotFound."""
    await _require_staff(tx, reader)
    row = await tx.mails.find(mail_id)
    if row is None:
        raise NotFound
    return row
