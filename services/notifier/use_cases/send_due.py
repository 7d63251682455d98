"""Sends the mails that are due: check again that each must leave, compose it, send it, and store the outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import structlog
from jinja2 import TemplateError

from services.notifier.domain.headers import UnsafeHeader
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.all import SPECS
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.domain.relevance import reason_to_drop
from services.notifier.storage.queue import SentMail
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import ComposedMail, SenderIdentity, compose
from services.notifier.use_cases.mailers import Mailer, NotSent
from services.notifier.use_cases.message import message_id, message_of
from services.notifier.use_cases.situation import situation_of
from shared.telemetry import correlated
from shared.transactions import Begin

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=2)
"""Longer than any single attempt may take. After it, another worker takes the mail: its sender has died."""
DELAYS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 3600, 6 * 3600))
"""Between attempts. After the last attempt the mail has failed, and staff see it."""
ATTEMPTS: Final = len(DELAYS) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The job of the worker."""

    begin: Begin[Transaction]
    mailer: Mailer
    identity: SenderIdentity
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def send_due(self) -> None:
        """Send until nothing is due."""
        while True:
            async with self.begin() as tx:
                mail = await tx.queue.claim(now=self.clock(), lease=LEASE)
            if mail is None:
                return
            with correlated(mail.correlation_id):
                await self._send(SPECS[mail.kind], mail)

    async def _send(self, spec: MailSpec, mail: Mail) -> None:
        """Send one claimed mail. A failure is stored, and tried again later."""
        now = self.clock()
        if mail.attempts > ATTEMPTS:
            # every worker that claimed it died of it, or could not store the outcome
            await self._finish_unsent(spec, mail, "failed", "Chaque envoi s'est interrompu.")
            return
        async with self.begin() as tx:
            situation = await situation_of(tx, spec, mail)
        reason = reason_to_drop(spec, mail, situation, now=now)
        if reason is not None:
            await self._finish_unsent(spec, mail, "dropped", reason)
            return
        try:
            composed = _composed(spec, mail, situation, self.identity, now)
            await self.mailer.send(message_of(mail, composed, self.identity, now=now))
        except NotSent as failure:
            await self._failed(spec, mail, failure, now)
        else:
            await self._finish_sent(spec, mail, composed, now)

    async def _finish_sent(self, spec: MailSpec, mail: Mail, composed: ComposedMail, now: datetime) -> None:
        keeps_text = self.mailer.keeps_secrets or not spec.secret
        sent = SentMail(
            at=now,
            subject=composed.subject,
            text=composed.text if keeps_text else None,
            html=composed.html if keeps_text else None,
            files=[
                {"name": file.name, "content_type": file.content_type, "content": file.content}
                for file in composed.files
            ],
            message_id=message_id(mail),
            facts=spec.facts_to_keep(mail),
        )
        async with self.begin() as tx:
            await tx.queue.finish_sent(mail.id, sent)
            if composed.calendar is not None:
                calendar = composed.calendar
                await tx.calendars.save(mail.subject_id, mail.calendar_key, calendar.slots, calendar.sequence)
        _log_outcome(mail, "sent")

    async def _failed(self, spec: MailSpec, mail: Mail, failure: NotSent, now: datetime) -> None:
        reason = failure.sentence[:500]
        if failure.permanent or mail.attempts >= ATTEMPTS:
            await self._finish_unsent(spec, mail, "failed", reason)
            return
        async with self.begin() as tx:
            await tx.queue.retry(mail.id, at=now + DELAYS[mail.attempts - 1], reason=reason)
        _log_outcome(mail, "pending")

    async def _finish_unsent(
        self, spec: MailSpec, mail: Mail, outcome: Literal["dropped", "failed"], reason: str
    ) -> None:
        async with self.begin() as tx:
            await tx.queue.finish_unsent(mail.id, outcome, reason=reason, facts=spec.facts_to_keep(mail))
        _log_outcome(mail, outcome)


def _log_outcome(mail: Mail, status: str) -> None:
    log.info("mail handled", mail=str(mail.id), kind=mail.kind, status=status)


def _composed(
    spec: MailSpec, mail: Mail, situation: Situation, identity: SenderIdentity, now: datetime
) -> ComposedMail:
    try:
        return compose(spec, mail, situation, identity, now=now)
    except UnsafeHeader as error:
        raise NotSent("L'objet ou l'adresse contient un caractère interdit.", permanent=True) from error
    except TemplateError as error:
        # not the error's own text: it could quote the facts
        raise NotSent(f"Le message n'a pas pu être rédigé ({type(error).__name__}).") from error
