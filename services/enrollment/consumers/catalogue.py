"""Handle catalogue's events: keep copies, give new seats to the queue, cancel the requests of a cancelled session."""

from datetime import UTC, datetime

from services.enrollment.storage import tables
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import cancel_session, keep_session, restate_session
from shared.contracts.catalogue import (
    SessionCancelled,
    SessionCapacityChanged,
    SessionReinstated,
    SessionRescheduled,
    SessionScheduled,
    SessionSnapshot,
    TrainingSnapshot,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()
subscriptions.keep(
    TrainingSnapshot, into=tables.trainings, needed_by=tables.sessions.c.training_id == tables.trainings.c.id
)


@subscriptions.on(SessionScheduled)
async def when_a_session_is_scheduled(message: SessionScheduled, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=datetime.now(UTC))


@subscriptions.on(SessionRescheduled)
async def when_a_session_is_rescheduled(message: SessionRescheduled, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=datetime.now(UTC))


@subscriptions.on(SessionCapacityChanged)
async def when_a_capacity_changes(message: SessionCapacityChanged, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=datetime.now(UTC))


@subscriptions.on(SessionCancelled)
async def when_a_session_is_cancelled(message: SessionCancelled, tx: Transaction) -> None:
    await cancel_session(tx, message.session, now=datetime.now(UTC), reason=message.reason)


@subscriptions.on(SessionReinstated)
async def when_a_session_is_reinstated(message: SessionReinstated, tx: Transaction) -> None:
    """The requests that the cancellation ended stay cancelled: staff can reopen them."""
    await keep_session(tx, message.session, now=datetime.now(UTC))


@subscriptions.put(SessionSnapshot, into=tables.sessions)
async def when_a_session_is_restated(session: SessionSnapshot, most: int, tx: Transaction) -> bool:
    return await restate_session(tx, session, most=most, now=datetime.now(UTC))
