"""The end of every change: save the object, add its history line, and emit the message about it.

The right of the acting person is read again after the object was saved, when the act holds all its locks: it may have
been taken away while a lock was waited for.
"""

from datetime import datetime

from services.catalogue.domain.axis import Axis, AxisAdded, AxisFact
from services.catalogue.domain.session import Cancelled, Scheduled, Session, SessionFact
from services.catalogue.domain.training import Training, TrainingFact
from services.catalogue.storage.access import Actor
from services.catalogue.storage.history import HistoryLine
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.announce import announce


async def record_axis(tx: Transaction, fact: AxisFact, *, actor: Actor, now: datetime) -> Axis:
    """Save an axis. No message: other services have no copies of axes."""
    axis = fact.axis
    await (tx.axes.add(axis) if isinstance(fact, AxisAdded) else tx.axes.save(axis))
    await _add_line(tx, axis, fact, actor=actor, now=now)
    return axis


async def record_training(tx: Transaction, fact: TrainingFact, *, actor: Actor, now: datetime) -> Training:
    """Save a training and announce the change."""
    training = fact.training
    await (tx.trainings.add(training) if training.version == 1 else tx.trainings.save(training))
    await _add_line(tx, training, fact, actor=actor, now=now)
    message = announce(fact, training_title=training.syllabus.title, now=now)
    if message is not None:
        tx.emit(message)
    return training


async def record_session(tx: Transaction, fact: SessionFact, *, actor: Actor, now: datetime) -> Session:
    """Save a session and announce the change."""
    session = fact.session
    await (tx.sessions.add(session) if isinstance(fact, Scheduled) else tx.sessions.save(session))
    note = fact.reason if isinstance(fact, Cancelled) else None
    await _add_line(tx, session, fact, actor=actor, now=now, note=note)
    title = await tx.trainings.title_of(session.training_id)
    message = announce(fact, training_title=title, now=now)
    if message is not None:
        tx.emit(message)
    return session


async def _add_line(
    tx: Transaction,
    aggregate: Axis | Training | Session,
    fact: AxisFact | TrainingFact | SessionFact,
    *,
    actor: Actor,
    now: datetime,
    note: str | None = None,
) -> None:
    """Add the history line of an act, if the person still has the right to it. Raises NotFound."""
    await tx.people.require_staff(actor)
    line = HistoryLine(
        aggregate_id=aggregate.id,
        version=aggregate.version,
        act=type(fact).__name__,
        acted_by=actor.account_id,
        at=now,
        note=note,
    )
    await tx.history.add(line)
