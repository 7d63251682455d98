"""One mail, for the agency's staff, and the same mail once more."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from services.notifier.domain.audience import Audience
from services.notifier.storage.access import Actor
from services.notifier.storage.earlier import as_queued_now
from services.notifier.storage.mails import StoredMail
from services.notifier.storage.transaction import Transaction
from shared import tracing
from shared.errors import Refused
from shared.telemetry import current_correlation_id


class CannotBeSentAgain(Refused):
    """The mail has a secret link, or is neither sent nor failed."""

    def __init__(self, *, secret: bool) -> None:
        super().__init__()
        self.secret = secret

    @property
    def sentence(self) -> str:
        if self.secret:
            return "Ce message contient un lien personnel : demandez-en un nouveau à la place."
        return "Seul un message envoyé ou en échec peut être envoyé de nouveau."


async def read_mail(tx: Transaction, actor: Actor, mail_id: UUID) -> StoredMail:
    """One mail, without its text if that contains a secret link. Raises NotFound."""
    mail = await tx.mails.get(actor, mail_id)
    return replace(mail, text=None, html=None) if mail.is_secret else mail


async def send_again(tx: Transaction, actor: Actor, mail_id: UUID) -> StoredMail:
    """Queue the same mail once more, as a mail of its own that names the old one.

    It is composed again, and dropped if it is not true any more. Raises NotFound, CannotBeSentAgain.
    """
    mail = await tx.mails.get(actor, mail_id)
    if not mail.can_be_resent:
        raise CannotBeSentAgain(secret=mail.is_secret)
    account = await tx.copies.account(mail.recipient_account_id) if mail.recipient_account_id else None
    keeps_address = account is None or mail.audience == Audience.OWNER
    subject_id, facts = as_queued_now(mail.cause, mail.subject_id, mail.facts)
    new_id = await tx.queue.add(
        kind=mail.kind,
        audience=Audience(mail.audience),
        recipient=mail.recipient if keeps_address or account is None else account.email,
        recipient_account_id=mail.recipient_account_id,
        cause=f"resend:{uuid4()}",
        subject_id=subject_id,
        facts=facts,
        correlation_id=current_correlation_id(),
        delay=timedelta(0),
        resent_from=mail.id,
        resent_by=actor.account_id,
        traceparent=tracing.carried(),
    )
    return await tx.mails.get(actor, new_id)
