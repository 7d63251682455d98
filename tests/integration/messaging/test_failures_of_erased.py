"""A message about an erased person that fails is kept without the person's texts, whichever of the two comes first."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Uuid, any_, bindparam, column, select, table, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.contracts.identity import AccountSnapshot, AccountUpdated, SendAccountNotice
from shared.database import UnitOfWork
from shared.messaging import undelivered
from shared.messaging.erasure import Person, erase_messages
from shared.messaging.failures import Failures
from shared.messaging.inbox import Inbox
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.worker import Worker
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import TwoServices, delivery, two_services
from tests.support.eventually import eventually

NOW = datetime.now(UTC)
ZOE, LEA = uuid4(), uuid4()
BURIED = table("effects", column("event", Uuid), column("version"))
OF_ERASED = select(BURIED.c.event).where(BURIED.c.event == any_(bindparam("named", type_=ARRAY(Uuid(as_uuid=False)))))
"""The tests put the ids of erased people where the mechanisms' handlers have their effects."""


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    database = await make_database("mechanisms")
    async with two_services(database, database, InProcessTransport()) as given:
        yield given


@pytest.fixture
def inbox(services: TwoServices) -> Inbox[UnitOfWork]:
    """Its handlers fail until the test lets them succeed."""
    subscriptions: Subscriptions[UnitOfWork] = Subscriptions()

    @subscriptions.on(AccountUpdated)
    async def when_an_account_is_updated(message: AccountUpdated, work: UnitOfWork) -> None:
        await services.before(message)

    @subscriptions.on(SendAccountNotice)
    async def send_a_notice(message: SendAccountNotice, work: UnitOfWork) -> None:
        await services.before(message)

    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    return Worker(
        services.subscriber,
        services.transport,
        service="notifier",
        subscriptions=[subscriptions],
        transaction=lambda work: work,
        erased=OF_ERASED,
    ).inbox


def updated(account: Any, name: str) -> AccountUpdated:
    email = f"{name.lower()}@exemple.example"
    snapshot = AccountSnapshot(id=account, version=2, first_name=name, last_name="Roy", email=email)
    return AccountUpdated(occurred_at=NOW, account=snapshot)


def notice(account: Any, name: str) -> SendAccountNotice:
    email = f"{name.lower()}@exemple.example"
    return SendAccountNotice(
        id=uuid4(), occurred_at=NOW, account_id=account, email=email, first_name=name, notice="password_changed"
    )


async def bury(work: UnitOfWork) -> None:
    """What a service does when Zoé's account is erased."""
    await erase_messages(work.connection, Person(ZOE))
    await work.connection.execute(text("INSERT INTO effects (event, version) VALUES (:event, 1)"), {"event": ZOE})


async def kept(services: TwoServices) -> list[tuple[str, str | None, str]]:
    """The failed deliveries: the message, its handler, and what they say in the place of the first name."""
    rows = await services.rows("SELECT name, handler, body FROM undelivered ORDER BY id")
    bodies = [json.loads(row.body) for row in rows]
    said = [body["account"]["first_name"] if "account" in body else body["first_name"] for body in bodies]
    return [(row.name.split(".")[1], row.handler, name) for row, name in zip(rows, said, strict=True)]


async def test_a_message_that_fails_after_the_erasure_is_kept_without_texts(
    services: TwoServices, inbox: Inbox[UnitOfWork]
) -> None:
    async with services.subscriber.transaction() as work:
        await bury(work)
    newer = "identity.account_updated.v2"
    deliveries = [
        *(delivery(updated(account, name)) for account, name in ((ZOE, "Zoé"), (LEA, "Léa"))),
        *(delivery(notice(account, name)) for account, name in ((ZOE, "Zoé"), (LEA, "Léa"))),
        *(delivery(updated(account, name), name=newer) for account, name in ((ZOE, "Zoé"), (LEA, "Léa"))),
    ]
    for _ in range(2):
        for each in deliveries:
            await inbox.handle([each])
    expected = [
        ("account_updated", "when_an_account_is_updated", ""),
        ("account_updated", "when_an_account_is_updated", "Léa"),
        ("send_account_notice", "send_a_notice", "Léa"),
        ("account_updated", None, "Léa"),
    ]
    assert [(name, handler and handler.rpartition(".")[2], said) for name, handler, said in await kept(services)] == (
        expected
    )
    # what was not kept counts as received: it is not published again
    claimed = await services.rows("SELECT message_id FROM inbox")
    assert {row.message_id for row in claimed} == {deliveries[2].envelope.message_id, deliveries[4].envelope.message_id}


async def test_what_the_broker_gave_up_is_taken_only_if_it_is_about_an_erased_person(services: TwoServices) -> None:
    async with services.subscriber.transaction() as work:
        await bury(work)
    failures = Failures(services.subscriber, OF_ERASED)
    about_zoe, forgotten = delivery(updated(ZOE, "Zoé")).envelope, delivery(notice(ZOE, "Zoé")).envelope
    nameless = replace(delivery(notice(ZOE, "Zoé")).envelope, message_id=None)
    others = [delivery(updated(LEA, "Léa")).envelope, delivery(notice(LEA, "Léa")).envelope]
    given_up = [about_zoe, forgotten, nameless, *others]
    taken = [await failures.park_given_up_of_erased(envelope) for envelope in given_up]
    assert taken == [True, True, True, False, False]
    assert await kept(services) == [("account_updated", None, "")]
    # a message without an id cannot be claimed
    assert [row.message_id for row in await services.rows("SELECT message_id FROM inbox")] == [forgotten.message_id]


async def test_what_was_kept_is_replayed_without_texts(services: TwoServices, inbox: Inbox[UnitOfWork]) -> None:
    async with services.subscriber.transaction() as work:
        await bury(work)
    await inbox.handle([delivery(updated(ZOE, "Zoé"))])
    await services.make_due()
    assert await inbox.retry_due() == 1
    assert [said for _, _, said in await kept(services)] == [""]
    seen = []

    async def see(message: AccountUpdated) -> None:
        seen.append((message.account.id, message.account.first_name, message.account.email))

    services.before = see
    await services.make_due()
    assert await inbox.retry_due() == 1
    assert (seen, await kept(services)) == ([(ZOE, "", "")], [])


async def _is_waiting(services: TwoServices) -> bool:
    """Whether a transaction waits for a lock that is no row's."""
    rows = await services.rows(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(rows)


async def test_a_message_that_fails_during_the_erasure_waits_for_its_end(
    services: TwoServices, inbox: Inbox[UnitOfWork]
) -> None:
    async with services.subscriber.transaction() as work:
        await bury(work)
        failing = asyncio.create_task(inbox.handle([delivery(updated(ZOE, "Zoé"))]))
        await eventually(lambda: _is_waiting(services))
    await failing
    assert [said for _, _, said in await kept(services)] == [""]


async def test_an_erasure_waits_for_a_message_that_is_being_kept(
    services: TwoServices, inbox: Inbox[UnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    defer, begun, goes_on = undelivered.defer, asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> None:
        begun.set()
        await goes_on.wait()
        await defer(*given)

    async def erase() -> None:
        async with services.subscriber.transaction() as work:
            await bury(work)

    monkeypatch.setattr(undelivered, "defer", slowly)
    failing = asyncio.create_task(inbox.handle([delivery(updated(ZOE, "Zoé"))]))
    await begun.wait()
    erasing = asyncio.create_task(erase())
    await eventually(lambda: _is_waiting(services))
    goes_on.set()
    await asyncio.gather(failing, erasing)
    assert [said for _, _, said in await kept(services)] == [""]
