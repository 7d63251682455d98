"""The end of every change: save the object, add its history line, and emit the message about it.

The right of the acting person is read again after the object was saved, when the act holds all its locks: it may have
been taken away while a lock was waited for.
"""

from datetime import datetime

from services.catalogue.domain.axis import Axis, AxisAdded, AxisFact, AxisRemoved
from services.catalogue.domain.session import Cancelled, Reinstated, Rescheduled, Scheduled, Session, SessionFact
from services.catalogue.domain.training import Drafted, Removed, Revised, Training, TrainingFact
from services.catalogue.storage.access import Actor
from services.catalogue.storage.history import HistoryLine
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.announce import announce_session, announce_training


async def record_axis(tx: Transaction, fact: AxisFact, *, actor: Actor, now: datetime) -> Axis:
    """Save an axis. No message of its own: copies of other services have the names of axes with their trainings."""
    axis = fact.axis
    if isinstance(fact, AxisRemoved):
        await tx.axes.remove(axis)
    else:
        await (tx.axes.add(axis) if isinstance(fact, AxisAdded) else tx.axes.save(axis))
    await _add_line(tx, axis, fact, actor=actor, now=now)
    return axis


async def record_training(tx: Transaction, fact: TrainingFact, *, actor: Actor, now: datetime) -> Training:
    """Save a training and announce the change."""
    training = fact.training
    if isinstance(fact, Removed):
        await tx.trainings.remove(training)
    else:
        await (tx.trainings.add(training) if training.version == 1 else tx.trainings.save(training))
    changed = fact.changed if isinstance(fact, Drafted | Revised) else ()
    await _add_line(tx, training, fact, actor=actor, now=now, changed=changed)
    axis_name = await tx.axes.name_of(training.syllabus.axis_id)
    message = announce_training(fact, axis_name=axis_name, now=now)
    if message is not None:
        tx.emit(message)
    return training


async def record_session(tx: Transaction, fact: SessionFact, *, actor: Actor, now: datetime) -> Session:
    """Save a session and announce the change."""
    session = fact.session
    await (tx.sessions.add(session) if isinstance(fact, Scheduled) else tx.sessions.save(session))
    note = fact.reason if isinstance(fact, Rescheduled | Cancelled | Reinstated) else None
    changed = fact.changed if isinstance(fact, Rescheduled) else ()
    await _add_line(tx, session, fact, actor=actor, now=now, note=note, changed=changed)
    title = await tx.trainings.title_of(session.training_id)
    tx.emit(announce_session(fact, training_title=title, now=now))
    return session


async def _add_line(
    tx: Transaction,
    aggregate: Axis | Training | Session,
    fact: AxisFact | TrainingFact | SessionFact,
    *,
    actor: Actor,
    now: datetime,
    note: str | None = None,
    changed: tuple[str, ...] = (),
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
        changed=list(changed) or None,
    )
    await tx.history.add(line)
