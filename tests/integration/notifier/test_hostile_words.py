"""Hostile addresses and names in events and copies: each mail fails or leaves as meant, and the next mail leaves."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.catalogue import SessionScheduled
from shared.contracts.enrollment import KeepMotivation
from shared.contracts.identity import AccountUpdated, SendPasswordReset
from tests.integration.notifier.later_stories import session_message
from tests.integration.notifier.mail_server import MailServer, serving
from tests.integration.notifier.notifier_service import NOW, NotifierService

HEADERS = {
    *("From", "Subject", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
}
ADDRESSES = [
    "=?utf-8?q?=0D=0Ax1?=@evil.example",
    "=?utf-8?q??=@evil.example",
    "=?utf-8?q?admin=00?=@evil.example",
    "=?a?q?claire.dumas?=@mission-locale.example",
    "victim@victim.example>, <x@evil.example",
    '"a b"@evil.example',
    ".a@evil.example",
    "a..b@evil.example",
]
WORDS = [
    "=?utf-8?q?Bonjour=0D=0AReply-To=3A_pirate=40evil.example=0D=0A=0D=0A=3Ca_href=3D?=",
    "=?utf-8?b?YQ0KQmNjOiBwaXJhdGVAZXZpbC5leGFtcGxl?=",
    "é" * 80 + "😀" * 40,
    "  deux  espaces  et = ? 日本語  ",
]


async def reset_for(service: NotifierService, email: str, first_name: str = "Zoé") -> None:
    await service.tell(
        SendPasswordReset(
            occurred_at=NOW,
            id=uuid4(),
            account_id=uuid4(),
            email=email,
            first_name=first_name,
            token="s3cret",
            expires_at=NOW + timedelta(hours=1),
        )
    )


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_mail_to_an_address_that_is_read_as_another_fails_alone(service: NotifierService, address: str) -> None:
    await reset_for(service, address)
    await service.reset_asked()
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    [bad] = await service.rows(recipient=address)
    assert (bad.status, bad.attempts) == ("failed", 1)
    assert bad.why_not == "Le message se lirait autrement qu'il a été écrit (recipient)."
    assert [recipients for recipients, _ in mail_server.taken] == [["zoe@example.org"]]


async def test_a_mail_that_cannot_be_written_fails_alone(service: NotifierService) -> None:
    await service.reset_asked()
    await service.break_facts()
    await service.reset_asked()
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    assert sorted(row.status for row in await service.rows()) == ["failed", "sent"]
    [failed] = await service.rows(status="failed")
    assert failed.why_not == "Le message n'a pas pu être rédigé (ValueError)."


@pytest.mark.parametrize("words", WORDS)
async def test_the_words_of_people_stay_words_in_the_bytes_that_leave(service: NotifierService, words: str) -> None:
    session = service.session(2).model_copy(update={"training_title": words})
    await service.tell(SessionScheduled(occurred_at=NOW, session=session))
    named = service.account(service.person, "Zoe", version=2).model_copy(update={"first_name": words})
    await service.tell(AccountUpdated(occurred_at=NOW, account=named))
    await service.tell(KeepMotivation(occurred_at=NOW, enrollment_id=(key := uuid4()), version=1, motivation=words))
    await service.request_made(key)
    await service.tell(session_message(service).model_copy(update={"subject": words, "text": words}))
    await service.request_validated()
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    assert {row.status for row in await service.rows()} <= {"sent", "dropped"}
    assert len(mail_server.accepted) >= 3
    for (recipients, content), mail in zip(mail_server.taken, mail_server.accepted, strict=True):
        assert set(mail.keys()) == HEADERS
        assert content.count(b"\r\nReply-To:") == 1
        assert [address.addr_spec for address in mail["Reply-To"].addresses] == ["desk@agence.example"]
        assert [address.addr_spec for address in mail["To"].addresses] == recipients
        assert mail["Subject"].count("\n") == 0
