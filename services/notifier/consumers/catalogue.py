"""What the notifier does with the events of the catalogue."""

from services.notifier.domain.mails.session import SESSION_MOVED
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.cancelled_session import session_cancelled
from services.notifier.use_cases.known import require_all_about
from services.notifier.use_cases.queue_mails import NewMail, queue_about_request
from shared.contracts.catalogue import SessionCancelled, SessionRescheduled, SessionSnapshot, TrainingSnapshot
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()
subscriptions.keep(TrainingSnapshot, into=tables.trainings)
subscriptions.keep(SessionSnapshot, into=tables.sessions)


@subscriptions.on(SessionRescheduled)
async def when_a_session_is_rescheduled(message: SessionRescheduled, tx: Transaction) -> None:
    """Notify everybody with an open request and their employers, if the slots or the place changed."""
    if not message.moved:
        return
    for request in await tx.copies.requests_for_session(message.session.id):
        if request.is_open:
            await require_all_about(tx, request)
            cause = f"{message.wire_name}:{message.session.version}:{request.id}"
            mail = NewMail(spec=SESSION_MOVED, cause=cause, subject_id=request.id)
            await queue_about_request(tx, mail, request)


@subscriptions.on(SessionCancelled)
async def when_a_session_is_cancelled(message: SessionCancelled, tx: Transaction) -> None:
    """Notify everybody with an open request and their employers.

    Enrollment cancels the same requests. The events of both may arrive in any order, and the first one queues the mail.
    """
    for request in await tx.copies.requests_for_session(message.session.id):
        if request.is_open:
            await require_all_about(tx, request)
            await queue_about_request(tx, session_cancelled(request.id, message.reason), request)
