"""A real fault for each alert: what is before `yield` makes it, what is after it does what docs/operations.md says.

Faults of one line follow each other; the lines run side by side, so none of them may disturb what another one needs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from tests.compose import late_faults, process_faults
from tests.compose.site import OPERATOR, VHOST, Site, operator_password, repeated, until
from tests.compose.stack import run

Made = Callable[[Site], AbstractAsyncContextManager[None]]
STRUCTURE_REGISTERED: Final = "identity.structure_registered.v1"
SEEN_WITHIN: Final = 120.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done, by whom it is noticed: each rule with the labels of its alert."""

    what: str
    alerts: Mapping[str, Mapping[str, str]]
    made: Made


# ---------------------------------------------------------------------- messages


@asynccontextmanager
async def right_to_write_revoked(site: Site) -> AsyncIterator[None]:
    """More than fifty at once, then one after the other."""
    await site.stack.query("notifier", "REVOKE INSERT ON structures FROM notifier;")
    for _ in range(60):
        await site.add_structure()
    async with repeated(site.add_structure, 10):
        yield
    await site.grant_again("notifier")
    await site.operate("notifier", "messages", "replay", "--all", "--per-second", "20")


@asynccontextmanager
async def of_a_later_version(site: Site) -> AsyncIterator[None]:
    """No attempt can help, so it is parked at once; this version can do nothing with it."""
    await site.send("catalogue", str(uuid4()), "identity.account_registered.v99", "{}")
    yield
    [[number]] = await site.stack.query("catalogue", "SELECT id FROM undelivered WHERE parked_at IS NOT NULL;")
    await site.operate("catalogue", "messages", "drop", number)


END_TEN_THOUSAND_TIMES: Final = """
import asyncio, aiormq

async def main():
    connection = await aiormq.connect("{url}")
    while True:
        channel = await connection.channel(publisher_confirms=False)
        message = await channel.basic_get("catalogue")
        await channel.close()
        if message.header is None or message.header.properties.message_id != "{message}":
            return

asyncio.run(main())
"""


@asynccontextmanager
async def given_up(site: Site) -> AsyncIterator[None]:
    """A consumer takes a message and ends without an acknowledgement, until the broker no longer gives it out."""
    worker = await site.container("catalogue-worker")
    await run("docker", "stop", worker.id)
    event, name, payload = await site.handled_before()
    await site.send("catalogue", event, name, payload)
    url = f"amqp://{OPERATOR}:{operator_password()}@rabbitmq:5672/{VHOST}"
    script = END_TEN_THOUSAND_TIMES.format(url=url, message=event)
    await site.inside("notifier-worker", "python", "-", given=script)
    await run("docker", "start", worker.id)
    await site.stack.healthy(worker.name)
    yield
    await site.operate("catalogue", "messages", "dead", "return")


@asynccontextmanager
async def inbox_locked(site: Site) -> AsyncIterator[None]:
    """The listener waits with what it has taken, and its queue grows: of an event that it has handled before."""
    locked = "BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(7200);"
    async with site.session("catalogue", locked):
        event = await site.handled_before()
        for _ in range(110):
            await asyncio.gather(*(site.send("catalogue", *event) for _ in range(50)))
        yield
        await site.terminate_blocker("catalogue")


@asynccontextmanager
async def binding_deleted(site: Site) -> AsyncIterator[None]:
    """The worker declares it again within a minute. Nothing has to be done."""
    deleted = await site.broker.delete(f"/bindings/{VHOST}/e/events/q/enrollment/{STRUCTURE_REGISTERED}")
    deleted.raise_for_status()
    await site.add_structure()
    yield


# ---------------------------------------------------------------------- broker


@asynccontextmanager
async def disk_filled(site: Site) -> AsyncIterator[None]:
    """`alerts.yml` gives the broker a disk of 1.6 GB, of which it wants 1 GB to be free."""
    filled = "/var/lib/rabbitmq/filled"
    await site.inside("rabbitmq", "fallocate", "--length", "900M", filled)
    await until(lambda: _is_blocked(site), SEEN_WITHIN)
    await site.add_structure()
    yield
    await site.inside("rabbitmq", "rm", filled)


async def _is_blocked(site: Site) -> bool:
    return bool(await site.alerts("BrokerBlocks", {}))


LINES: Final[tuple[tuple[Fault, ...], ...]] = (
    (
        Fault(
            "a binding of enrollment's queue is deleted while an event is published",
            {"EventsMissed": {"job": "enrollment-worker", "publisher": "identity"}},
            binding_deleted,
        ),
        Fault(
            "the only worker of identity is stopped",
            {"ProcessMissing": {"job": "identity-worker"}, "QueueNotRead": {"queue": "identity"}},
            process_faults.worker_stopped,
        ),
    ),
    (
        Fault(
            "a message of a version that the catalogue does not know",
            {"DeliveriesParked": {"job": "catalogue-worker"}},
            of_a_later_version,
        ),
        Fault(
            "10,000 consumers of the catalogue's queue end without an acknowledgement",
            {"MessagesDead": {"job": "catalogue-worker"}},
            given_up,
        ),
        Fault(
            "another session locks the catalogue's inbox, and 5,500 messages arrive",
            {
                "WorkerStandsStill": {"job": "catalogue-worker", "part": "listener"},
                "QueueGrows": {"queue": "catalogue"},
            },
            inbox_locked,
        ),
    ),
    (
        Fault(
            "the notifier may no longer write structures",
            {
                "HandlersFail": {"job": "notifier-worker", "message": STRUCTURE_REGISTERED},
                "DeliveriesDeferred": {"job": "notifier-worker"},
            },
            right_to_write_revoked,
        ),
    ),
    (
        Fault(
            "the catalogue's api may no longer read sessions",
            {"RequestsFail": {"job": "catalogue-api"}},
            process_faults.right_to_read_revoked,
        ),
    ),
    (
        Fault(
            "another session locks identity's structures for 3 s of each 4 s",
            {"RequestsSlow": {"job": "identity-api"}},
            process_faults.table_often_locked,
        ),
    ),
    (
        Fault(
            "enrollment's api is killed three times",
            {"ProcessRestarts": {"job": "enrollment-api"}},
            process_faults.killed_three_times,
        ),
    ),
    (
        Fault(
            "one of two apis of the notifier is frozen",
            {"ReplicaDown": {"job": "notifier-api"}},
            process_faults.replica_frozen,
        ),
    ),
    (
        Fault(
            "the other one holds 400 MiB more", {"ProcessMemory": {"job": "notifier-api"}}, process_faults.memory_held
        ),
    ),
    (Fault("the pages have 175 idle connections", {"ProcessFiles": {"job": "web"}}, process_faults.connections_held),),
    (
        Fault("the mail server is away", {"MailsWait": {"job": "notifier-worker"}}, late_faults.mail_server_stopped),
        Fault("the mail server refuses mails", {"MailsRefused": {"job": "notifier-worker"}}, late_faults.mails_refused),
    ),
)
LAST: Final[tuple[tuple[Fault, ...], ...]] = (
    (
        Fault(
            "the broker's disk is filled",
            {"BrokerBlocks": {"job": "rabbitmq"}, "OutboxWaits": {"job": "identity-worker"}},
            disk_filled,
        ),
    ),
)
"""What disturbs all others."""
LATE: Final[tuple[tuple[Fault, ...], ...]] = (
    (
        Fault(
            "the catalogue's worker may no longer read rebuilds",
            {"JobsLate": {"job": "catalogue-worker", "name": "rebuild"}},
            late_faults.right_of_a_job_revoked,
        ),
    ),
    (
        Fault(
            "another session locks enrollment's inbox for 7 minutes again and again",
            {"EventsLate": {"job": "enrollment-worker"}},
            late_faults.inbox_often_locked,
        ),
    ),
    (
        Fault(
            "another session has the lock of the catalogue's relay",
            {"NoRelay": {"job": "catalogue-worker", "shard": "0"}},
            late_faults.relay_locked_out,
        ),
    ),
)
"""What takes a quarter of an hour before anybody should be told."""
PHASES: Final = (LINES, LATE, LAST)
