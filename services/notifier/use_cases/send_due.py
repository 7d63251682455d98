"""Sends the mails that are due: check again that each must leave, compose it, send it, and store the outcome."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import structlog
from jinja2 import TemplateError
from sqlalchemy.exc import SQLAlchemyError

from services.notifier.domain.headers import UnsafeHeader
from services.notifier.domain.mail import Mail
from services.notifier.domain.mails.all import SPECS
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.domain.relevance import reason_to_drop
from services.notifier.storage.outgoing import Outgoing
from services.notifier.storage.queue import Claimed
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import ComposedMail, SenderIdentity, compose
from services.notifier.use_cases.mailers import Channel, Mailer, NotSent, OutcomeUnknown, ServerAway
from services.notifier.use_cases.message import message_id, message_of
from services.notifier.use_cases.outage import Outage
from services.notifier.use_cases.situation import situation_of
from shared import tracing
from shared.telemetry import correlated
from shared.transactions import Begin

log = structlog.get_logger()

LEASE: Final = timedelta(minutes=2)
"""Longer than any single attempt may take. After it, another worker takes the mail: its sender has died."""
DELAYS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 3600, 6 * 3600, 12 * 3600, 24 * 3600))
"""Between attempts, together longer than a server is away for a day. After the last attempt the mail has failed, and
staff see it.
"""
ATTEMPTS: Final = len(DELAYS) + 1
MOTIVATION_KEPT: Final = timedelta(hours=1)
"""How long a motivation waits for the event that queues its mails."""
MOST_COPIES: Final = 2
"""If the first copy may have arrived, one more is sent, with the same bytes."""
REPEATED_AFTER: Final = timedelta(minutes=5)
PERHAPS: Final = "Le serveur a coupé la connexion avant de confirmer : le message est peut-être arrivé."

INCLUDED: Final = "Le message sur la fin du rattachement le dit aussi."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The job of the worker."""

    begin: Begin[Transaction]
    mailer: Mailer
    identity: SenderIdentity
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    outage: Outage = field(default_factory=Outage)

    async def forget_motivations(self) -> None:
        """Delete the motivations that no mail needs any more."""
        async with self.begin() as tx:
            await tx.motivations.forget_old(MOTIVATION_KEPT)

    async def send_due(self) -> None:
        """Send until nothing is due or the mail server is away. A mail is claimed when the server is ready for it."""
        more = True
        while more and not self.outage.lasts() and await self._has_due():
            try:
                async with self.mailer.connected() as channel:
                    self.outage.is_over()
                    more = await self._send_next(channel)
            except ServerAway as away:
                self.outage.goes_on(away.sentence)

    async def _has_due(self) -> bool:
        async with self.begin() as tx:
            return await tx.queue.has_due()

    async def _send_next(self, channel: Channel) -> bool:
        """Whether there was a mail that no other worker has taken."""
        async with self.begin() as tx:
            claimed = await tx.queue.claim(lease=LEASE)
        if claimed is None:
            return False
        with correlated(claimed.mail.correlation_id, claimed.mail.traceparent):
            try:
                await self._send(SPECS[claimed.mail.kind], claimed, channel)
            except Exception as error:
                # it is due again after its lease; the next mail must not wait for it
                log.exception("a mail was left", mail=str(claimed.mail.id), error=type(error).__name__)
        return True

    async def _send(self, spec: MailSpec, claimed: Claimed, channel: Channel) -> None:
        """Send one claimed mail. A failure is stored, and tried again later."""
        mail = claimed.mail
        if claimed.sendings >= MOST_COPIES:
            await self._finish_unsent(spec, claimed, "failed", PERHAPS)
            return
        if mail.attempts > ATTEMPTS and not claimed.sendings:
            # every worker that claimed it died of it, or could not store the outcome
            await self._finish_unsent(spec, claimed, "failed", "Chaque envoi s'est interrompu.")
            return
        try:
            outgoing = await self._prepared(spec, claimed)
            if outgoing is None:
                return
            try:
                with tracing.sending(mail.kind):
                    await channel.send(outgoing.recipient, outgoing.content.encode("ascii"))
            except OutcomeUnknown:
                await self._unknown(spec, claimed, outgoing)
                return
        except NotSent as failure:
            await self._not_sent(spec, claimed, failure)
        except Exception as error:
            if not _is_of_the_mail(error):
                raise
            log.warning("a mail could not be written", mail=str(mail.id), kind=mail.kind, error=type(error).__name__)
            await self._finish_unsent(spec, claimed, "failed", _reason(error))
        else:
            await self._finish_sent(spec, mail, outgoing)

    async def _prepared(self, spec: MailSpec, claimed: Claimed) -> Outgoing | None:
        """What to send, stored and counted; None if the mail must not leave any more, which is stored too."""
        mail, now = claimed.mail, self.clock()
        async with self.begin() as tx:
            situation = await situation_of(tx, spec, mail)
        reason = reason_to_drop(spec, mail, situation, now=now)
        if reason is not None:
            await self._finish_unsent(spec, claimed, "dropped", reason)
            return None
        outgoing = claimed.outgoing
        included: tuple[UUID, ...] = ()
        if outgoing is None:
            outgoing = self._outgoing(mail, compose(spec, mail, situation, self.identity, now=now), now)
            included = situation.included
        async with self.begin() as tx:
            await tx.queue.begin_sending(mail.id, outgoing)
            await tx.queue.drop_included(included, reason=INCLUDED)
        return outgoing

    def _outgoing(self, mail: Mail, composed: ComposedMail, now: datetime) -> Outgoing:
        calendar = composed.calendar
        return Outgoing(
            recipient=composed.recipient,
            content=message_of(mail, composed, self.identity, now=now).decode("ascii"),
            message_id=message_id(mail),
            subject=composed.subject,
            text=composed.text if self.mailer.keeps_secrets else composed.kept_text,
            html=composed.html if self.mailer.keeps_secrets else composed.kept_html,
            files=[
                {"name": file.name, "content_type": file.content_type, "content": file.content}
                for file in composed.files
            ],
            entries=None if calendar is None else calendar.entries,
            entries_of_requests={} if calendar is None else calendar.entries_of_requests,
        )

    async def _finish_sent(self, spec: MailSpec, mail: Mail, outgoing: Outgoing) -> None:
        async with self.begin() as tx:
            await tx.queue.finish_sent(
                mail.id, outgoing, keeps_text=self._keeps_text(spec), facts=spec.facts_to_keep(mail)
            )
            await _save_calendar(tx, mail, outgoing)
            await _forget_motivation(tx, spec, mail)
        _log_outcome(mail, "sent")

    async def _unknown(self, spec: MailSpec, claimed: Claimed, outgoing: Outgoing) -> None:
        """The recipient may have the mail, so its calendar entries count as there."""
        mail = claimed.mail
        async with self.begin() as tx:
            await tx.queue.repeat(
                mail.id,
                outgoing,
                delay=REPEATED_AFTER,
                reason=PERHAPS,
                keeps_text=self._keeps_text(spec),
            )
            await _save_calendar(tx, mail, outgoing)
            if claimed.sendings + 1 == MOST_COPIES:
                await tx.queue.finish_unsent(mail.id, "unknown", reason=PERHAPS, facts=spec.facts_to_keep(mail))
                await _forget_motivation(tx, spec, mail)
        _log_outcome(mail, "unknown")

    async def _not_sent(self, spec: MailSpec, claimed: Claimed, failure: NotSent) -> None:
        reason, mail = failure.sentence[:500], claimed.mail
        if failure.permanent or mail.attempts >= ATTEMPTS:
            await self._finish_unsent(spec, claimed, "failed", reason)
            return
        async with self.begin() as tx:
            await tx.queue.retry(mail.id, delay=DELAYS[mail.attempts - 1], reason=reason)
        _log_outcome(mail, "pending")

    async def _finish_unsent(
        self, spec: MailSpec, claimed: Claimed, outcome: Literal["dropped", "failed"], reason: str
    ) -> None:
        """If an earlier copy may have arrived, nobody knows the outcome."""
        mail = claimed.mail
        known: Literal["dropped", "failed", "unknown"] = "unknown" if claimed.sendings else outcome
        async with self.begin() as tx:
            await tx.queue.finish_unsent(mail.id, known, reason=reason, facts=spec.facts_to_keep(mail))
            await _forget_motivation(tx, spec, mail)
        _log_outcome(mail, known)

    def _keeps_text(self, spec: MailSpec) -> bool:
        return self.mailer.keeps_secrets or not spec.secret


async def _save_calendar(tx: Transaction, mail: Mail, outgoing: Outgoing) -> None:
    if outgoing.entries is not None:
        await tx.calendars.save(mail.subject_id, mail.calendar_key, outgoing.entries)
    for request_id, entries in outgoing.entries_of_requests.items():
        await tx.calendars.save(request_id, mail.calendar_key, entries)


async def _forget_motivation(tx: Transaction, spec: MailSpec, mail: Mail) -> None:
    if spec.motivation:
        await tx.motivations.forget(mail.subject_id, version=mail.facts.get("version", 0))


def _is_of_the_mail(error: Exception) -> bool:
    """Whether an error comes from the content of a mail. Others come from the database, which is tried again."""
    return isinstance(error, TemplateError) or not isinstance(error, (OSError, SQLAlchemyError))


def _reason(error: Exception) -> str:
    """Without the error's own text: it could quote the facts."""
    if isinstance(error, UnsafeHeader):
        return f"Le message se lirait autrement qu'il a été écrit ({error.field})."
    return f"Le message n'a pas pu être rédigé ({type(error).__name__})."


def _log_outcome(mail: Mail, status: str) -> None:
    log.info("mail handled", mail=str(mail.id), kind=mail.kind, status=status)
