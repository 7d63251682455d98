"""What staff can read of the mails, and nobody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, update

from services.notifier.storage import tables
from shared.contracts.identity import AccountUpdated
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.integration.notifier.stories import change_reported


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
    [key] = [item["id"] for item in sent["items"] if item["recipient"] == "zoe@example.org"]
    mail = (await service.call("GET", f"/mails/{key}", by=staff)).json()

    recipients = {mail["recipient"] for mail in sent["items"]}
    assert recipients == {"zoe@example.org", "ada@example.org", "eve@example.org"}
    assert "Tenir une réunion" in mail["text"]
    assert mail["files"] == ["creneaux.ics"]
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


async def test_everybody_finds_the_mails_about_a_request_that_were_sent_to_them(service: NotifierService) -> None:
    key = await service.request_validated()
    await service.send()
    staff = await service.staff()

    async def about(who: UUID) -> list[dict[str, Any]]:
        answer = await service.call("GET", f"/subjects/{key}/mails", by=who)
        assert answer.status_code == 200
        lines: list[dict[str, Any]] = answer.json()
        return lines

    of_staff = await about(staff)
    assert {"Zoe X", "Ada X", "Eve X"} <= {line["recipient_name"] for line in of_staff}
    own = await about(service.person)
    assert own
    assert {line["recipient_name"] for line in own} == {"Zoe X"}
    assert [line["status"] for line in own] == ["sent"] * len(own)
    assert all(line["subject"] and line["kind_label"] for line in own)
    assert "text" not in own[0]
    assert await about(service.trainer) != await about(service.person)
    assert await about(uuid4()) == []


async def test_a_mail_that_is_not_sent_is_shown_to_staff_only(service: NotifierService) -> None:
    key = await service.request_made()
    assert (await service.call("GET", f"/subjects/{key}/mails", by=await service.staff())).json() != []
    assert (await service.call("GET", f"/subjects/{key}/mails", by=service.person)).json() == []


async def test_for_everybody_but_staff_there_are_no_mails(service: NotifierService) -> None:
    await service.request_validated()
    mail = (await service.rows())[0].id
    for account in (service.person, service.employer, uuid4()):
        for path in ("/mails", f"/mails/{mail}", "/mails/figures", "/mails/export"):
            assert (await service.call("GET", path, by=account)).status_code == 404
        assert (await service.call("POST", f"/mails/{mail}/resend", by=account)).status_code == 404
    staff = await service.staff()
    assert (await service.call("GET", f"/mails/{mail}", by=staff)).status_code == 200
    assert (await service.call("GET", f"/mails/{uuid4()}", by=staff)).status_code == 404


async def test_staff_find_mails_by_what_they_know(service: NotifierService) -> None:
    key = await service.request_validated()
    await service.send()
    staff = await service.staff()
    rows = await service.rows()

    async def found(**params: object) -> tuple[set[str], int]:
        page = (await service.call("GET", "/mails", by=staff, params=params)).json()
        return {item["id"] for item in page["items"]}, page["total"]

    def expected(*wanted: Row[Any]) -> tuple[set[str], int]:
        ids = {str(row.id) for row in wanted}
        return ids, len(ids)

    assert await found() == expected(*rows)
    assert await found(subject_id=key) == expected(*(row for row in rows if row.subject_id == key))
    of_ada = [row for row in rows if row.recipient == "ada@example.org"]
    assert await found(account_id=service.employer) == expected(*of_ada)
    assert await found(recipient="ada@example.org") == expected(*of_ada)
    same = [row for row in rows if row.cause_message_id == of_ada[0].cause_message_id]
    assert await found(cause=of_ada[0].cause_message_id) == expected(*same)
    assert await found(correlation_id="nothing") == (set(), 0)
    assert await found(**{"from": "2100-01-01T00:00:00Z"}) == (set(), 0)
    assert await found(to="2100-01-01T00:00:00Z", limit=1) == ({str(rows[0].id)}, len(rows))


async def test_staff_read_the_mail_as_it_was(service: NotifierService) -> None:
    await service.request_validated()
    await service.send()
    staff = await service.staff()
    [row] = await service.rows(kind="validated", recipient="zoe@example.org")
    mail = (await service.call("GET", f"/mails/{row.id}", by=staff)).json()
    assert (mail["kind_label"], mail["status_label"]) == ("Demande validée", "Envoyé")
    assert mail["recipient_name"] == "Zoe X"
    assert mail["html"].startswith("<!doctype html>")
    assert mail["can_be_resent"] is True


async def test_staff_send_a_mail_again_as_a_new_one(service: NotifierService) -> None:
    await service.request_validated()
    await service.send()
    staff = await service.staff()
    [row] = await service.rows(kind="validated", recipient="zoe@example.org")
    moved = service.account(service.person, "Zoe", version=2).model_copy(update={"email": "zoe2@example.org"})
    await service.tell(AccountUpdated(occurred_at=NOW, account=moved))

    answer = await service.call("POST", f"/mails/{row.id}/resend", by=staff)
    assert answer.status_code == 201
    again = answer.json()
    assert (again["status"], again["resent_from"], again["resent_by"]) == ("pending", str(row.id), str(staff))
    await service.send()
    [sent] = await service.rows(id=UUID(again["id"]))
    assert (sent.status, sent.recipient, sent.subject) == ("sent", "zoe2@example.org", row.subject)
    assert (await service.rows(id=row.id))[0].status == "sent", "the old line stays as it was"


async def test_a_mail_with_a_link_or_one_that_waits_is_not_sent_again(service: NotifierService) -> None:
    await service.reset_asked()
    await service.send()
    await service.request_made()
    staff = await service.staff()
    for kind in ("password_reset", "request_receipt"):
        [row] = await service.rows(kind=kind)
        refused = await service.call("POST", f"/mails/{row.id}/resend", by=staff)
        assert (refused.status_code, refused.json()["title"]) == (409, "Envoi impossible")
        line = (await service.call("GET", f"/mails/{row.id}", by=staff)).json()
        assert line["can_be_resent"] is False


async def test_staff_see_how_many_mails_failed_or_wait_and_since_when(service: NotifierService) -> None:
    await service.request_made()
    staff = await service.staff()
    async with service.database.transaction() as work:
        ages = {"ada@example.org": 2, "eve@example.org": 48}
        for recipient, hours in ages.items():
            older = update(tables.mails).where(tables.mails.c.recipient == recipient)
            created = tables.mails.c.created_at - timedelta(hours=hours)
            await work.connection.execute(older.values(created_at=created))
    figures = (await service.call("GET", "/mails/figures", by=staff)).json()
    assert (figures["failed"], figures["unknown"]) == (0, 0)
    assert [group["count"] for group in figures["waiting"]] == [1, 0, 1, 1]
    assert figures["oldest_waiting"] is not None
    await service.break_facts()
    await service.reset_asked()
    await service.break_facts()
    await service.send()
    assert (await service.call("GET", "/mails/figures", by=staff)).json()["failed"] >= 1


async def test_the_list_is_a_file_for_a_spreadsheet(service: NotifierService) -> None:
    await service.request_validated()
    await service.send()
    staff = await service.staff()
    answer = await service.call("GET", "/mails/export", by=staff, params={"format": "csv", "kind": "validated"})
    title, *lines = answer.text.lstrip("\ufeff").splitlines()
    assert title.startswith("Date;Envoi;Message;Objet;Destinataire;Adresse;État")
    assert len(lines) == 3
    assert all(";Demande validée;" in line and ";Envoyé;" in line for line in lines)


async def test_a_reported_change_that_an_earlier_version_queued_leads_to_the_report(service: NotifierService) -> None:
    event = change_reported(service)
    await service.tell(event)
    facts = {"text": "Nom", "reporter": "Zoe X (zoe@example.org)", "reported_by": str(service.person)}
    async with service.database.transaction() as work:
        await work.connection.execute(tables.mails.update().values(subject_id=service.structure_id, facts=facts))
    await service.send()
    [first] = await service.rows()
    await service.call("POST", f"/mails/{first.id}/resend", by=await service.staff())
    await service.send()
    mails = await service.sent("structure_change_reported")
    assert len(mails) == 2
    for mail in mails:
        assert "signale un changement pour la structure Les Amis" in mail.text
        assert f"/agence/structures/signalements/{event.report_id}" in mail.text
