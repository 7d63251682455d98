"""A trainer, or staff, write to the people of a session. The notifier sends the words by mail."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from services.enrollment.storage.access import Actor
from services.enrollment.storage.session_messages import SentTo, SessionMessage
from services.enrollment.storage.transaction import Transaction
from shared.contracts.enrollment import SendSessionMessage
from shared.errors import NotFound, Refused, WrongFields

MOST_A_DAY: Final = 10
DAY: Final = timedelta(days=1)
NOBODY: Final = "Personne n'est concerné : ce message ne serait envoyé à personne."


class TooManyMessages(Refused):
    """So many messages were sent to the people of the session within a day."""

    seconds: Final = int(DAY.total_seconds())
    sentence = f"{MOST_A_DAY} messages ont déjà été envoyés pour cette session en un jour : réessayez demain."


async def send_message(
    tx: Transaction, session_id: UUID, *, sent_to: SentTo, subject: str, text: str, actor: Actor, now: datetime
) -> SessionMessage:
    """Keep the message and have it sent to the people of now. Raises NotFound, TooManyMessages and WrongFields.

    The lock of the training makes two messages count one after the other, and nobody loses a seat meanwhile.
    """
    await tx.seats.lock_for_session(session_id, actor)
    plan = await tx.sheets.plan(session_id)
    rights = await tx.people.actor(actor.account_id)  # again: they may have ended while the lock was waited for
    is_trainer = actor.account_id in plan.trainer_ids
    if rights is None or not (is_trainer or rights.is_staff):
        raise NotFound
    if await tx.session_messages.sent_within(session_id, DAY, now) >= MOST_A_DAY:
        raise TooManyMessages
    account_ids = await tx.session_messages.recipients(session_id, sent_to)
    if not account_ids:
        raise WrongFields([("to", NOBODY)])
    message = await tx.session_messages.add(
        message_id=uuid4(),
        session_id=session_id,
        sent_by=actor.account_id,
        acting_as="trainer" if is_trainer else "staff",
        sent_to=sent_to,
        account_ids=account_ids,
        subject=subject,
        text=text,
        now=now,
    )
    tx.emit(
        SendSessionMessage(
            occurred_at=now,
            id=message.id,
            session_id=session_id,
            sent_by=actor.account_id,
            acting_as=message.acting_as,
            account_ids=tuple(account_ids),
            subject=subject,
            text=text,
        )
    )
    return message
