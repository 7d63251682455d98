"""The jobs of identity's worker."""

from services.identity.wiring import SERVICE
from shared.messaging.inprocess import InProcessTransport
from tests.integration.identity.identity_service import IdentityService


async def test_a_sign_in_that_continues_is_kept(service: IdentityService) -> None:
    await service.execute("UPDATE families SET last_used_at = last_used_at - interval '20 days'")
    worker = SERVICE.worker(SERVICE.settings(), service.database, InProcessTransport())
    await worker.retention.run()
    assert len(await service.rows("SELECT id FROM families")) == 1


async def test_the_worker_has_its_jobs_and_hears_whether_an_account_can_be_erased(service: IdentityService) -> None:
    worker = SERVICE.worker(SERVICE.settings(), service.database, InProcessTransport())
    assert (list(worker.queue.events), list(worker.queue.commands)) == (["enrollment.account_erasure_reviewed.v1"], [])
    assert {job.name for job in worker.jobs} >= {"signing keys", "first staff", "retention"}
    for job in worker.jobs:
        await job.run()
