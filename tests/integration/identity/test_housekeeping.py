"""What can no longer matter is taken out, and nothing else."""

from datetime import timedelta

from services.identity.storage.housekeeping import clean
from services.identity.wiring import SERVICE
from shared.messaging.inprocess import InProcessTransport
from tests.integration.identity.town import STAFF, Town


async def test_only_what_is_over_is_taken_out(town: Town) -> None:
    await town.does("POST", "/password-resets", {"email": STAFF})
    await town.call("POST", "/tokens", {"email": "nobody@x.example", "password": "non"})
    live = town.tokens[STAFF]["refresh_token"]
    await town.within(lambda tx: clean(tx.connection))
    counts = "SELECT (SELECT count(*) FROM links) AS links, (SELECT count(*) FROM sign_in_attempts) AS attempts"
    assert tuple((await town.rows(counts))[0]) == (1, 1)
    town.tokens[STAFF] = await town.does("POST", "/tokens/refresh", {"refresh_token": live})
    async with town.database.transaction() as work:
        for table, column in (
            ("links", "expires_at"),
            ("sign_in_attempts", "last_at"),
            ("refresh_tokens", "expires_at"),
        ):
            await work.connection.exec_driver_sql(
                f"UPDATE {table} SET {column} = {column} - $1::interval", (timedelta(days=20),)
            )
    await town.within(lambda tx: clean(tx.connection))
    assert tuple((await town.rows(counts))[0]) == (0, 0)
    assert await town.rows("SELECT id FROM families") == []


async def test_the_worker_has_its_jobs_and_listens_to_nobody(town: Town) -> None:
    worker = SERVICE.worker(SERVICE.load_settings(), town.database, InProcessTransport())
    assert (list(worker.queue.events), list(worker.queue.commands)) == ([], [])
    names = {job.name for job in worker.jobs}
    assert {"signing keys", "first staff", "cleaning"} <= names
    for job in worker.jobs:
        await job.run()
