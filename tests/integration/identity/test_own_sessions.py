"""Sign-in sessions: each person sees and ends their own, staff end those of others."""

from datetime import timedelta

from tests.integration.identity.authenticator import refresh
from tests.integration.identity.identity_service import STAFF, IdentityService

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
CLAIRE, PAUL = "claire@ml.example", "paul@ml.example"
EARLIER = """
    UPDATE families
    SET started_at = started_at - CAST(:by AS interval), last_used_at = last_used_at - CAST(:by AS interval)
"""


async def still_works(service: IdentityService, token: str) -> bool:
    return (await service.call("POST", "/tokens/refresh", {"refresh_token": token})).is_success


async def test_a_person_sees_the_own_sessions_and_what_began_them(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    await service.sign_in(CLAIRE)
    body = {"email": CLAIRE, "password": "quatre chevaux dans le pré"}
    service.tokens[CLAIRE] = await service.ask("POST", "/tokens", body, User_Agent=FIREFOX)
    await service.execute(EARLIER, by=timedelta(minutes=5))
    await refresh(service, CLAIRE)
    page = await service.ask("GET", "/me/sessions?limit=2", by=CLAIRE)
    newest, older = page["items"]
    assert (newest["client"], newest["current"], newest["second_factor"]) == ("Firefox, Windows", True, False)
    assert newest["last_used_at"] > newest["started_at"]
    assert (older["client"], older["current"], older["last_used_at"]) == (
        "Appareil inconnu",
        False,
        older["started_at"],
    )
    rest = await service.ask("GET", f"/me/sessions?limit=2&cursor={page['next']}", by=CLAIRE)
    assert [len(rest["items"]), rest["next"]] == [1, None]


async def test_a_person_ends_one_session_or_all(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(CLAIRE, structure)
    await service.join(PAUL, structure)
    other = service.tokens[CLAIRE]["refresh_token"]
    await service.sign_in(CLAIRE)
    [_, first] = (await service.ask("GET", "/me/sessions", by=CLAIRE))["items"]
    assert (await service.call("DELETE", f"/me/sessions/{first['id']}", by=PAUL)).status_code == 404
    await service.ask("DELETE", f"/me/sessions/{first['id']}", by=CLAIRE)
    assert (await service.call("DELETE", f"/me/sessions/{first['id']}", by=CLAIRE)).status_code == 404
    assert not await still_works(service, other)
    assert [session["current"] for session in (await service.ask("GET", "/me/sessions", by=CLAIRE))["items"]] == [True]
    await service.ask("DELETE", "/me/sessions", by=CLAIRE)
    assert not await still_works(service, service.tokens[CLAIRE]["refresh_token"])
    assert await still_works(service, service.tokens[PAUL]["refresh_token"])


async def test_staff_end_all_sessions_of_a_person(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    account_id = (await service.ask("GET", "/me", by=CLAIRE))["id"]
    assert (await service.call("DELETE", f"/accounts/{account_id}/sessions", by=CLAIRE)).status_code == 404
    await service.ask("DELETE", f"/accounts/{account_id}/sessions", by=STAFF)
    assert not await still_works(service, service.tokens[CLAIRE]["refresh_token"])
    assert await still_works(service, service.tokens[STAFF]["refresh_token"])


async def test_a_session_that_nobody_used_for_two_weeks_is_not_listed(service: IdentityService) -> None:
    await service.execute(EARLIER, by=timedelta(days=15))
    await service.sign_in(STAFF)
    assert len((await service.ask("GET", "/me/sessions", by=STAFF))["items"]) == 1
