"""A mail server that is away costs no mail and no attempt; a lost answer costs at most one more copy."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifier.use_cases.outage import LONGEST_PAUSE, Outage
from services.notifier.use_cases.send_due import DELAYS
from shared.contracts.catalogue import SessionRescheduled
from tests.integration.notifier.mail_server import UNREACHABLE, BrokenServer, MailServer, served, serving
from tests.integration.notifier.notifier_service import NOW, NotifierService


async def states(service: NotifierService) -> list[tuple[str, int]]:
    return sorted((row.status, row.attempts) for row in await service.rows())


@pytest.mark.parametrize(
    "factory",
    [
        BrokenServer,
        lambda: BrokenServer(closes=True),
        lambda: BrokenServer(b"220 broken\r\n", closes=True),
        lambda: BrokenServer(b"421 4.3.2 shutting down\r\n"),
        lambda: BrokenServer(b"554 5.3.2 no service here\r\n"),
    ],
    ids=["silent", "closes", "greets and closes", "421", "554"],
)
async def test_an_outage_when_connecting_costs_no_attempt(
    service: NotifierService, factory: Callable[[], BrokenServer]
) -> None:
    await service.reset_asked()
    for _ in range(8):
        async with served(factory, timeout_seconds=0.1) as smtp:
            await service.send(smtp)
    assert await states(service) == [("pending", 0)]
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    assert await states(service) == [("sent", 1)]
    assert len(mail_server.accepted) == 1


@pytest.mark.parametrize("reply", ["451 4.3.0 no space", "530 5.7.0 sign in first"])
async def test_a_server_that_refuses_the_sender_costs_no_attempt(service: NotifierService, reply: str) -> None:
    await service.reset_asked()
    async with serving(MailServer(mail=reply)) as smtp:
        for _ in range(8):
            await service.send(smtp)
    assert await states(service) == [("pending", 0)]


async def test_during_an_outage_all_mails_wait_and_the_server_is_asked_rarely(service: NotifierService) -> None:
    await service.request_made()
    waiting = await states(service)
    await service.make_due()
    now = 0.0
    sender = replace(service.sender(UNREACHABLE), outage=Outage(clock=lambda: now))
    pauses = []
    for _ in range(12):
        await sender.send_due()
        before = now
        while sender.outage.lasts():
            now += 1
        pauses.append(now - before)
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == LONGEST_PAUSE
    assert await states(service) == waiting


async def test_every_attempt_refused_is_a_failure_after_more_than_a_day(service: NotifierService) -> None:
    assert sum(DELAYS, timedelta()) > timedelta(days=1)
    await service.reset_asked()
    async with serving(MailServer(rcpt="450 4.2.0 greylisted")) as smtp:
        for attempt in range(1, 9):
            await service.make_due()
            await service.send(smtp)
            assert await states(service) == [("pending" if attempt < 8 else "failed", attempt)]


async def test_a_mail_whose_answer_is_lost_is_sent_once_more_with_the_same_bytes(service: NotifierService) -> None:
    await service.request_validated()
    mail_server = MailServer(cuts=1)
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    [row] = await service.rows(status="unknown")
    assert row.why_not == "Le serveur a coupé la connexion avant de confirmer : le message est peut-être arrivé."
    assert row.sent_at is None
    # the session has changed meanwhile: a mail that is composed anew would differ
    moved = SessionRescheduled(occurred_at=NOW, session=service.session(2, place="Ailleurs"), moved=True)
    await service.tell(moved)
    await service.make_due()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    assert await service.rows(status="unknown") == []
    first, second = [taken for taken in mail_server.taken if row.message_id.encode() in taken[1]]
    assert first == second


async def test_after_a_second_lost_answer_there_is_no_third_copy(service: NotifierService) -> None:
    await service.reset_asked()
    mail_server = MailServer(cuts=9)
    async with serving(mail_server) as smtp:
        for _ in range(5):
            await service.make_due()
            await service.send(smtp)
    assert await states(service) == [("unknown", 2)]
    assert len(mail_server.taken) == 2
    assert "s3cret" not in str(await service.rows())


async def test_a_copy_that_is_refused_after_a_lost_answer_leaves_the_outcome_unknown(service: NotifierService) -> None:
    await service.reset_asked()
    async with serving(MailServer(cuts=1)) as smtp:
        await service.send(smtp)
    await service.make_due()
    async with serving(MailServer(rcpt="550 5.1.1 no such user")) as smtp:
        await service.send(smtp)
    assert await states(service) == [("unknown", 2)]


async def test_a_sender_that_dies_leaves_at_most_two_copies_of_the_same_bytes(service: NotifierService) -> None:
    contents: set[str] = set()
    await service.reset_asked()
    dying = MailServer(seconds=60)
    async with serving(dying) as smtp:
        for sendings in (1, 2):
            await service.make_due()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await service.send(smtp)
            [row] = await service.rows()
            assert (row.status, row.sendings) == ("pending", sendings)
            contents.add(row.outgoing["content"])
    assert len(contents) == 1
    mail_server = MailServer()
    await service.make_due()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    assert mail_server.taken == []
    assert await states(service) == [("unknown", 3)]


async def test_a_cut_before_the_message_is_handed_over_is_an_attempt_like_any_other(service: NotifierService) -> None:
    await service.reset_asked()
    async with serving(MailServer(rcpt="421 4.3.2 shutting down")) as smtp:
        await service.send(smtp)
    assert await states(service) == [("pending", 1)]


async def test_two_workers_whose_clocks_are_five_minutes_apart_send_each_mail_once(service: NotifierService) -> None:
    for _ in range(3):
        await service.request_made()
    await service.make_due()
    mail_server = MailServer(seconds=0.05)
    ahead, behind = timedelta(minutes=5), timedelta(0)
    async with serving(mail_server) as smtp:
        senders = [service.sender(smtp, clock_ahead=clock) for clock in (ahead, behind)]
        await asyncio.gather(*(sender.send_due() for sender in senders))
    identities = [str(mail["Message-ID"]) for mail in mail_server.accepted]
    assert len(identities) == len(set(identities)) == len(await service.rows())


async def test_two_workers_take_two_mails(service: NotifierService) -> None:
    await service.request_made()
    await service.make_due()
    async with asyncio.timeout(10), service.begin() as one_worker, service.begin() as other_worker:
        first = await one_worker.queue.claim(lease=timedelta(minutes=2))
        second = await other_worker.queue.claim(lease=timedelta(minutes=2))
    assert first is not None
    assert second is not None
    assert first.mail.id != second.mail.id
