"""The messages that other services get about changes of the catalogue."""

from datetime import datetime
from typing import assert_never

from services.catalogue.domain.session import Cancelled, Rescheduled, Resized, Scheduled, Session, SessionFact
from services.catalogue.domain.training import Archived, Drafted, Published, Revised, Training, TrainingFact
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


def announce(  # noqa: PLR0911 - one return for each fact
    fact: TrainingFact | SessionFact, *, training_title: str, now: datetime
) -> Message | None:
    """The message that announces a fact; None for drafts, which only this service knows."""
    match fact:
        case Drafted():
            return None
        case Published(training):
            return TrainingPublished(occurred_at=now, training=_of_training(training))
        case Revised(training):
            return TrainingRevised(occurred_at=now, training=_of_training(training))
        case Archived(training):
            return TrainingArchived(occurred_at=now, training=_of_training(training))
        case Scheduled(session):
            return SessionScheduled(occurred_at=now, session=_of_session(session, training_title))
        case Rescheduled(session, moved):
            return SessionRescheduled(occurred_at=now, session=_of_session(session, training_title), moved=moved)
        case Resized(session, before):
            return SessionCapacityChanged(occurred_at=now, session=_of_session(session, training_title), before=before)
        case Cancelled(session, reason):
            return SessionCancelled(occurred_at=now, session=_of_session(session, training_title), reason=reason)
        case _:
            assert_never(fact)


def _of_training(training: Training) -> TrainingSnapshot:
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


def _of_session(session: Session, training_title: str) -> SessionSnapshot:
    plan = session.plan
    return SessionSnapshot(
        id=session.id,
        version=session.version,
        training_id=session.training_id,
        training_title=training_title,
        capacity=session.capacity,
        place=plan.place,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        slots=tuple(SlotSnapshot(id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at) for slot in plan.slots),
        trainer_ids=plan.trainer_ids,
        state=session.state.value,
    )
