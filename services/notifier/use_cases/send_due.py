"""Sends what is due: decides again, composes, hands over, and writes what became of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Final

import structlog
from jinja2 import TemplateError

from services.notifier.domain.copies import Mail, Situation
from services.notifier.domain.headers import UnsafeHeader, safe
from services.notifier.domain.kinds import SECRET
from services.notifier.domain.truth import why_not
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.calendar import CalendarChange
from services.notifier.use_cases.compose import Letter, Office, compose
from services.notifier.use_cases.deliver import Delivery, NotDelivered
from services.notifier.use_cases.situations import situation_of
from shared.telemetry import correlated

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=2)
"""Longer than any one delivery may take; after it, a mail whose sender died is taken by another."""
DELAYS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 3600, 6 * 3600))
"""Between attempts; after the last one the mail has failed, and staff see it."""
ATTEMPTS: Final = len(DELAYS) + 1


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
            with correlated(mail.correlation_id):
                await self.send(mail)

    async def send(self, mail: Mail) -> None:
        """Send one claimed mail; a failure is written and tried again later."""
        now = self.clock()
        if mail.attempts > ATTEMPTS:
            # whoever claimed it each time died of it, or could not write what became of it
            await self._settle(mail, status="failed", why_not="Chaque envoi s'est interrompu.", **_forgotten(mail))
            return
        async with self.begin() as tx:
            situation = await situation_of(tx, mail)
        reason = why_not(mail, situation, now=now)
        if reason is not None:
            await self._settle(mail, status="dropped", why_not=reason, **_forgotten(mail))
            return
        try:
            letter = _letter(mail, situation, self.office, now)
            await self.delivery.deliver(message_of(mail, letter, self.office, now=now))
        except NotDelivered as failure:
            await self._failed(mail, failure, now)
        else:
            await self._sent(mail, letter, now)

    async def _sent(self, mail: Mail, letter: Letter, now: datetime) -> None:
        shown = mail.kind not in SECRET or self.delivery.keeps_secrets
        await self._settle(
            mail,
            letter.calendar,
            status="sent",
            sent_at=now,
            why_not=None,
            subject=letter.subject,
            text=letter.text if shown else None,
            html=letter.html if shown else None,
            attachments=[
                {"name": one.name, "content_type": one.content_type, "content": one.content} for one in letter.files
            ],
            message_id=message_id(mail),
            **_forgotten(mail),
        )

    async def _failed(self, mail: Mail, failure: NotDelivered, now: datetime) -> None:
        reason = failure.sentence[:500]
        if failure.for_good or mail.attempts >= ATTEMPTS:
            await self._settle(mail, status="failed", why_not=reason, **_forgotten(mail))
        else:
            await self._settle(mail, status="pending", why_not=reason, next_at=now + DELAYS[mail.attempts - 1])

    async def _settle(self, mail: Mail, calendar: CalendarChange | None = None, **values: Any) -> None:  # noqa: ANN401 - columns
        async with self.begin() as tx:
            await tx.mails.settle(mail.id, **values)
            if calendar is not None:
                key = str(mail.recipient_account_id or mail.recipient)
                await tx.copies.keep_calendar(mail.subject_id, key, calendar.slots, calendar.sequence)
        log.info("mail settled", mail=str(mail.id), kind=mail.kind, status=values["status"])


def _letter(mail: Mail, situation: Situation, office: Office, now: datetime) -> Letter:
    try:
        return compose(mail, situation, office, now=now)
    except UnsafeHeader as error:
        raise NotDelivered("L'objet ou l'adresse contient un caractère interdit.", for_good=True) from error
    except TemplateError as error:
        # its text could quote the facts
        raise NotDelivered(f"Le message n'a pas pu être rédigé ({type(error).__name__}).") from error


def _forgotten(mail: Mail) -> dict[str, Any]:
    """A settled mail needs its token no more."""
    return (
        {"facts": {name: value for name, value in mail.facts.items() if name != "token"}} if mail.kind in SECRET else {}
    )


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
