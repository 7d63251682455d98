"""What we do when catalogue speaks: keep copies, give new seats to the queue, end the requests of a cancelled session."""

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.follow import cancel_all, keep_session
from shared.contracts.catalogue import (
    SessionCancelled,
    SessionCapacityChanged,
    SessionRescheduled,
    SessionScheduled,
    TrainingArchived,
    TrainingPublished,
    TrainingRevised,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()


@subscriptions.on(TrainingPublished)
async def when_a_training_is_published(message: TrainingPublished, tx: Transaction) -> None:
    await tx.copies.training(message.training)


@subscriptions.on(TrainingRevised)
async def when_a_training_is_revised(message: TrainingRevised, tx: Transaction) -> None:
    await tx.copies.training(message.training)


@subscriptions.on(TrainingArchived)
async def when_a_training_is_archived(message: TrainingArchived, tx: Transaction) -> None:
    await tx.copies.training(message.training)


@subscriptions.on(SessionScheduled)
async def when_a_session_is_scheduled(message: SessionScheduled, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=message.occurred_at)


@subscriptions.on(SessionRescheduled)
async def when_a_session_is_rescheduled(message: SessionRescheduled, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=message.occurred_at)


@subscriptions.on(SessionCapacityChanged)
async def when_a_capacity_changes(message: SessionCapacityChanged, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=message.occurred_at)


@subscriptions.on(SessionCancelled)
async def when_a_session_is_cancelled(message: SessionCancelled, tx: Transaction) -> None:
    await keep_session(tx, message.session, now=message.occurred_at)
    left = await tx.enrollments.open_of(session_id=message.session.id)
    await cancel_all(tx, left, role="session", now=message.occurred_at, reason=message.reason)
