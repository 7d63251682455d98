"""Change or cancel requests because their session or attachment changed in another service, or because time passed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID, uuid5

from services.enrollment.domain import decisions
from services.enrollment.domain.enrollment import allowed_moves
from services.enrollment.domain.facts import Cancelled, EndedBecause, EndingAct, MovedFact
from services.enrollment.domain.session_seats import SessionPlan, SessionSeats
from services.enrollment.domain.states import CancelledBy, Move
from services.enrollment.storage.enrollments import RequestKey
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import load_locked_training, load_training
from services.enrollment.use_cases.record import record
from shared.contracts.catalogue import SessionSnapshot
from shared.contracts.identity import AttachmentSnapshot

NO_LONGER_THERE: Final = "La personne ne fait plus partie de la structure."
ACTS: Final = UUID("6ce6fd7e-a6cc-42fa-bd51-eff43de7220e")
"""The namespace of the ids of acts that end several requests."""


async def keep_session(tx: Transaction, session: SessionSnapshot, *, now: datetime) -> None:
    """Keep the copy of a session if it is newer.

    If the capacity grows, the queue gets the new seats at once. If it shrinks, nobody loses a seat.
    """
    locked = await tx.seats.lock(session.training_id)
    plan = await _keep_copy(tx, session, locked)
    if plan is not None:
        training = await load_locked_training(tx, session.training_id, locked, now=now)
        await record(tx, training.plan(session.id, plan), now=now)


async def restate_session(tx: Transaction, session: SessionSnapshot, *, most: int, now: datetime) -> bool:
    """Make the copy of a session equal to its state at the owner unless its version is above `most`.

    Seats are given if the queue should have had them. Return whether the copy was missing or different.
    """
    locked = await tx.seats.lock(session.training_id)
    known = next((each for each in locked if each.id == session.id), None)
    if known is not None and known.attendance_closed_at is not None:
        return await tx.session_copies.put_afterwards(session, most=most)
    if not await tx.session_copies.put(session, most=most):
        return False
    if known is not None:
        training = await load_locked_training(tx, session.training_id, locked, now=now)
        facts = training.plan(session.id, _plan_of(session))
        if known.plan.version < session.version or any(isinstance(fact, MovedFact) for fact in facts):
            await record(tx, facts, now=now)
    return True


async def cancel_session(tx: Transaction, session: SessionSnapshot, *, now: datetime, reason: str) -> None:
    """Keep the copy of a session and cancel every open request for it.

    A newer copy that is here already changes nothing about it, unless it says that the session was put back.
    """
    locked = await tx.seats.lock(session.training_id)
    known = next((each.plan for each in locked if each.id == session.id), None)
    if known is not None and known.version > session.version and known.scheduled:
        return
    plan = await _keep_copy(tx, session, locked)
    keys = await tx.enrollments.open_of_session(session.id)
    if plan is None and not keys:
        return
    training = await load_locked_training(tx, session.training_id, locked, now=now)
    planned = [] if plan is None else training.plan(session.id, plan)
    ended = await cancellations(tx, keys, acting_as="session", now=now, reason=reason)
    await record(tx, [*planned, *training.release(*ended)], now=now)


async def end_attachment(tx: Transaction, attachment: AttachmentSnapshot, *, now: datetime) -> None:
    """Cancel the person's open requests in the structure, unless the person has become attached to it again.

    Why the attachment ended is between the person and the structure: trainers read only that it ended.
    """
    if await tx.people.is_attached(account_id=attachment.account_id, structure_id=attachment.structure_id):
        return
    keys = await tx.enrollments.open_of_person(account_id=attachment.account_id, structure_id=attachment.structure_id)
    await cancel_together(tx, keys, because="attachment_ended", acting_as="attachment", now=now, reason=NO_LONGER_THERE)


async def follow_structure(tx: Transaction, attachment: AttachmentSnapshot, into: UUID, *, now: datetime) -> None:
    """Move the person's open requests and proposals to the structure that theirs was merged into.

    Seats and numbers in the queue stay. Nobody is promoted: more requests than before count for the cap of a structure.
    """
    account_id, structure_id = attachment.account_id, attachment.structure_id
    if await tx.people.is_attached(account_id=account_id, structure_id=structure_id):
        return
    keys = await tx.enrollments.open_of_person(account_id=account_id, structure_id=structure_id)
    name = await tx.people.structure_name(structure_id)
    note = f"Structure d'origine : {name}." if name else None
    for training_id, of_training in groupby(keys, key=lambda key: key.training_id):
        training = await load_training(tx, training_id, now=now)
        facts = [
            decisions.follow(enrollment, into, rank=training.rank_of(enrollment), at=now, note=note)
            for enrollment in await tx.enrollments.some([key.id for key in of_training])
            if Move.FOLLOW in allowed_moves(enrollment) and enrollment.structure_id == structure_id
        ]
        await record(tx, facts, now=now)
    await tx.proposals.follow(account_id=account_id, structure_id=structure_id, into=into)


async def cancel_all(
    tx: Transaction,
    keys: Iterable[RequestKey],
    *,
    acting_as: CancelledBy,
    now: datetime,
    reason: str,
) -> None:
    """Cancel the requests that are still open. `keys` are sorted by training, which is the order of the locks."""
    for training_id, of_training in groupby(keys, key=lambda key: key.training_id):
        training = await load_training(tx, training_id, now=now)
        ended = await cancellations(tx, list(of_training), acting_as=acting_as, now=now, reason=reason)
        await record(tx, training.release(*ended), now=now)


async def cancel_together(
    tx: Transaction,
    keys: Iterable[RequestKey],
    *,
    because: EndedBecause,
    acting_as: CancelledBy,
    now: datetime,
    reason: str,
    by: UUID | None = None,
) -> None:
    """Cancel the requests of a person that are still open, in one act that the events of all of them name.

    All trainings stay locked until the whole act is known. `keys` are sorted as above. The act has the same id if it is
    done again after the database was restored, so that nobody is told of it twice.
    """
    of_trainings = []
    for training_id, of_training in groupby(keys, key=lambda key: key.training_id):
        training = await load_training(tx, training_id, now=now)
        ended = await cancellations(tx, list(of_training), acting_as=acting_as, now=now, reason=reason, by=by)
        of_trainings.append((training, ended))
    requests = [fact.enrollment for _, ended in of_trainings for fact in ended]
    name = " ".join(f"{request.id}:{request.version}" for request in requests)
    act = EndingAct(id=uuid5(ACTS, name), because=because, enrollment_ids=tuple(request.id for request in requests))
    for training, ended in of_trainings:
        await record(tx, training.release(*(replace(fact, act=act) for fact in ended)), now=now)


async def cancellations(
    tx: Transaction,
    keys: Sequence[RequestKey],
    *,
    acting_as: CancelledBy,
    now: datetime,
    reason: str,
    by: UUID | None = None,
) -> list[Cancelled]:
    """Cancel the requests that are still open. The caller holds the lock of their training."""
    return [
        decisions.cancel(enrollment, by=by, at=now, reason=reason, acting_as=acting_as)
        for enrollment in await tx.enrollments.some([key.id for key in keys])
        if Move.CANCEL in allowed_moves(enrollment)
    ]


async def _keep_copy(tx: Transaction, session: SessionSnapshot, locked: Sequence[SessionSeats]) -> SessionPlan | None:
    """Keep the copy of a session if it is newer. Return the new plan if the session was here before and has changed."""
    plan = _plan_of(session)
    known = next((each for each in locked if each.id == session.id), None)
    if known is None:
        await tx.session_copies.keep(session, overbooked_to=None)
        return None
    if known.plan.version >= session.version:
        return None
    if known.attendance_closed_at is not None:
        await tx.session_copies.keep_afterwards(session)
        return None
    await tx.session_copies.keep(session, overbooked_to=known.planned(plan).overbooked_to)
    return plan


def _plan_of(session: SessionSnapshot) -> SessionPlan:
    return SessionPlan(
        version=session.version,
        capacity=session.capacity,
        closes_at=session.closes_at,
        starts_at=session.slots[0].starts_at,
        ends_at=max(slot.ends_at for slot in session.slots),
        scheduled=session.state == "scheduled",
    )
