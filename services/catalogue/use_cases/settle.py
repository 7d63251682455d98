"""What every change ends with: the row, its line of history, and what the world hears."""

from datetime import datetime
from typing import assert_never

from services.catalogue.domain.session import Cancelled, Rescheduled, Resized, Scheduled, Session, SessionFact
from services.catalogue.domain.training import Archived, Drafted, Published, Revised, Training, TrainingFact
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from shared.contracts.catalogue import (
    SessionCancelled,
    SessionCapacityChanged,
    SessionRescheduled,
    SessionScheduled,
    SessionSnapshot,
    SlotSnapshot,
    TrainingArchived,
    TrainingPublished,
    TrainingRevised,
    TrainingSnapshot,
)
from shared.contracts.message import Message


async def settle_training(tx: Transaction, fact: TrainingFact, *, actor: Actor, now: datetime) -> Training:
    """Store a training as it is now and say so, unless it is a draft: of those nobody hears."""
    training = fact.training
    await (tx.trainings.add(training) if training.version == 1 else tx.trainings.save(training))
    await tx.history.add(training.id, training.version, type(fact).__name__, by=actor.account_id, at=now)
    message = _about_training(fact, now)
    if message is not None:
        tx.emit(message)
    return training


async def settle_session(tx: Transaction, fact: SessionFact, *, actor: Actor, now: datetime) -> Session:
    """Store a session as it is now, and say so."""
    session = fact.session
    await (tx.sessions.add(session) if session.version == 1 else tx.sessions.save(session))
    note = fact.reason if isinstance(fact, Cancelled) else None
    await tx.history.add(session.id, session.version, type(fact).__name__, by=actor.account_id, at=now, note=note)
    tx.emit(_about_session(fact, await tx.trainings.title_of(session.training_id), now))
    return session


def _about_training(fact: TrainingFact, now: datetime) -> Message | None:
    snapshot = _training_snapshot(fact.training)
    match fact:
        case Drafted():
            return None
        case Published():
            return TrainingPublished(occurred_at=now, training=snapshot)
        case Revised():
            return TrainingRevised(occurred_at=now, training=snapshot)
        case Archived():
            return TrainingArchived(occurred_at=now, training=snapshot)
        case _:
            assert_never(fact)


def _about_session(fact: SessionFact, title: str, now: datetime) -> Message:
    snapshot = _session_snapshot(fact.session, title)
    match fact:
        case Scheduled():
            return SessionScheduled(occurred_at=now, session=snapshot)
        case Rescheduled(moved=moved):
            return SessionRescheduled(occurred_at=now, session=snapshot, moved=moved)
        case Resized(before=before):
            return SessionCapacityChanged(occurred_at=now, session=snapshot, before=before)
        case Cancelled(reason=reason):
            return SessionCancelled(occurred_at=now, session=snapshot, reason=reason)
        case _:
            assert_never(fact)


def _training_snapshot(training: Training) -> TrainingSnapshot:
    syllabus = training.syllabus
    return TrainingSnapshot(
        id=training.id,
        version=training.version,
        title=syllabus.title,
        axis_id=syllabus.axis_id,
        kind=syllabus.kind.value,
        members_only=syllabus.members_only,
        state=training.state.value,
    )


def _session_snapshot(session: Session, title: str) -> SessionSnapshot:
    plan = session.plan
    return SessionSnapshot(
        id=session.id,
        version=session.version,
        training_id=session.training_id,
        training_title=title,
        capacity=session.capacity,
        place=plan.place,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        slots=tuple(SlotSnapshot(id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at) for slot in plan.slots),
        trainer_ids=plan.trainer_ids,
        state=session.state.value,
    )
