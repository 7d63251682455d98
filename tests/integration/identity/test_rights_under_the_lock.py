"""Staff rights that are taken away while an act waits for its lock refuse the act."""

import asyncio
from typing import Any, Final

import pytest
from sqlalchemy import text

from tests.integration.identity.authenticator import enrolled
from tests.integration.identity.identity_service import SIRETS, STAFF, IdentityService
from tests.support.eventually import eventually

CLAIRE, PAUL = "claire@ml.example", "paul@ml.example"
REASON: Final = {"reason": "L'équipe en a décidé ainsi."}
ACTS: Final[dict[tuple[str, str], tuple[str, Any]]] = {
    ("PATCH", "/structures/{structures}"): ("structures", {"town": "Tulle"}),
    ("POST", "/structures/{structures}/closure"): ("structures", REASON),
    ("POST", "/structure-requests/{structure_requests}/acceptance"): ("structure_requests", {"is_member": True}),
    ("POST", "/structure-requests/{structure_requests}/refusal"): ("structure_requests", REASON),
    ("POST", "/change-reports/{change_reports}/closure"): ("change_reports", None),
    ("POST", "/attachments/{attachments}/confirmation"): ("structures", {"statuses": ["employer"]}),
    ("POST", "/attachments/{attachments}/refusal"): ("structures", REASON),
    ("POST", "/attachments/{active}/end"): ("structures", REASON),
    ("POST", "/accounts/{accounts}/invitation"): ("accounts", None),
    ("PATCH", "/accounts/{accounts}"): ("accounts", {"disabled": True}),
    ("DELETE", "/accounts/{accounts}/second-factor"): ("accounts", None),
    ("DELETE", "/accounts/{accounts}/sessions"): ("accounts", None),
}
"""Acts of staff, with the table in which each one waits for its lock, and the body."""
WRITTEN: Final = "SELECT (SELECT count(*) FROM identity_history), (SELECT count(*) FROM outbox), " + ", ".join(
    f"(SELECT count(*) FROM {table})" for table in ("second_factors", "families WHERE ended_at IS NULL")
)


async def ids(service: IdentityService) -> dict[str, str]:
    """An object of each kind, on which staff can act."""
    structure = await service.structure()
    active = await service.join(CLAIRE, structure)
    await enrolled(service, CLAIRE)
    attachment = await service.join(PAUL, structure)
    report = await service.ask("POST", f"/structures/{structure}/change-reports", {"text": "Déménagé."}, by=CLAIRE)
    wanted = {"name": "Le Pas", "siret": SIRETS[2], "town": "Guéret", "contact_name": "K. B.", "contact_email": CLAIRE}
    request = await service.ask("POST", "/structure-requests", wanted)
    return {
        "structures": structure,
        "structure_requests": request["id"],
        "change_reports": report["id"],
        "attachments": attachment,
        "active": active,
        "accounts": (await service.ask("GET", "/me", by=CLAIRE))["id"],
    }


@pytest.mark.parametrize("act", list(ACTS))
async def test_staff_rights_that_ended_while_the_act_waited_refuse_it(
    service: IdentityService, act: tuple[str, str]
) -> None:
    method, template = act
    table, body = ACTS[act]
    known = await ids(service)
    headers = {}
    if method == "PATCH":
        [(version,)] = await service.rows(f"SELECT version FROM {table} WHERE id = '{known[table]}'")
        headers = {"If_Match": f'"{version}"'}
    before = await service.rows(WRITTEN)
    async with service.database.transaction() as work:
        await work.connection.execute(text(f"SELECT id FROM {table} WHERE id = '{known[table]}' FOR UPDATE"))
        call = service.call(method, template.format(**known), body, by=STAFF, **headers)
        task = asyncio.ensure_future(call)
        await eventually(service.is_waiting_for_a_lock)
        await service.execute("UPDATE accounts SET is_staff = false WHERE email = :email", email=STAFF)
    answer = await task
    assert answer.status_code == 404, answer.text
    assert await service.rows(WRITTEN) == before
