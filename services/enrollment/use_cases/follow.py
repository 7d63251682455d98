"""What enrollment does when sessions and attachments change elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Row

from services.enrollment.domain.enrollment import Move, allowed_moves
from services.enrollment.storage.seats import seats_of
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.decide import cancel_locked
from services.enrollment.use_cases.seats import lock_training
from shared.contracts.catalogue import SessionSnapshot
from shared.contracts.identity import AttachmentSnapshot


async def keep_session(tx: Transaction, session: SessionSnapshot, *, now: datetime) -> None:
    """Keep a session's copy; more seats go to the queue at once, fewer evict nobody. An older snapshot changes nothing."""
    known = {row.id: row for row in await tx.seats.lock(session.training_id)}.get(session.id)
    if known is None:
        await tx.session_copies.keep(session, overbooked_to=None)
    elif known.version < session.version:
        await tx.session_copies.keep(
            session, overbooked_to=seats_of(known).with_capacity(session.capacity).overbooked_to
        )
        training = await lock_training(tx, session.training_id)
        training.touched.add(session.id)
        await training.settle(now)


async def cancel_session(tx: Transaction, session: SessionSnapshot, *, now: datetime, reason: str) -> None:
    """Keep a session's copy and end every open request for it."""
    await keep_session(tx, session, now=now)
    await cancel_all(tx, await tx.enrollments.open_of(session_id=session.id), role="session", now=now, reason=reason)


async def end_attachment(tx: Transaction, attachment: AttachmentSnapshot, *, now: datetime, reason: str) -> None:
    """End the person's open requests in the structure, unless they belong to it again."""
    if await tx.people.is_attached(attachment.account_id, attachment.structure_id):
        return
    left = await tx.enrollments.open_of(account_id=attachment.account_id, structure_id=attachment.structure_id)
    await cancel_all(tx, left, role="attachment", now=now, reason=reason)


async def cancel_all(
    tx: Transaction,
    left: Iterable[Row[Any]],
    *,
    role: Literal["session", "attachment", "staff"],
    now: datetime,
    reason: str,
) -> None:
    """End open requests that have lost their ground. `left` (id, training_id) is in order of trainings: the order of locks."""
    for training_id, rows in groupby(left, key=lambda row: row.training_id):
        training = await lock_training(tx, training_id)
        for enrollment in await tx.enrollments.some([row.id for row in rows]):
            if Move.CANCEL in allowed_moves(enrollment):
                await cancel_locked(training, enrollment, by=None, role=role, now=now, reason=reason)
        await training.settle(now)
