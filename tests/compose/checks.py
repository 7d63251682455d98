"""What must be true in the end: nothing acknowledged is lost, no effect twice, no seat too many, nothing waits."""

import asyncio
import time
from collections import Counter
from typing import Final

import httpx

from tests.compose.faults import Say, Wrong
from tests.compose.journeys import Load
from tests.compose.stack import SERVICES, Stack

DRAIN_SECONDS: Final = 600
"""A mail that was perhaps sent when its worker was killed is sent again after five minutes."""
WAITING: Final = """
    SELECT 'outbox', count(*) FROM outbox
    UNION ALL SELECT 'deferred', count(*) FROM undelivered WHERE parked_at IS NULL
    UNION ALL SELECT 'parked', count(*) FROM undelivered WHERE parked_at IS NOT NULL;
"""
MAILS_WAITING: Final = "SELECT status, count(*) FROM mails WHERE chain_position IS NULL GROUP BY status;"
COUNTED_MAILS: Final = {
    # kind, audience: the journeys' ends that lead to it; None: every journey
    ("request_receipt", "person"): None,
    ("request_to_decide", "employer"): None,
    ("refused", "person"): {"refusal"},
    ("accepted", "person"): {"acceptance", "validation", "decline", "withdrawal"},
    ("validated", "person"): {"validation"},
    ("declined", "person"): {"decline"},
    ("withdrawn", "person"): {"withdrawal"},
}


async def drained(stack: Stack, say: Say) -> None:
    """Wait until nothing waits any more, in any outbox, queue or list of mails; nothing may be parked."""
    begun = time.monotonic()
    first: dict[str, int] | None = None
    while waiting := await _waiting(stack):
        first = first or waiting
        if any(name.endswith(("parked", ".dead")) for name in waiting):
            raise Wrong(f"parked: {waiting}")
        if time.monotonic() > begun + DRAIN_SECONDS:
            raise Wrong(f"still waiting after {DRAIN_SECONDS} s: {waiting}")
        await asyncio.sleep(1)
    say(f"  nothing waits after {time.monotonic() - begun:.1f} s (at first: {first or 'nothing'}); nothing is parked")


async def _waiting(stack: Stack) -> dict[str, int]:
    found: dict[str, int] = {}
    for service in SERVICES:
        found |= {f"{service} {name}": int(number) for name, number in await stack.query(service, WAITING)}
    found |= {f"mails {status}": int(number) for status, number in await stack.query("notifier", MAILS_WAITING)}
    listed = await stack.compose(
        "exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "--no-table-headers", "list_queues", "-p", "parcourspro", "name",
        "messages",
    )  # fmt: skip
    found |= {f"queue {line.split()[0]}": int(line.split()[1]) for line in listed.splitlines() if line.strip()}
    return {name: number for name, number in found.items() if number}


async def audited(stack: Stack, say: Say) -> None:
    """`audit` of each service: its histories, and its invariants."""
    for service in SERVICES:
        printed = await stack.compose("exec", "-T", f"{service}-worker", "python", "-m", f"services.{service}", "audit")
        say(f"  audit of {service}: {' '.join(printed.splitlines())}")


async def nothing_lost(stack: Stack, load: Load, say: Say) -> None:
    """Every acknowledged act is found, in enrollment and in the copies of others."""
    for service in ("enrollment", "notifier"):
        rows = await stack.query(service, "SELECT id, approval FROM enrollments;")
        found: dict[str, str] = dict(rows)
        wrong = {key: (state, found.get(key)) for key, state in load.requests.items() if found.get(key) != state}
        if wrong or len(found) != len(load.requests):
            more = len(found) - len(load.requests)
            raise Wrong(f"{service}: {len(wrong)} differ, such as {list(wrong.items())[:3]}; {more} too many")
    held = "SELECT {id}, held, queued FROM {table} ORDER BY 1;"
    seats = await stack.query("enrollment", held.format(id="id", table="sessions").replace("queued", _QUEUED))
    for service in ("catalogue", "notifier"):
        copied = await stack.query(service, held.format(id="session_id", table="occupancy"))
        if different := [row for row in seats if row not in copied and row[1:] != ["0", "0"]]:
            raise Wrong(f"the seats in {service} differ: {different[:3]}")
    say(f"  all {len(load.requests)} acknowledged requests are as acknowledged, in enrollment and in the notifier")


_QUEUED: Final = "(SELECT count(*) FROM enrollments e WHERE e.session_id = sessions.id AND e.seat = 'queued')"


async def mails_once(stack: Stack, load: Load, say: Say) -> None:
    """Each act has led to its mails, each of them once. The mail server may have got a mail twice in a kill."""
    rows = await stack.query("notifier", "SELECT kind, audience, status, count(*) FROM mails GROUP BY 1, 2, 3;")
    counted: Counter[tuple[str, str]] = Counter()
    for kind, audience, _, number in rows:
        counted[kind, audience] += int(number)
    for key, ends in COUNTED_MAILS.items():
        wanted = sum(number for end, number in load.ends.items() if ends is None or end in ends)
        if counted[key] != wanted:
            raise Wrong(f"{counted[key]} mails {key}, not {wanted}")
    ids = {row[0] for row in await stack.query("notifier", "SELECT message_id FROM mails WHERE status = 'sent';")}
    async with httpx.AsyncClient(base_url=stack.mail_url, timeout=60, trust_env=False) as client:
        arrived = (await client.get("/api/v1/messages", params={"limit": 100_000})).json()["messages"]
    got = Counter(mail["MessageID"] for mail in arrived)
    missing = [one for one in ids if one.strip("<>") not in got]
    twice = sum(number - 1 for number in got.values())
    if missing:
        raise Wrong(f"{len(missing)} mails are noted as sent and did not arrive")
    statuses = Counter[str]()
    for _, _, status, number in rows:
        statuses[status] += int(number)
    say(f"  mails: {dict(statuses)}; {len(got)} arrived, {twice} of them twice; each act has its mails once")
