"""Mails leave over a real SMTP server, and nothing is lost or shown when it misbehaves."""

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

from services.notifier.use_cases.deliver import Delivery, Smtp
from services.notifier.use_cases.read_mailbox import kept_mail, kept_mails
from tests.integration.notifier.house import NOW, House


class Postman:
    """Takes every message, or answers the command of that name otherwise."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if "data" in self.answers:
            return self.answers["data"]
        self.taken.append(message_from_bytes(envelope.original_content or b"", policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def served(factory: Callable[[], asyncio.Protocol], *, timeout_seconds: float = 5) -> AsyncIterator[Smtp]:
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    try:
        yield Smtp("127.0.0.1", server.sockets[0].getsockname()[1], "none", timeout_seconds)
    finally:
        server.close()


def post_office(postman: Postman) -> AbstractAsyncContextManager[Smtp]:
    return served(lambda: SMTP(postman))


class RudeServer(asyncio.Protocol):
    """Greets and drops the connection, or says nothing at all."""

    def __init__(self, *, greets: bool) -> None:
        self.greets = greets

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self.greets:
            transport.write(b"220 rude\r\n")
            transport.close()


async def outcome(house: House) -> tuple[str, int, str]:
    """Status, attempts and reason of the newest mail."""
    async with house.begin() as tx:
        row = (await tx.mails.page(limit=1))[0]
    return row.status, row.attempts, row.why_not or ""


async def due_again(house: House) -> None:
    async with house.begin() as tx:
        row = (await tx.mails.page(limit=1))[0]
        await tx.mails.settle(row.id, next_at=NOW - timedelta(hours=1))


async def test_a_mail_arrives_whole_with_its_calendar_files(house: House) -> None:
    postman = Postman()
    key = await house.somebody_is_validated()
    async with post_office(postman) as smtp:
        await house.send(smtp)
    message = next(one for one in postman.taken if "confirmée" in one["Subject"] and one["To"] == "zoe@example.org")
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


async def test_a_recipient_that_is_refused_for_good_is_not_tried_again(house: House) -> None:
    await house.ask_a_reset()
    async with post_office(Postman(rcpt="550 5.1.1 no such user")) as smtp:
        await house.send(smtp)
    status, attempts, reason = await outcome(house)
    assert (status, attempts) == ("failed", 1)
    assert "550" in reason


@pytest.mark.parametrize("answers", [{"rcpt": "450 4.2.0 greylisted"}, {"data": "451 4.3.0 try later"}])
async def test_a_server_that_asks_to_wait_gets_the_same_message_later_and_once(
    house: House, answers: dict[str, str]
) -> None:
    house.later = timedelta(0)
    await house.ask_a_reset()
    async with post_office(Postman(**answers)) as smtp:
        await house.send(smtp)
    assert (await outcome(house))[:2] == ("pending", 1)
    await due_again(house)
    postman = Postman()
    async with post_office(postman) as smtp:
        await house.send(smtp)
        await house.send(smtp)
    assert (await outcome(house))[:2] == ("sent", 2)
    assert len(postman.taken) == 1


@pytest.mark.parametrize("greets", [True, False])
async def test_a_server_that_drops_or_says_nothing_loses_no_mail(house: House, *, greets: bool) -> None:
    house.later = timedelta(0)
    await house.ask_a_reset()
    async with served(lambda: RudeServer(greets=greets), timeout_seconds=0.2) as smtp:
        await house.send(smtp)
    status, attempts, reason = await outcome(house)
    assert (status, attempts) == ("pending", 1)
    assert "ne répond pas ou a coupé la connexion" in reason


async def test_a_server_that_is_away_is_tried_again_and_then_the_mail_has_failed(house: House) -> None:
    house.later = timedelta(0)
    nobody = Smtp("127.0.0.1", 1, "none", 1)
    await house.ask_a_reset()
    for attempt in range(1, 7):
        await due_again(house)
        await house.send(nobody)
        assert (await outcome(house))[:2] == ("pending" if attempt < 6 else "failed", attempt)
    await due_again(house)
    await house.send(nobody)
    assert (await outcome(house))[:2] == ("failed", 6)


async def test_a_mail_whose_every_sender_died_has_failed(house: House) -> None:
    await house.ask_a_reset()
    for _ in range(6):
        async with house.begin() as tx:
            assert await tx.mails.claim(now=datetime.now(UTC) + timedelta(minutes=1), lease=timedelta(0)) is not None
    postman = Postman()
    async with post_office(postman) as smtp:
        await house.send(smtp)
    assert (await outcome(house))[0] == "failed"
    assert postman.taken == []


async def sent_through(house: House, delivery: Delivery | None) -> Any:
    await house.ask_a_reset()
    await house.send(delivery)
    async with house.begin() as tx:
        return (await tx.mails.page(limit=1, kind="password_reset"))[0]


async def test_over_smtp_the_link_leaves_and_is_neither_kept_nor_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    postman = Postman()
    async with post_office(postman) as smtp:
        row = await sent_through(house, smtp)
    body = postman.taken[0].get_body(("plain",))
    assert body is not None
    assert "/compte/mot-de-passe/s3cret" in body.get_content()
    assert (row.status, row.text, row.html) == ("sent", None, None)
    assert "s3cret" not in str(row)
    # the test's own server logs what it takes
    assert "s3cret" not in "".join(record.getMessage() for record in caplog.records if record.name != "mail.log")


async def test_a_link_that_could_not_leave_is_not_kept_either(house: House) -> None:
    async with post_office(Postman(data="554 5.7.1 no")) as smtp:
        row = await sent_through(house, smtp)
    assert row.status == "failed"
    assert "s3cret" not in str(row)


async def test_the_mailbox_shows_the_link_and_the_row_forgets_its_token(house: House) -> None:
    row = await sent_through(house, None)
    async with house.begin() as tx:
        mail = next(mail for mail in await kept_mails(tx) if mail.kind == "password_reset")
        assert "/compte/mot-de-passe/s3cret" in mail.text
        assert await kept_mail(tx, mail.id) == mail
    assert "token" not in row.facts
