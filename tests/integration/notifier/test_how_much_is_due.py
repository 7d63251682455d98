"""What the scaler of the notifier's workers on Kubernetes asks the database: how many mails are due."""

from sqlalchemy import text

from docs.kubernetes.workload import DUE
from tests.integration.notifier.mail_server import MailServer, serving
from tests.integration.notifier.notifier_service import NotifierService


async def due(service: NotifierService) -> int:
    async with service.database.engine.connect() as connection:
        return int((await connection.execute(text(DUE["notifier"].query))).scalar_one())


async def test_mails_that_wait_are_counted_until_they_are_sent_or_wait_for_a_later_attempt(
    service: NotifierService,
) -> None:
    assert await due(service) == 0
    await service.reset_asked()
    assert await due(service) == 1
    async with serving(MailServer(rcpt="450 4.2.0 greylisted")) as smtp:
        await service.send(smtp)
    assert await due(service) == 0
    await service.make_due()
    assert await due(service) == 1
    async with serving(MailServer()) as smtp:
        await service.send(smtp)
    assert await due(service) == 0
    assert [row.status for row in await service.rows()] == ["sent"]
