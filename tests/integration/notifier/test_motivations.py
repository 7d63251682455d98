"""A motivation is in the mails that ask for a decision, and nowhere when they have left."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from services.notifier.storage import tables
from shared.contracts.enrollment import EnrollmentApproved, EnrollmentRequested, KeepMotivation, SessionOccupancyChanged
from shared.contracts.identity import AttachmentStatusesChanged
from tests.integration.notifier.mail_server import MailServer, serving
from tests.integration.notifier.notifier_service import NOW, NotifierService

WORDS = "Mes missions ont changé cette année"


async def keep(service: NotifierService, key: UUID, version: int = 1, words: str = WORDS) -> None:
    await service.tell(KeepMotivation(occurred_at=NOW, enrollment_id=key, version=version, motivation=words))


async def traces(service: NotifierService, words: str = WORDS) -> list[str]:
    """The tables in which a row contains the words."""
    found = []
    async with service.begin() as tx:
        connection = tx.mails._connection
        for table in tables.METADATA.sorted_tables:
            rows = await connection.execute(
                text(f"SELECT 1 FROM {table.name} t WHERE t::text LIKE :words"), {"words": f"%{words}%"}
            )
            found += [table.name] if rows.first() else []
    return found


async def test_employers_and_trainers_read_it_and_nothing_of_it_is_kept(service: NotifierService) -> None:
    key = uuid4()
    await keep(service, key)
    snapshot = service.request(key, 1, "awaiting_employer")
    await service.tell(
        SessionOccupancyChanged(occurred_at=NOW, session_id=service.session_id, version=1, capacity=3, held=1, queued=0)
    )
    await service.tell(
        EnrollmentRequested(
            occurred_at=NOW, enrollment=snapshot, cart_id=uuid4(), cart_size=1, decide_before=NOW + timedelta(days=21)
        )
    )
    assert await traces(service) == ["motivations"]
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
        assert await traces(service) == []
        await keep(service, key, 2)
        approved = service.request(key, 2, "awaiting_trainer", "held")
        await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
        await service.send(smtp)
    assert await traces(service) == []
    read = {
        mail["To"].addresses[0].addr_spec
        for mail in mail_server.accepted
        if WORDS in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    }
    assert read == {"ada@example.org", "eve@example.org", "tim@example.org"}
    asked = next(mail for mail in mail_server.accepted if mail["To"] == "ada@example.org")
    body = asked.get_body(("plain",)).get_content().replace("\N{NO-BREAK SPACE}", " ")  # type: ignore[union-attr]
    assert "Sans réponse avant le" in body
    assert "Il reste 2 places libres sur 3." in body
    [kept, *_] = await service.rows(kind="request_to_decide", status="sent")
    assert "n’est pas conservée" in kept.text
    assert "n’est pas conservée" in kept.html


async def test_a_motivation_that_arrives_after_the_event_is_in_the_mail(service: NotifierService) -> None:
    key = await service.request_made()
    await keep(service, key)
    await service.send()
    assert all(WORDS in mail.text for mail in await service.sent("request_to_decide"))
    assert await service.rows(tables.motivations) == []


async def test_a_newer_motivation_outlives_an_older_mail(service: NotifierService) -> None:
    key = await service.request_made()
    await keep(service, key, 2)
    await service.send()
    [row] = await service.rows(tables.motivations)
    assert row.version == 2
    await keep(service, key, 1, "Une version ancienne")
    assert [row.version for row in await service.rows(tables.motivations)] == [2]


async def test_a_referent_is_told_who_asks_but_not_why(service: NotifierService) -> None:
    for account, left in ((service.employer, ()), (service.other_employer, ("referent",))):
        attachment = service.attachment(account, "active", *left, version=5)
        await service.tell(
            AttachmentStatusesChanged(occurred_at=NOW, attachment=attachment, changed_by=account, before=("employer",))
        )
    key = uuid4()
    await keep(service, key)
    await service.request_made(key)
    await service.send()
    [mail] = await service.sent("request_to_decide")
    assert mail.recipient == "eve@example.org"
    assert "Zoe X demande à suivre" in mail.text
    assert WORDS not in mail.text + mail.html
    assert "statut d’employeur" in mail.text


@pytest.mark.parametrize(("hours", "left"), [(0, 1), (2, 0)])
async def test_a_motivation_that_no_mail_needs_is_forgotten_after_an_hour(
    service: NotifierService, hours: int, left: int
) -> None:
    await keep(service, uuid4())
    async with service.database.transaction() as work:
        older = tables.motivations.c.kept_at - timedelta(hours=hours)
        await work.connection.execute(update(tables.motivations).values(kept_at=older))
    await service.sender().forget_motivations()
    assert len(await service.rows(tables.motivations)) == left
