"""Nobody is kept out by others: strangers spend from the budgets of their own clients."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.e2e.people import siret
from tests.integration.identity.identity_service import PASSWORD, SIRETS, STAFF, IdentityService

STRANGER, OWNER, ELSEWHERE = "203.0.113.66", "192.0.2.7", "198.51.100.20"
NEW = "un tout nouveau sésame"


async def tries(
    service: IdentityService, email: str, *, at: str, password: str = "ce n'est pas ça", device: str | None = None
) -> httpx.Response:
    body = {"email": email, "password": password} | ({"device_token": device} if device else {})
    return await service.call("POST", "/tokens", body, X_Real_IP=at)


async def all_at_once(*calls: Awaitable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in await asyncio.gather(*calls))


async def test_the_registrations_of_a_stranger_never_keep_the_owner_from_a_reset(service: IdentityService) -> None:
    form = service.form(STAFF, await service.structure())
    codes = [(await service.call("POST", "/registrations", form, X_Real_IP=STRANGER)).status_code for _ in range(12)]
    before = len(await service.emitted())
    asked = await service.call("POST", "/password-resets", {"email": STAFF}, X_Real_IP=OWNER)
    assert (asked.status_code, await service.emitted_names(before)) == (202, ["send_password_reset"])
    body = {"token": await service.link(STAFF, "send_password_reset"), "password": NEW}
    await service.ask("POST", "/password-resets/confirmation", body, X_Real_IP=OWNER)
    assert (await tries(service, STAFF, at=OWNER, password=NEW)).status_code == 200
    assert codes == [202] * 5 + [429] * 7


async def test_resets_that_strangers_ask_for_leave_the_owner_a_link_that_works(service: IdentityService) -> None:
    for number in range(15):
        await service.call("POST", "/password-resets", {"email": STAFF}, X_Real_IP=f"203.0.{number}.1")
    assert len(await service.emitted("send_password_reset")) == 10
    assert (await service.call("POST", "/password-resets", {"email": STAFF}, X_Real_IP=OWNER)).status_code == 202
    body = {"token": await service.link(STAFF, "send_password_reset"), "password": NEW}
    await service.ask("POST", "/password-resets/confirmation", body, X_Real_IP=OWNER)
    await service.execute("UPDATE budgets SET full_at = full_at - interval '6 minutes'")
    await service.ask("POST", "/password-resets", {"email": STAFF}, X_Real_IP=OWNER)
    assert len(await service.emitted("send_password_reset")) == 11


async def test_a_stranger_who_guesses_delays_himself_alone(service: IdentityService) -> None:
    codes = [(await tries(service, STAFF, at=STRANGER)).status_code for _ in range(9)]
    assert (await tries(service, STAFF, at=OWNER, password=PASSWORD)).status_code == 200
    refused = await tries(service, STAFF, at=STRANGER, password=PASSWORD)
    assert (refused.status_code, codes) == (429, [401] * 5 + [429] * 4)
    assert 1 <= int(refused.headers["Retry-After"]) <= 900
    assert "nouveau mot de passe" in refused.json()["detail"]


async def test_many_strangers_do_not_keep_the_owner_from_a_known_device(service: IdentityService) -> None:
    device = (await tries(service, STAFF, at=OWNER, password=PASSWORD)).json()["device_token"]
    codes = await all_at_once(*(tries(service, STAFF, at=f"203.0.{number}.1") for number in range(25)))
    assert codes == {401: 20, 429: 5}
    assert (await tries(service, STAFF, at=ELSEWHERE, password=PASSWORD)).status_code == 429
    known = await tries(service, STAFF, at=ELSEWHERE, password=PASSWORD, device=device)
    assert (known.status_code, known.json()["device_token"]) == (200, device)
    reset = {"email": STAFF, "device_token": device}
    assert (await service.call("POST", "/password-resets", reset, X_Real_IP=ELSEWHERE)).status_code == 202


async def test_a_device_is_worth_nothing_without_the_password_and_to_other_accounts(service: IdentityService) -> None:
    device = (await tries(service, STAFF, at=OWNER, password=PASSWORD)).json()["device_token"]
    assert len(device) >= 43
    codes = [(await tries(service, STAFF, at=STRANGER, device=device)).status_code for _ in range(12)]
    assert codes == [401] * 10 + [429] * 2
    await service.join("paul@ml.example", await service.structure())
    for _ in range(5):
        await tries(service, "paul@ml.example", at=STRANGER, device=device)
    assert (await tries(service, "paul@ml.example", at=STRANGER, device=device)).status_code == 429
    kept = await service.rows("SELECT CAST(d AS text) AS line FROM devices d")
    assert all(device not in row.line for row in kept)
    refreshed = {"refresh_token": service.tokens[STAFF]["refresh_token"]}
    assert (await service.ask("POST", "/tokens/refresh", refreshed))["device_token"] is None


async def test_one_client_cannot_try_one_password_on_many_accounts(service: IdentityService) -> None:
    people = [f"p{number}@ml.example" for number in range(150)]
    codes = await all_at_once(*(tries(service, email, at=STRANGER, password="Printemps2026") for email in people))
    assert codes[401] <= 30
    assert codes[401] + codes[429] == 150
    assert (await tries(service, STAFF, at=OWNER, password=PASSWORD)).status_code == 200


async def test_an_office_signs_in_behind_one_address(service: IdentityService) -> None:
    codes = [(await tries(service, STAFF, at=OWNER, password=PASSWORD)).status_code for _ in range(32)]
    assert codes == [200] * 32


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("::ffff:203.0.113.66", "203.0.113.66", "203.0.113.67"),
    ],
)
async def test_a_client_is_an_ipv4_address_or_a_64_of_ipv6(
    service: IdentityService, one: str, same: str, other: str
) -> None:
    for _ in range(5):
        await tries(service, "p@ml.example", at=one)
    assert (await tries(service, "p@ml.example", at=same)).status_code == 429
    assert (await tries(service, "p@ml.example", at=other)).status_code == 401


async def test_a_network_has_a_budget_too(service: IdentityService) -> None:
    structure = await service.structure()
    forms = [service.form(f"p{number}@ml.example", structure) for number in range(123)]
    codes = await all_at_once(
        *(service.call("POST", "/registrations", form, X_Real_IP=f"203.0.113.{n}") for n, form in enumerate(forms))
    )
    assert codes == {202: 120, 429: 3}


async def test_one_client_cannot_have_mails_sent_to_many_strangers(service: IdentityService) -> None:
    structure, before = await service.structure(), len(await service.emitted())
    forms = [service.form(f"p{number}@ml.example", structure) for number in range(45)]
    codes = await all_at_once(*(service.call("POST", "/registrations", form, X_Real_IP=STRANGER) for form in forms))
    assert codes == {202: 40, 429: 5}
    answer = await service.call("POST", "/registrations", forms[-1], X_Real_IP=STRANGER)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (429, "too-soon")
    assert "réessayez dans" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) <= 90
    assert len(await service.emitted()) - before == 40


def a_request(email: str, siret: str) -> dict[str, str]:
    return {"name": "X", "siret": siret, "town": "X", "contact_name": "Léa", "contact_email": email}


OTHER_SIRETS = [siret() for _ in range(10)]
"""The same contact and the same SIRET again would be the same request."""


@pytest.mark.parametrize(
    ("most", "of"),
    [
        (3, lambda n: ("lea@x.example", OTHER_SIRETS[n], f"203.0.{n}.1")),
        (2, lambda n: (f"p{n}@x.example", SIRETS[0], f"203.0.{n}.1")),
        (5, lambda n: (f"p{n}@x.example", SIRETS[n % 5], STRANGER)),
    ],
    ids=["contact", "siret", "client"],
)
async def test_only_some_requests_for_structures_are_open_at_once(
    service: IdentityService, most: int, of: Callable[[int], tuple[str, str, str]]
) -> None:
    async def ask(number: int) -> httpx.Response:
        email, siret, address = of(number)
        return await service.call("POST", "/structure-requests", a_request(email, siret), X_Real_IP=address)

    codes = Counter(answer.status_code for answer in await asyncio.gather(*(ask(number) for number in range(8))))
    assert codes == {202: most, 429: 8 - most}
    assert len(await service.emitted("structure_registration_requested")) == most
    refused = await ask(9)
    assert (refused.json()["type"].rsplit(":")[-1], refused.headers["Retry-After"]) == ("too-many-open", "86400")
    assert "déjà en attente" in refused.json()["detail"]
    open_ones = (await service.ask("GET", "/structure-requests?state=open", by=STAFF))["items"]
    await service.ask("POST", f"/structure-requests/{open_ones[0]['id']}/refusal", {"reason": "Non."}, by=STAFF)
    assert (await ask(4)).status_code == 202
    kept = await service.rows("SELECT client FROM structure_requests WHERE state <> 'open'")
    assert [row.client for row in kept] == [None]


async def test_what_is_spent_is_shared_by_all_replicas_and_refilled_by_the_clock_of_the_database(
    service: IdentityService,
) -> None:
    for _ in range(5):
        await tries(service, "p@ml.example", at=STRANGER)
    assert (await tries(service, "p@ml.example", at=STRANGER)).status_code == 429
    await service.execute("UPDATE budgets SET full_at = full_at - interval '3 minutes'")
    assert (await tries(service, "p@ml.example", at=STRANGER)).status_code == 401
    assert (await tries(service, "p@ml.example", at=STRANGER)).status_code == 429
    assert all(len(row.key) == 32 for row in await service.rows("SELECT key FROM budgets"))
