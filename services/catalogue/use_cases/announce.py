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
from shared.records import from_attributes


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
    return from_attributes(
        TrainingSnapshot, training.syllabus, id=training.id, version=training.version, state=training.state
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
        slots=tuple(from_attributes(SlotSnapshot, slot) for slot in session.plan.slots),
        state=session.state,
    )
