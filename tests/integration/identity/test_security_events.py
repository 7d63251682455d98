"""Security events: what is noted, who reads it, and that nobody changes it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import ProgrammingError
from structlog.testing import capture_logs

from tests.integration.identity.authenticator import enrolled, signs_in
from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

CLAIRE, PAUL = "claire@ml.example", "paul@ml.example"
BY_ID = "GET /accounts/{account_id}"


async def events(service: IdentityService, query: str = "") -> list[tuple[str, str | None]]:
    """Kind and note of the events, oldest first."""
    page = await service.ask("GET", f"/security-events?limit=100{query}", by=STAFF)
    return [(event["kind"], event["note"]) for event in reversed(page["items"])]


async def account_id(service: IdentityService, email: str) -> str:
    return str((await service.ask("GET", "/me", by=email))["id"])


async def test_what_happens_to_sign_ins_and_rights_is_noted(service: IdentityService) -> None:
    attachment = await service.join(CLAIRE, await service.structure())
    claire = await account_id(service, CLAIRE)
    wrong = {"email": CLAIRE, "password": "ce n'est pas ça"}
    with capture_logs() as logged:
        for _ in range(7):
            await service.call("POST", "/tokens", wrong)
    statuses = {"statuses": ["employer", "referent"]}
    version = (await service.ask("GET", f"/attachments/{attachment}", by=STAFF))["version"]
    await service.ask("PUT", f"/attachments/{attachment}/statuses", statuses, by=STAFF, If_Match=f'"{version}"')
    await service.ask("PATCH", f"/accounts/{claire}", {"is_staff": True}, by=STAFF, If_Match='"1"')
    await service.ask("PATCH", f"/accounts/{claire}", {"is_staff": False}, by=STAFF, If_Match='"2"')
    change = {"current_password": PASSWORD, "new_password": "un tout nouveau sésame"}
    await service.ask("POST", "/me/password", change, by=CLAIRE)
    await service.ask("DELETE", f"/accounts/{claire}/sessions", by=STAFF)
    await service.ask("PATCH", f"/accounts/{claire}", {"disabled": True}, by=STAFF, If_Match='"3"')

    noted = await events(service, f"&account_id={claire}")
    noted[11:13] = sorted(noted[11:13])  # of one moment
    assert noted == [
        ("right_given", "referent"),
        ("signed_in", None),
        *[("sign_in_refused", None)] * 5,
        ("sign_in_locked", None),
        ("right_given", "employer"),
        ("right_given", "staff"),
        ("right_taken", "staff"),
        ("password_changed", None),
        ("sessions_ended", "password_changed"),
        ("sessions_ended", None),
        ("right_taken", "disabled"),
    ]
    assert [line["log_level"] for line in logged if line["event"] == "security event"] == ["warning"] * 6
    assert CLAIRE not in str([line for line in logged if line["event"] == "security event"])


async def test_codes_factors_and_replays_are_noted(service: IdentityService) -> None:
    own = await account_id(service, STAFF)
    old = service.tokens[STAFF]["refresh_token"]
    await service.ask("POST", "/tokens/refresh", {"refresh_token": old})
    await service.call("POST", "/tokens/refresh", {"refresh_token": old}, User_Agent="Firefox/130.0 (Windows)")
    await service.sign_in(STAFF)
    _, codes = await enrolled(service)
    await signs_in(service, "000000")
    await signs_in(service, codes[0], User_Agent="Firefox/130.0 (Windows)")
    noted = await events(service, f"&account_id={own}")
    kinds = [kind for kind, _ in noted[-6:]]
    assert kinds[:4] == ["token_replayed", "signed_in", "factor_enrolled", "code_refused"]
    assert sorted(kinds[4:]) == ["recovery_code_used", "signed_in"], "of one moment"
    page = await service.ask("GET", "/security-events?limit=1", by=STAFF)
    assert (page["items"][0]["client"], page["items"][0]["acted_by"]) == ("Firefox, Windows", own)


async def test_an_attempt_for_an_unknown_address_is_noted_without_the_address(service: IdentityService) -> None:
    await service.call("POST", "/tokens", {"email": "personne@x.example", "password": "rien du tout"})
    [row] = await service.rows("SELECT * FROM security_events WHERE kind = 'sign_in_refused'")
    assert (row.account_id, row.acted_by, row.note) == (None, None, None)


async def test_a_refused_right_of_staff_is_noted_once_in_a_quarter_of_an_hour(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(CLAIRE, structure)
    await service.join(PAUL, structure)
    claire = await account_id(service, CLAIRE)
    with capture_logs() as logged:
        for _ in range(5):
            assert (await service.call("GET", f"/accounts/{claire}", by=CLAIRE)).status_code == 404
    assert (await service.call("GET", "/security-events", by=CLAIRE)).status_code == 404
    assert await events(service, "&kind=staff_right_refused") == [("staff_right_refused", BY_ID)]
    [line] = [line for line in logged if line["event"] == "security event"]
    assert (line["log_level"], line["account"], line["acted_by"]) == ("warning", claire, claire)
    await service.call("GET", "/security-events", by=PAUL)
    assert len(await events(service, "&kind=staff_right_refused")) == 2
    await service.execute("UPDATE accounts SET is_staff = true WHERE email = :email", email=CLAIRE)
    await service.ask("GET", "/security-events", by=CLAIRE)
    assert len(await events(service, "&kind=staff_right_refused")) == 2


async def test_what_does_not_exist_is_no_refused_right(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    assert (await service.call("GET", f"/attachments/{uuid4()}", by=CLAIRE)).status_code == 404
    assert (await service.call("GET", f"/accounts/{uuid4()}", by=STAFF)).status_code == 404
    assert await events(service, "&kind=staff_right_refused") == []


async def test_a_sign_out_and_a_reset_end_sessions_and_are_noted_once(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    claire = await account_id(service, CLAIRE)
    token = {"refresh_token": service.tokens[CLAIRE]["refresh_token"]}
    for _ in range(2):
        await service.ask("POST", "/tokens/revocation", token)
    await service.sign_in(CLAIRE)
    await service.ask("POST", "/password-resets", {"email": CLAIRE})
    link = await service.link(CLAIRE, "send_password_reset")
    body = {"token": link, "password": "un tout nouveau sésame"}
    await service.ask("POST", "/password-resets/confirmation", body)
    ended = await events(service, f"&account_id={claire}&kind=sessions_ended")
    assert ended == [("sessions_ended", "signed_out"), ("sessions_ended", "password_changed")]


async def test_staff_find_events_by_kind_and_time_page_by_page(service: IdentityService) -> None:
    for _ in range(3):
        await service.sign_in(STAFF)
    assert await events(service, "&kind=factor_reset") == []
    page: dict[str, Any] = await service.ask("GET", "/security-events?kind=signed_in&limit=2", by=STAFF)
    first = [event["id"] for event in page["items"]]
    cursor = page["next"]
    rest = await service.ask("GET", f"/security-events?kind=signed_in&limit=2&cursor={cursor}", by=STAFF)
    assert len({*first, *(event["id"] for event in rest["items"])}) == 4
    tomorrow = (service.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await events(service, f"&from={tomorrow}") == []
    assert len(await events(service, f"&to={tomorrow}&kind=signed_in")) == 4


async def test_only_staff_read_them(service: IdentityService) -> None:
    await service.join(CLAIRE, await service.structure())
    assert (await service.call("GET", "/security-events", by=CLAIRE)).status_code == 404
    assert (await service.call("GET", "/security-events")).status_code == 401


@pytest.mark.parametrize("change", ["UPDATE security_events SET note = 'x'", "DELETE FROM security_events"])
async def test_the_running_role_cannot_change_them(service: IdentityService, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await service.execute(change)
