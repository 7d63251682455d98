"""What staff can read of the mails, and nobody else."""

from uuid import uuid4

from tests.integration.notifier.notifier_service import NotifierService


async def test_staff_read_page_by_page_what_was_sent(service: NotifierService) -> None:
    await service.request_validated()
    await service.send()
    staff = await service.staff()

    first = (await service.call("GET", "/mails", by=staff, params={"limit": 4})).json()
    rest = (await service.call("GET", "/mails", by=staff, params={"cursor": first["next"]})).json()

    assert [mail["id"] for mail in (*first["items"], *rest["items"])] == [str(row.id) for row in await service.rows()]
    assert len(first["items"]) == 4
    assert rest["next"] is None


async def test_staff_read_what_a_mail_contains(service: NotifierService) -> None:
    await service.request_validated()
    await service.send()
    staff = await service.staff()

    sent = (await service.call("GET", "/mails", by=staff, params={"status": "sent", "kind": "validated"})).json()
    mail = (await service.call("GET", f"/mails/{sent['items'][0]['id']}", by=staff)).json()

    recipients = {mail["recipient"] for mail in sent["items"]}
    assert recipients == {"zoe@example.org", "ada@example.org", "eve@example.org"}
    assert "Tenir une réunion" in mail["text"]
    assert mail["files"] == ["creneau-1.ics"]
    assert (mail["status"], mail["attempts"], mail["why_not"]) == ("sent", 1, None)


async def test_a_cursor_that_the_service_did_not_make_is_refused(service: NotifierService) -> None:
    refused = await service.call("GET", "/mails", by=await service.staff(), params={"cursor": "nonsense"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "cursor"


async def test_the_text_with_a_secret_link_is_shown_to_nobody(service: NotifierService) -> None:
    await service.reset_asked()
    staff = await service.staff()
    before = await service.call("GET", "/mails", by=staff, params={"kind": "password_reset"})
    await service.send()
    after = await service.call("GET", f"/mails/{before.json()['items'][0]['id']}", by=staff)
    assert after.json()["status"] == "sent"
    assert after.json()["text"] is None
    assert "s3cret" not in before.text + after.text


async def test_for_everybody_but_staff_there_are_no_mails(service: NotifierService) -> None:
    await service.request_validated()
    mail = (await service.rows())[0].id
    for account in (service.person, service.employer, uuid4()):
        for path in ("/mails", f"/mails/{mail}"):
            assert (await service.call("GET", path, by=account)).status_code == 404
    staff = await service.staff()
    assert (await service.call("GET", f"/mails/{mail}", by=staff)).status_code == 200
    assert (await service.call("GET", f"/mails/{uuid4()}", by=staff)).status_code == 404
