"""Mails are sent over a real SMTP server; what it refuses is tried again or has failed, and secrets are not kept."""

import logging
from typing import Any

import pytest

from services.notifier.use_cases.mailers import Mailer
from services.notifier.use_cases.read_mailbox import kept_mail
from tests.integration.notifier.mail_server import MailServer, serving
from tests.integration.notifier.notifier_service import NotifierService


async def outcome(service: NotifierService) -> tuple[str, int, str]:
    """Status, attempts and reason of the newest mail."""
    row = (await service.rows())[0]
    return row.status, row.attempts, row.why_not or ""


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
    assert [file.get_filename() for file in files] == ["creneaux.ics"]
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
    service: NotifierService, answers: dict[str, Any]
) -> None:
    await service.reset_asked()
    async with serving(MailServer(**answers)) as smtp:
        await service.send(smtp)
    assert (await outcome(service))[:2] == ("pending", 1)
    await service.make_due()
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
        await service.send(smtp)
    assert (await outcome(service))[:2] == ("sent", 2)
    assert len(mail_server.accepted) == 1


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
