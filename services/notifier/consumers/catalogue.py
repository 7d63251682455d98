"""What the notifier does when the catalogue speaks."""

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.keep_copies import keep_session, keep_training
from services.notifier.use_cases.post import Post, post_about, require_what_it_is_about
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

subscriptions = Subscriptions[Transaction]()


@subscriptions.on(TrainingPublished)
async def when_a_training_is_published(message: TrainingPublished, tx: Transaction) -> None:
    """Keep its title."""
    await keep_training(tx, message.training)


@subscriptions.on(TrainingRevised)
async def when_a_training_is_revised(message: TrainingRevised, tx: Transaction) -> None:
    """Keep its title."""
    await keep_training(tx, message.training)


@subscriptions.on(TrainingArchived)
async def when_a_training_is_archived(message: TrainingArchived, tx: Transaction) -> None:
    """Keep its state."""
    await keep_training(tx, message.training)


@subscriptions.on(SessionScheduled)
async def when_a_session_is_scheduled(message: SessionScheduled, tx: Transaction) -> None:
    """Keep its slots and its place."""
    await keep_session(tx, message.session)


@subscriptions.on(SessionCapacityChanged)
async def when_the_capacity_of_a_session_changes(message: SessionCapacityChanged, tx: Transaction) -> None:
    """Keep the newer version."""
    await keep_session(tx, message.session)


@subscriptions.on(SessionRescheduled)
async def when_a_session_is_rescheduled(message: SessionRescheduled, tx: Transaction) -> None:
    """Tell everyone with an open request and their employers, if slots or place changed."""
    await keep_session(tx, message.session)
    if not message.moved:
        return
    for enrollment in await tx.copies.of_session(message.session.id):
        if enrollment.is_open:
            await require_what_it_is_about(tx, enrollment)
            cause = f"{message.wire_name}:{message.session.version}:{enrollment.id}"
            await post_about(
                tx, Post(Kind.SESSION_MOVED, cause, enrollment.id), enrollment, Audience.PERSON, Audience.EMPLOYER
            )


@subscriptions.on(SessionCancelled)
async def when_a_session_is_cancelled(message: SessionCancelled, tx: Transaction) -> None:
    """Tell everyone with an open request and their employers.

    Enrollment closes the same requests and says so; whichever of the two is heard first sends the mail, by the same cause.
    """
    await keep_session(tx, message.session)
    for enrollment in await tx.copies.of_session(message.session.id):
        if enrollment.is_open:
            await require_what_it_is_about(tx, enrollment)
            post = Post(
                Kind.SESSION_CANCELLED, f"session cancelled:{enrollment.id}", enrollment.id, {"reason": message.reason}
            )
            await post_about(tx, post, enrollment, Audience.PERSON, Audience.EMPLOYER)
