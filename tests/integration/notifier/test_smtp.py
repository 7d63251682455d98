"""Mails are sent over a real SMTP server, and nothing is lost or shown when the server misbehaves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from sqlalchemy import update

from services.notifier.storage.tables import mails
from services.notifier.use_cases.mailers import Mailer, SmtpMailer
from services.notifier.use_cases.read_mailbox import kept_mail
from tests.integration.notifier.notifier_service import NOW, NotifierService


class MailServer:
    """Accepts every message, or gives another answer to the command of that name."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.accepted: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if "data" in self.answers:
            return self.answers["data"]
        self.accepted.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def served(factory: Callable[[], asyncio.Protocol], *, timeout_seconds: float = 5) -> AsyncIterator[SmtpMailer]:
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield SmtpMailer(host="127.0.0.1", port=port, tls="none", timeout_seconds=timeout_seconds)
    finally:
        server.close()


def serving(mail_server: MailServer) -> AbstractAsyncContextManager[SmtpMailer]:
    return served(lambda: SMTP(mail_server))


class BrokenServer(asyncio.Protocol):
    """Greets and closes the connection, or sends nothing at all."""

    def __init__(self, *, greets: bool) -> None:
        self.greets = greets

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self.greets:
            transport.write(b"220 broken\r\n")
            transport.close()


async def outcome(service: NotifierService) -> tuple[str, int, str]:
    """Status, attempts and reason of the newest mail."""
    row = (await service.rows())[0]
    return row.status, row.attempts, row.why_not or ""


async def due_again(service: NotifierService) -> None:
    async with service.database.transaction() as work:
        await work.connection.execute(
            update(mails).where(mails.c.status == "pending").values(next_at=NOW - timedelta(hours=1))
        )


async def test_a_mail_arrives_whole_with_its_calendar_files(service: NotifierService) -> None:
    mail_server = MailServer()
    key = await service.request_validated()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    message = next(
        mail for mail in mail_server.accepted if "confirmée" in mail["Subject"] and mail["To"] == "zoe@example.org"
    )
    assert message["From"] == "L'agence <ne-pas-repondre@agence.example>"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert f"https://agence.example/demandes/{key}" in text.get_content()
    assert "Vous recevez ce message parce que" in html.get_content()
    files = list(message.iter_attachments())
    assert [file.get_filename() for file in files] == ["creneau-1.ics"]
    assert files[0].get_content_type() == "text/calendar"
    assert files[0].get_param("method") == "REQUEST"


async def test_a_recipient_that_is_refused_for_good_is_not_tried_again(service: NotifierService) -> None:
    await service.reset_asked()
    async with serving(MailServer(rcpt="550 5.1.1 no such user")) as smtp:
        await service.send(smtp)
    status, attempts, reason = await outcome(service)
    assert (status, attempts) == ("failed", 1)
    assert "550" in reason


@pytest.mark.parametrize("answers", [{"rcpt": "450 4.2.0 greylisted"}, {"data": "451 4.3.0 try later"}])
async def test_a_server_that_asks_to_wait_gets_the_same_message_later_and_once(
    service: NotifierService, answers: dict[str, str]
) -> None:
    service.ahead = timedelta(0)
    await service.reset_asked()
    async with serving(MailServer(**answers)) as smtp:
        await service.send(smtp)
    assert (await outcome(service))[:2] == ("pending", 1)
    await due_again(service)
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
        await service.send(smtp)
    assert (await outcome(service))[:2] == ("sent", 2)
    assert len(mail_server.accepted) == 1


@pytest.mark.parametrize("greets", [True, False])
async def test_a_server_that_closes_the_connection_or_does_not_answer_loses_no_mail(
    service: NotifierService, *, greets: bool
) -> None:
    service.ahead = timedelta(0)
    await service.reset_asked()
    async with served(lambda: BrokenServer(greets=greets), timeout_seconds=0.2) as smtp:
        await service.send(smtp)
    status, attempts, reason = await outcome(service)
    assert (status, attempts) == ("pending", 1)
    assert "ne répond pas ou a coupé la connexion" in reason


async def test_a_server_that_is_away_is_tried_again_and_then_the_mail_has_failed(service: NotifierService) -> None:
    service.ahead = timedelta(0)
    unreachable = SmtpMailer(host="127.0.0.1", port=1, tls="none", timeout_seconds=1)
    await service.reset_asked()
    for attempt in range(1, 7):
        await due_again(service)
        await service.send(unreachable)
        assert (await outcome(service))[:2] == ("pending" if attempt < 6 else "failed", attempt)
    await due_again(service)
    await service.send(unreachable)
    assert (await outcome(service))[:2] == ("failed", 6)


async def test_a_mail_whose_every_sender_died_has_failed(service: NotifierService) -> None:
    await service.reset_asked()
    for _ in range(6):
        async with service.begin() as tx:
            assert await tx.queue.claim(now=datetime.now(UTC) + timedelta(minutes=1), lease=timedelta(0)) is not None
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    assert (await outcome(service))[0] == "failed"
    assert mail_server.accepted == []


async def sent_through(service: NotifierService, mailer: Mailer | None) -> Any:
    await service.reset_asked()
    await service.send(mailer)
    return (await service.rows(kind="password_reset"))[0]


async def test_over_smtp_the_link_leaves_and_is_neither_kept_nor_logged(
    service: NotifierService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        row = await sent_through(service, smtp)
    body = mail_server.accepted[0].get_body(("plain",))
    assert body is not None
    assert "/compte/mot-de-passe/s3cret" in body.get_content()
    assert (row.status, row.text, row.html) == ("sent", None, None)
    assert "s3cret" not in str(row)
    # the test's own server logs what it takes
    assert "s3cret" not in "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")


async def test_a_link_that_could_not_leave_is_not_kept_either(service: NotifierService) -> None:
    async with serving(MailServer(data="554 5.7.1 no")) as smtp:
        row = await sent_through(service, smtp)
    assert row.status == "failed"
    assert "s3cret" not in str(row)


async def test_the_mailbox_shows_the_link_and_the_row_forgets_its_token(service: NotifierService) -> None:
    row = await sent_through(service, None)
    [mail] = await service.sent("password_reset")
    assert "/compte/mot-de-passe/s3cret" in mail.text
    async with service.begin() as tx:
        assert await kept_mail(tx, mail.id) == mail
    assert "token" not in row.facts
