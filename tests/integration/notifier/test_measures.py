"""What the worker's `/metrics` says of mails: how many wait, for how long, and what became of those of a day."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.notifier.storage.tables import mails
from services.notifier.wiring import SERVICE
from shared.messaging.inprocess import InProcessTransport
from tests.integration.notifier.mail_server import UNREACHABLE, MailServer, serving
from tests.integration.notifier.notifier_service import NotifierService
from tests.support.scrape import scraped

Scrape = Callable[[], Awaitable[dict[str, float]]]


@pytest.fixture
def scrape(service: NotifierService) -> Scrape:
    worker = SERVICE.worker(SERVICE.settings(), service.database, InProcessTransport())
    return lambda: scraped(worker)


def _by_state(numbers: dict[str, float], name: str) -> dict[str, float]:
    """The states of a metric that are not zero."""
    series = {key: value for key, value in numbers.items() if key.startswith(f"{name}{{")}
    return {key.split('"')[1]: value for key, value in series.items() if value}


async def _wait(service: NotifierService, time: timedelta) -> None:
    """Let all mails be older by that time, and due earlier."""
    async with service.database.transaction() as work:
        await work.connection.execute(
            update(mails).values(next_at=mails.c.next_at - time, created_at=mails.c.created_at - time)
        )


async def test_while_the_mail_server_is_away_the_oldest_mail_becomes_older(
    service: NotifierService, scrape: Scrape
) -> None:
    before = await scrape()
    assert _by_state(before, "mails_waiting") == _by_state(before, "mails_oldest_seconds") == {}
    await service.reset_asked()
    await service.sender(UNREACHABLE).send_due()
    for minutes in (10, 20):
        await _wait(service, timedelta(minutes=10))
        await service.sender(UNREACHABLE).send_due()
        numbers = await scrape()
        assert _by_state(numbers, "mails_waiting") == {"due": 1}
        assert minutes * 60 <= numbers['mails_oldest_seconds{state="due"}'] < (minutes + 5) * 60
        assert _by_state(numbers, "mails_of_a_day") == {"pending": 1}
    async with serving(MailServer()) as smtp:
        await service.sender(smtp).send_due()
    after = await scrape()
    assert _by_state(after, "mails_waiting") == _by_state(after, "mails_oldest_seconds") == {}
    assert _by_state(after, "mails_of_a_day") == {"sent": 1}


async def test_a_mail_that_the_server_refuses_for_now_is_not_due_but_was_tried(
    service: NotifierService, scrape: Scrape
) -> None:
    await service.reset_asked()
    async with serving(MailServer(rcpt="450 4.2.0 greylisted")) as smtp:
        await service.sender(smtp).send_due()
    numbers = await scrape()
    assert _by_state(numbers, "mails_waiting") == {"tried": 1}
    assert _by_state(numbers, "mails_oldest_seconds").keys() == {"tried"}


async def test_a_mail_that_shall_leave_later_is_not_late(service: NotifierService, scrape: Scrape) -> None:
    await service.request_made()
    await service.sender().send_due()
    numbers = await scrape()
    assert _by_state(numbers, "mails_waiting").keys() == {"later"}


async def test_mails_of_earlier_days_are_counted_only_while_they_wait(service: NotifierService, scrape: Scrape) -> None:
    await service.reset_asked()
    await _wait(service, timedelta(days=2))
    numbers = await scrape()
    assert _by_state(numbers, "mails_waiting") == {"due": 1}
    assert _by_state(numbers, "mails_of_a_day") == {}
