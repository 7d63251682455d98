"""Rows that have no effect any more are deleted, and no others."""

from services.identity.use_cases.housekeeping import clean
from services.identity.wiring import SERVICE
from shared.messaging.inprocess import InProcessTransport
from tests.integration.identity.identity_service import STAFF, IdentityService

COUNTS = """
    SELECT (SELECT count(*) FROM links) AS links, (SELECT count(*) FROM budgets) AS budgets,
        (SELECT count(*) FROM devices) AS devices
"""


async def test_only_what_is_over_is_deleted(service: IdentityService) -> None:
    await service.execute("DELETE FROM budgets")
    await service.ask("POST", "/password-resets", {"email": STAFF})
    await service.call("POST", "/tokens", {"email": "nobody@x.example", "password": "non"})
    live = service.tokens[STAFF]["refresh_token"]
    await clean(service.signing_in.begin)
    # of the reset: address, address and client, client, network; of the attempt: the same without mails, its account
    assert await service.rows(COUNTS) == [(1, 8, 1)]
    service.tokens[STAFF] = await service.ask("POST", "/tokens/refresh", {"refresh_token": live})
    await service.execute("UPDATE links SET expires_at = expires_at - interval '20 days'")
    await service.execute("UPDATE budgets SET full_at = full_at - interval '1 day'")
    await service.execute("UPDATE devices SET used_at = used_at - interval '181 days'")
    await service.execute("UPDATE refresh_tokens SET expires_at = expires_at - interval '20 days'")
    await clean(service.signing_in.begin)
    assert await service.rows(COUNTS) == [(0, 0, 0)]
    assert await service.rows("SELECT id FROM families") == []


async def test_a_session_that_has_ended_is_kept_for_thirty_days(service: IdentityService) -> None:
    await service.ask("POST", "/tokens/revocation", {"refresh_token": service.tokens[STAFF]["refresh_token"]})
    await clean(service.signing_in.begin)
    assert [row.why_ended for row in await service.rows("SELECT why_ended FROM families")] == ["signed out"]
    await service.execute("UPDATE families SET ended_at = ended_at - interval '31 days'")
    await clean(service.signing_in.begin)
    assert await service.rows("SELECT id FROM families") == []


async def test_the_worker_has_its_jobs_and_hears_whether_an_account_can_be_erased(service: IdentityService) -> None:
    worker = SERVICE.worker(SERVICE.load_settings(), service.database, InProcessTransport())
    assert (list(worker.queue.events), list(worker.queue.commands)) == (["enrollment.account_erasure_reviewed.v1"], [])
    assert {job.name for job in worker.jobs} >= {"signing keys", "first staff", "cleaning"}
    for job in worker.jobs:
        await job.run()
