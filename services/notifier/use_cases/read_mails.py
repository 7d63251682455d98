"""One mail, for the agency's staff."""

from dataclasses import replace
from uuid import UUID

from services.notifier.domain.mails.all import SECRET
from services.notifier.storage.access import Actor
from services.notifier.storage.mails import StoredMail
from services.notifier.storage.transaction import Transaction


async def read_mail(tx: Transaction, actor: Actor, mail_id: UUID) -> StoredMail:
    """One mail, without its text if that contains a secret link. Raises NotFound."""
    mail = await tx.mails.get(actor, mail_id)
    return replace(mail, text=None, html=None) if mail.kind in SECRET else mail
