"""A person is erased: mails, calendars, motivations, the copy; and what comes too late brings nobody back."""

from uuid import uuid4

import pytest

from services.notifier.storage import tables
from services.notifier.wiring import SERVICE
from shared.chains import broken_chains
from shared.contracts import Message
from shared.contracts.enrollment import EnrollmentRefused, KeepMotivation
from shared.contracts.erasures import AccountErased
from shared.contracts.identity import AccountRegistered, AccountUpdated
from shared.messaging.inprocess import InProcessTransport
from tests.integration.messaging.two_services import delivery
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.support.traces import traces

WORDS = ("Zoe", "Zoé", "Motivée")


async def erased(service: NotifierService) -> None:
    await service.tell(AccountErased(occurred_at=NOW, account_id=service.person, version=9))


async def tables_with_words(service: NotifierService) -> set[str]:
    async with service.database.engine.connect() as connection:
        return {table for table, _ in await traces(connection, WORDS)}


async def test_nothing_of_a_person_is_left_in_mails_sent_and_waiting(service: NotifierService) -> None:
    key = await service.request_accepted()
    snapshot = service.request(key, 3, "refused")
    refused = EnrollmentRefused(
        occurred_at=NOW, enrollment=snapshot, refused_by=service.employer, reason="Zoé est en congé."
    )
    await service.tell(refused)
    await service.send()
    await service.reset_asked()
    await service.request_made()
    await service.tell(KeepMotivation(occurred_at=NOW, enrollment_id=key, version=3, motivation="Motivée."))
    assert {"accounts", "mails", "motivations"} <= await tables_with_words(service)
    before = {row.id: row.status for row in await service.rows()}

    await erased(service)

    assert await tables_with_words(service) == set()
    after = {row.id: row.status for row in await service.rows()}
    assert after == {key: "dropped" if status == "pending" else status for key, status in before.items()}
    async with service.database.engine.connect() as connection:
        assert await broken_chains(connection, {"mails": "subject_id"}) == []
    await service.audit()
    staff = await service.staff()
    for row in await service.rows(recipient_account_id=service.person):
        assert (await service.call("GET", f"/mails/{row.id}", by=staff)).json()["can_be_resent"] is False


async def test_what_comes_after_it_brings_nobody_back(service: NotifierService) -> None:
    key = await service.request_made()
    await service.send()
    for _ in range(2):
        await erased(service)
    await service.tell(AccountUpdated(occurred_at=NOW, account=service.account(service.person, "Zoe", version=3)))
    await service.tell(AccountUpdated(occurred_at=NOW, account=service.account(service.person, "Zoe", version=12)))
    await service.tell(KeepMotivation(occurred_at=NOW, enrollment_id=key, version=3, motivation="Motivée."))
    await service.reset_asked()
    await service.request_made()
    await service.send()
    assert await tables_with_words(service) == set()
    [row] = await service.rows(tables.accounts, id=service.person)
    assert (row.first_name, row.last_name, row.email, row.erased) == ("Compte", "supprimé", "", True)


async def test_an_erasure_that_comes_first_keeps_the_account_away(service: NotifierService) -> None:
    service.person = uuid4()
    await erased(service)
    await service.tell(AccountRegistered(occurred_at=NOW, account=service.account(service.person, "Zoé")))
    rows = await service.rows(tables.accounts, id=service.person)
    assert [(row.first_name, row.erased) for row in rows] == [("Compte", True)]


async def test_a_person_reads_the_mails_that_went_to_them_but_no_link_that_gives_a_right(
    service: NotifierService,
) -> None:
    await service.request_made()
    await service.reset_asked()
    await service.send()
    data = (await service.call("GET", "/me/data", by=service.person)).json()
    assert [row["email"] for row in data["account"]] == ["zoe@example.org"]
    assert {mail["kind"]: mail["text"] is None for mail in data["mails"]} == {
        "request_receipt": False,
        "password_reset": True,
    }


async def arrives(service: NotifierService, name: str, message: Message) -> None:
    """A message that the worker cannot read, because its name is that of a newer release."""
    worker = SERVICE.worker(SERVICE.settings(), service.database, InProcessTransport())
    await worker.inbox.handle([delivery(message, name=name)])


@pytest.mark.parametrize("is_erased_first", [True, False])
async def test_what_cannot_be_read_is_not_kept_whichever_comes_first(
    service: NotifierService, is_erased_first: bool
) -> None:
    key = await service.request_made()
    if is_erased_first:
        await erased(service)
    updated = AccountUpdated(occurred_at=NOW, account=service.account(service.person, "Zoe", version=5))
    kept = KeepMotivation(occurred_at=NOW, enrollment_id=key, version=3, motivation="Motivée.")
    for message in (updated, kept):
        await arrives(service, message.wire_name.replace("v1", "v2"), message)
    assert ("undelivered" in await tables_with_words(service)) is not is_erased_first
    await erased(service)
    assert await tables_with_words(service) == set()


async def test_a_message_about_somebody_else_is_kept_as_it_is(service: NotifierService) -> None:
    await erased(service)
    other = AccountUpdated(occurred_at=NOW, account=service.account(service.employer, "Zoe", version=5))
    await arrives(service, "identity.account_updated.v2", other)
    assert await tables_with_words(service) == {"undelivered"}
