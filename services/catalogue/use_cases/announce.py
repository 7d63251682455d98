"""The messages that other services get about changes of the catalogue."""

from datetime import datetime
from typing import assert_never

from services.catalogue.domain.plan import Plan
from services.catalogue.domain.session import (
    Cancelled,
    Reinstated,
    Rescheduled,
    Resized,
    Scheduled,
    Session,
    SessionFact,
)
from services.catalogue.domain.training import Archived, Drafted, Published, Removed, Revised, Training, TrainingFact
from shared.contracts.catalogue import (
    SessionBefore,
    SessionCancelled,
    SessionCapacityChanged,
    SessionReinstated,
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
from shared.records import from_attributes


def announce_training(fact: TrainingFact, *, axis_name: str, now: datetime) -> Message | None:
    """The message that announces a fact; None for drafts, which only this service knows."""
    match fact:
        case Drafted() | Removed():
            return None
        case Published(training):
            return TrainingPublished(occurred_at=now, training=_of_training(training, axis_name))
        case Revised(training):
            return TrainingRevised(occurred_at=now, training=_of_training(training, axis_name))
        case Archived(training):
            return TrainingArchived(occurred_at=now, training=_of_training(training, axis_name))
        case _:
            assert_never(fact)


def announce_session(fact: SessionFact, *, training_title: str, now: datetime) -> Message:
    """The message that announces a fact."""
    session = _of_session(fact.session, training_title)
    match fact:
        case Scheduled():
            return SessionScheduled(occurred_at=now, session=session)
        case Rescheduled(_, before, moved):
            return SessionRescheduled(occurred_at=now, session=session, moved=moved, before=_before(before))
        case Resized(_, before):
            return SessionCapacityChanged(occurred_at=now, session=session, before=before)
        case Cancelled(_, reason):
            return SessionCancelled(occurred_at=now, session=session, reason=reason)
        case Reinstated(_, reason):
            return SessionReinstated(occurred_at=now, session=session, reason=reason)
        case _:
            assert_never(fact)


def _of_training(training: Training, axis_name: str) -> TrainingSnapshot:
    return from_attributes(
        TrainingSnapshot,
        training.syllabus,
        id=training.id,
        version=training.version,
        state=training.state,
        axis_name=axis_name,
    )


def _of_session(session: Session, training_title: str) -> SessionSnapshot:
    return from_attributes(
        SessionSnapshot,
        session.plan,
        id=session.id,
        version=session.version,
        training_id=session.training_id,
        training_title=training_title,
        capacity=session.capacity,
        slots=_slots(session.plan),
        state=session.state,
    )


def _before(plan: Plan) -> SessionBefore:
    return from_attributes(SessionBefore, plan, slots=_slots(plan))


def _slots(plan: Plan) -> tuple[SlotSnapshot, ...]:
    return tuple(from_attributes(SlotSnapshot, slot) for slot in plan.slots)
