"""Staff schedule, copy, reschedule, resize, cancel and reinstate sessions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

from services.catalogue.domain.plan import PlanChanges, WantedPlan, shifted
from services.catalogue.domain.session import cancel, reinstate, reschedule, resize, schedule
from services.catalogue.domain.training import Move
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.record import record_session
from shared.errors import NotFound, WrongFields, check_version, refuse


async def schedule_session(
    tx: Transaction, training_id: UUID, wanted: WantedPlan, *, capacity: int, actor: Actor, now: datetime
) -> UUID:
    """Create a session of a published training; return its id.

    Raises WrongFields, also for an unknown training and for unknown trainers, and IllegalTrainingMove.
    """
    training = await tx.trainings.to_schedule(training_id, actor)
    if training is None:
        raise WrongFields([("training_id", "Cette formation n'existe pas.")])
    training.require(Move.SCHEDULE)
    plan = wanted.plan(_new_ids())
    fact = schedule(uuid4(), training_id=training_id, capacity=capacity, plan=plan)
    await _require_trainers(tx, plan.trainer_ids)
    return (await record_session(tx, fact, actor=actor, now=now)).id


async def copy_session(tx: Transaction, session_id: UUID, *, starts_on: date, actor: Actor, now: datetime) -> UUID:
    """Schedule the same session from another day on, with the trainers who still have an account; return its id.

    Raises IllegalTrainingMove.
    """
    copied = await tx.sessions.to_copy(session_id, actor)
    training = await tx.trainings.to_schedule(copied.training_id, actor)
    if training is None:
        raise NotFound
    training.require(Move.SCHEDULE)
    active = await tx.people.active(copied.plan.trainer_ids)
    trainer_ids = tuple(account_id for account_id in copied.plan.trainer_ids if account_id in active)
    plan = replace(shifted(copied.plan, to_day=starts_on, new_ids=_new_ids()), trainer_ids=trainer_ids)
    fact = schedule(uuid4(), training_id=training.id, capacity=copied.capacity, plan=plan)
    return (await record_session(tx, fact, actor=actor, now=now)).id


async def reschedule_session(
    tx: Transaction,
    session_id: UUID,
    changes: PlanChanges,
    *,
    reason: str | None,
    expected: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change the plan of a session; one that is over is corrected with a reason.

    Raises WrongFields, also for unknown trainers, SessionIsCancelled and SheetIsClosed.
    """
    session = await tx.sessions.to_change(session_id, actor)
    check_version(expected, session.version)
    fact = reschedule(session, changes.applied_to(session.plan, _new_ids()), reason=reason, now=now)
    if changes.trainer_ids is not None:
        await _require_trainers(tx, changes.trainer_ids)
    if fact is not None:
        await record_session(tx, fact, actor=actor, now=now)


async def resize_session(
    tx: Transaction, session_id: UUID, *, capacity: int, expected: int, actor: Actor, now: datetime
) -> None:
    """Change the number of seats. Raises WrongFields, SessionIsCancelled, SheetIsClosed."""
    session = await tx.sessions.to_change(session_id, actor)
    check_version(expected, session.version)
    fact = resize(session, capacity)
    if fact is not None:
        await record_session(tx, fact, actor=actor, now=now)


async def cancel_session(tx: Transaction, session_id: UUID, *, reason: str, actor: Actor, now: datetime) -> None:
    """Cancel a session; its participants are told the reason. Raises SessionIsCancelled, SheetIsClosed, TookPlace."""
    session = await tx.sessions.to_change(session_id, actor)
    await record_session(tx, cancel(session, reason), actor=actor, now=now)


async def reinstate_session(tx: Transaction, session_id: UUID, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a cancelled session take place after all. Raises SessionIsNotCancelled, SessionHasBegun, SheetIsClosed."""
    session = await tx.sessions.to_change(session_id, actor)
    await record_session(tx, reinstate(session, reason, now=now), actor=actor, now=now)


def _new_ids() -> Iterator[UUID]:
    while True:
        yield uuid4()


async def _require_trainers(tx: Transaction, trainer_ids: Sequence[UUID]) -> None:
    active = await tx.people.active(trainer_ids)
    sentence = "Aucun compte actif ne correspond à ce formateur."
    refuse(
        [(f"trainer_ids.{index}", sentence) for index, account_id in enumerate(trainer_ids) if account_id not in active]
    )
