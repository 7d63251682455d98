"""Put right what a closed sheet says: reopen it, or correct the line of one person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.enrollment.domain import decisions
from services.enrollment.domain.attendance import attendance_of, attendance_until, correctable
from services.enrollment.domain.facts import SheetReopened
from services.enrollment.storage.access import Actor
from services.enrollment.storage.attendance import NewPresence
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.attendance import wrong_arrivals
from services.enrollment.use_cases.record import record
from services.enrollment.use_cases.sheet import LockedSheet, Sheet, lock_sheet, presences_by_slot, sheet
from shared.errors import NotFound, refuse


async def reopen(tx: Transaction, session_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Sheet:
    """Open a closed sheet again. The attendances that were published stay until it is closed again."""
    closed = await _closed_sheet(tx, session_id, actor, now=now, reason=reason)
    version = closed.plan.version + 1
    await tx.sheets.change(
        session_id, "reopen", version=version, by=actor.account_id, acting_as=closed.acting_as, at=now, note=reason
    )
    fact = SheetReopened(session_id=session_id, version=version, reopened_by=actor.account_id, reason=reason)
    await record(tx, [fact], now=now)
    return await sheet(tx, session_id, actor=actor)


async def correct_line(
    tx: Transaction,
    session_id: UUID,
    enrollment_id: UUID,
    added: Sequence[NewPresence],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> Sheet:
    """Correct slots of one person on a closed sheet. The attendance is published again if it is another one."""
    closed = await _closed_sheet(tx, session_id, actor, now=now, reason=reason)
    people = {each.enrollment.id: each for each in await tx.sheets.people(session_id)}
    if enrollment_id not in people or people[enrollment_id].enrollment.attendance is None:
        raise NotFound
    enrollment, gave_up = people[enrollment_id].enrollment, people[enrollment_id].gave_up_at is not None
    known = set(closed.slot_ids)
    refuse(
        [
            (f"slots.{place}.slot_id", "Ce créneau n'est pas de cette session.")
            for place, each in enumerate(added)
            if each.presence.slot_id not in known
        ]
    )
    refuse(wrong_arrivals("slots", added, closed.plan.slots))
    await tx.sheets.record(added, by=actor.account_id, at=now, note=reason)
    await tx.sheets.change(
        session_id,
        "correct",
        version=closed.plan.version + 1,
        by=actor.account_id,
        acting_as=closed.acting_as,
        at=now,
        note=reason,
        enrollment_id=enrollment_id,
    )
    recorded = presences_by_slot(await tx.sheets.presences(session_id))[enrollment_id]
    attendance = (attendance_until if gave_up else attendance_of)(closed.slot_ids, recorded)
    if attendance and attendance != enrollment.attendance:
        fact = decisions.correct(
            enrollment, attendance, by=actor.account_id, at=now, acting_as=closed.acting_as, note=reason
        )
        await record(tx, [fact], now=now)
    return await sheet(tx, session_id, actor=actor)


async def _closed_sheet(tx: Transaction, session_id: UUID, actor: Actor, *, now: datetime, reason: str) -> LockedSheet:
    """Lock a closed sheet that the person may still change. Raises AttendanceOpen and CorrectionTooLate."""
    locked = await lock_sheet(tx, session_id, actor, reason)
    is_trainer = locked.acting_as == "trainer" and not actor.is_staff
    correctable(locked.session.attendance_closed_at, is_trainer=is_trainer, now=now)
    return locked
