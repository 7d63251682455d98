"""What staff read of the mails, and nobody else."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import Header

from services.notifier.wiring import SERVICE
from shared.contracts import identity as said_by_identity
from shared.http.tokens import signed_in
from tests.integration.notifier.house import House

Reader = Callable[[UUID], httpx.AsyncClient]


async def _whoever_says_so(x_account: Annotated[UUID, Header()]) -> UUID:
    """Tokens have their own tests: here the caller says who they are."""
    return x_account


@pytest.fixture
def reader(house: House, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv(
        "PARCOURSPRO_NOTIFIER_DATABASE_URL", house.database.engine.url.render_as_string(hide_password=False)
    )
    app = SERVICE.api(SERVICE.load_settings(), house.database)
    app.dependency_overrides[signed_in] = _whoever_says_so

    def reads(account: UUID) -> httpx.AsyncClient:
        headers = {"X-Account": str(account)}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test/api/notifier/v1", headers=headers
        )

    return reads


async def staff(house: House) -> UUID:
    key = uuid4()
    account = {
        "id": key,
        "version": 1,
        "first_name": "Sam",
        "last_name": "X",
        "email": "sam@example.org",
        "is_staff": True,
    }
    await house.hear(said_by_identity.AccountRegistered, account=account)
    return key


async def test_staff_read_page_by_page_what_was_sent(house: House, reader: Reader) -> None:
    await house.somebody_is_validated()
    await house.send()
    async with reader(await staff(house)) as client:
        first = (await client.get("/mails", params={"limit": 4})).json()
        rest = (await client.get("/mails", params={"cursor": first["next"]})).json()
        refused = await client.get("/mails", params={"cursor": "nonsense"})
        sent = (await client.get("/mails", params={"status": "sent", "kind": "validated"})).json()["items"]
        whole = (await client.get(f"/mails/{sent[0]['id']}")).json()
    found = [mail["id"] for mail in (*first["items"], *rest["items"])]
    async with house.begin() as tx:
        assert found == [str(row.id) for row in await tx.mails.page(limit=100)]
    assert rest["next"] is None
    assert refused.status_code == 422
    assert {mail["recipient"] for mail in sent} == {"zoe@example.org", "ada@example.org", "eve@example.org"}
    assert "Tenir une réunion" in whole["text"]
    assert whole["files"] == ["creneau-1.ics"]


async def test_the_text_with_a_secret_link_is_shown_to_nobody(house: House, reader: Reader) -> None:
    await house.ask_a_reset()
    async with reader(await staff(house)) as client:
        before = await client.get("/mails", params={"kind": "password_reset"})
        await house.send()
        mail = before.json()["items"][0]["id"]
        after = await client.get(f"/mails/{mail}")
    assert after.json()["status"] == "sent"
    assert after.json()["text"] is None
    assert "s3cret" not in before.text + after.text


async def test_for_anybody_else_there_are_no_mails(house: House, reader: Reader) -> None:
    await house.somebody_is_validated()
    async with house.begin() as tx:
        mail = (await tx.mails.page(limit=1))[0].id
    for account in (house.person, house.employer, uuid4()):
        async with reader(account) as client:
            assert [(await client.get(path)).status_code for path in ("/mails", f"/mails/{mail}")] == [404, 404]
    async with reader(await staff(house)) as client:
        assert (await client.get(f"/mails/{uuid4()}")).status_code == 404
