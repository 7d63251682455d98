"""Sends what is due: decides again, composes, hands over, and writes what became of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Final, Protocol

import structlog
from aiosmtplib.errors import SMTPException
from jinja2 import TemplateError

from services.notifier.domain.copies import Mail
from services.notifier.domain.headers import UnsafeHeader, safe
from services.notifier.domain.kinds import SECRET
from services.notifier.domain.truth import why_not
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import Letter, Office, compose
from services.notifier.use_cases.situations import situation_of

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=2)
"""Longer than any one delivery may take; after it, a mail whose sender died is taken by another."""
DELAYS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 3600, 6 * 3600))
"""Between attempts; after the last one the mail has failed, and staff see it."""


class Delivery(Protocol):
    """Hands a message to whoever carries it."""

    keeps_secrets: bool
    """Whether the body of a mail with a secret link stays in the row: only where the row is the mailbox."""

    async def deliver(self, message: EmailMessage) -> None:
        """Return when the message is in other hands; raise OSError, TimeoutError or SMTPException when it is not."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Everything that sending needs; the job of the worker."""

    begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    delivery: Delivery
    office: Office
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def send_due(self) -> None:
        """Send until nothing is due."""
        while True:
            async with self.begin() as tx:
                mail = await tx.mails.claim(now=self.clock(), lease=LEASE)
            if mail is None:
                return
            await self.send(mail)

    async def send(self, mail: Mail) -> None:
        """Send one claimed mail; a failure is written and tried again later."""
        now = self.clock()
        try:
            async with self.begin() as tx:
                situation = await situation_of(tx, mail)
            reason = why_not(mail, situation, now=now)
            if reason is not None:
                await self._settle(mail, None, status="dropped", why_not=reason, **_forgotten(mail))
                return
            letter = compose(mail, situation, self.office, now=now)
            await self.delivery.deliver(message_of(mail, letter, self.office, now=now))
        except (OSError, SMTPException, TemplateError, UnsafeHeader, MessageError, ValueError) as error:
            await self._failed(mail, error, now)
            return
        shown = mail.kind not in SECRET or self.delivery.keeps_secrets
        await self._settle(
            mail,
            letter,
            status="sent",
            sent_at=now,
            why_not=None,
            subject=letter.subject,
            text=letter.text if shown else None,
            html=letter.html if shown else None,
            attachments=[{"name": one.name, "content_type": one.content_type, "content": one.content} for one in letter.files],
            message_id=message_id(mail),
            **_forgotten(mail),
        )

    async def _settle(self, mail: Mail, letter: Letter | None, **values: Any) -> None:  # noqa: ANN401 - columns
        async with self.begin() as tx:
            await tx.mails.settle(mail.id, **values)
            if letter is not None and letter.calendar is not None:
                key = str(mail.recipient_account_id or mail.recipient)
                await tx.copies.keep_calendar(mail.subject_id, key, letter.calendar, letter.sequence)
        log.info("mail settled", mail=str(mail.id), kind=mail.kind, status=values["status"])

    async def _failed(self, mail: Mail, error: Exception, now: datetime) -> None:
        # a header that cannot be written stays so: trying again changes nothing
        over = isinstance(error, (UnsafeHeader, MessageError, ValueError)) or mail.attempts > len(DELAYS)
        reason = f"{type(error).__name__}: {error}"[:500] if not isinstance(error, TemplateError) else type(error).__name__
        if over:
            await self._settle(mail, None, status="failed", why_not=reason, **_forgotten(mail))
        else:
            await self._settle(mail, None, status="pending", why_not=reason, next_at=now + DELAYS[mail.attempts - 1])


def _forgotten(mail: Mail) -> dict[str, Any]:
    """A settled mail needs its token no more."""
    return {"facts": {name: value for name, value in mail.facts.items() if name != "token"}} if mail.kind in SECRET else {}


def message_id(mail: Mail) -> str:
    """The same for every attempt, so that a mail delivered twice is seen as one."""
    return f"<{mail.id}@mail.parcourspro>"


def message_of(mail: Mail, letter: Letter, office: Office, *, now: datetime) -> EmailMessage:
    """The MIME message: text, HTML, attached files."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(safe("sender", office.sender_name), addr_spec=office.sender_email)
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Date"] = now
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    if mail.correlation_id:
        message["X-Correlation-ID"] = safe("correlation id", mail.correlation_id)
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for file in letter.files:
        kind, *parameters = file.content_type.split("; ")
        method = dict(parameter.split("=") for parameter in parameters if parameter.startswith("method="))
        message.add_attachment(file.content, subtype=kind.removeprefix("text/"), filename=file.name, params=method)
    return message
