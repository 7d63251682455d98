"""Staff offer sessions, move them, give them more or fewer seats, and call them off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.catalogue.domain.session import Plan, cancel, reschedule, resize, schedule
from services.catalogue.domain.slots import WantedSlot, identified
from services.catalogue.domain.training import Move
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.settle import settle_session
from shared.errors import WrongFields, check_version, refuse


async def schedule_session(
    tx: Transaction,
    training_id: UUID,
    capacity: int,
    plan: Mapping[str, Any],
    slots: Sequence[WantedSlot],
    *,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Offer a session of a published training; return its id. `plan`: every field of a Plan but the slots.

    Raises WrongFields, also for a training or trainers that nobody has heard of, and IllegalTrainingMove.
    """
    training = await tx.trainings.to_schedule(training_id, actor)
    if training is None:
        raise WrongFields([("training_id", "Cette formation n'existe pas.")])
    training.allows(Move.SCHEDULE)
    complete = Plan(**plan, slots=identified(slots, (), _fresh()))
    fact = schedule(uuid4(), training_id, capacity, complete)
    await _require_trainers(tx, complete.trainer_ids)
    return (await settle_session(tx, fact, actor=actor, now=now)).id


async def reschedule_session(
    tx: Transaction,
    session_id: UUID,
    changes: Mapping[str, Any],
    slots: Sequence[WantedSlot] | None,
    *,
    expected: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change some fields of the plan; `slots` is None when they stay. Raises WrongFields, SessionIsCancelled."""
    session = await tx.sessions.to_change(session_id, actor)
    check_version(expected, session.version)
    plan = replace(session.plan, **changes)
    if slots is not None:
        plan = replace(plan, slots=identified(slots, session.plan.slots, _fresh()))
    fact = reschedule(session, plan)
    if "trainer_ids" in changes:
        await _require_trainers(tx, plan.trainer_ids)
    if fact is not None:
        await settle_session(tx, fact, actor=actor, now=now)


async def resize_session(
    tx: Transaction, session_id: UUID, capacity: int, *, expected: int, actor: Actor, now: datetime
) -> None:
    """Give a session another number of seats; who holds one keeps it."""
    session = await tx.sessions.to_change(session_id, actor)
    check_version(expected, session.version)
    fact = resize(session, capacity)
    if fact is not None:
        await settle_session(tx, fact, actor=actor, now=now)


async def cancel_session(tx: Transaction, session_id: UUID, reason: str, *, actor: Actor, now: datetime) -> None:
    """Call a session off; those who asked for it are told the reason."""
    session = await tx.sessions.to_change(session_id, actor)
    await settle_session(tx, cancel(session, reason), actor=actor, now=now)


def _fresh() -> Iterator[UUID]:
    while True:
        yield uuid4()


async def _require_trainers(tx: Transaction, trainer_ids: Sequence[UUID]) -> None:
    sentence = "Aucun compte actif ne correspond à ce formateur."
    refuse([(f"trainer_ids.{place}", sentence) for place in await tx.copies.unknown(trainer_ids)])
