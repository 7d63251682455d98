"""What one process does in an hour of many people beside writes and events: sign-ins, and mails to an SMTP server."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from rich.console import Console

from bench.load import Call, Plan, play
from bench.population import Population, deliver
from bench.report import Scaled
from bench.scale import Use
from bench.servers import Servers, observer, service, until
from bench.writes import bearer_of, carts
from services.identity.use_cases.passwords import MEMORY_KIB, TIME_COST
from tests.support.mail import SmtpSink
from tests.support.processes import free_port

PASSWORD: Final = "une phrase que personne ne devine"  # noqa: S105 - of accounts that exist during the measurement
SIGN_INS: Final = 400
AT_ONCE: Final = 8
"""Two are hashed at once; the others wait, as in a rush."""
_ADD: Final = """
    INSERT INTO accounts (id, version, first_name, last_name, email, is_staff, disabled, proved, password_hash)
    VALUES ($1, 1, 'Lou', 'Faure', $2, false, false, true, $3)
"""
WARM_UP: Final = 50
_SENT: Final = "SELECT count(*) FROM mails WHERE status = 'sent'"
_QUEUED: Final = "SELECT count(*) FROM mails"
UNCHANGED_SECONDS: Final = 4.0


async def measure(servers: Servers, population: Population, filled: str, console: Console) -> list[Scaled]:
    """Measure one `api` of identity, then one `worker` of the notifier."""
    measured = [await _sign_ins(servers), await _mails(servers, population, filled)]
    for each in measured:
        console.print(f"{each.name}: {each.per_second:,.0f} per second")
    return measured


async def _sign_ins(servers: Servers) -> Scaled:
    """Each person signs in once, from an address of their own, because sign-ins are limited by address."""
    database = await servers.database("identity")
    hashed = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1).hash(PASSWORD)
    people = [uuid4() for _ in range(SIGN_INS)]
    async with observer(database) as connection:
        await connection.executemany(_ADD, [(one, _address(one), hashed) for one in people])
    calls = [
        Call(
            "/api/identity/v1/tokens",
            {"X-Real-IP": f"203.{number // 250}.{number % 250}.7"},
            json.dumps({"email": _address(one), "password": PASSWORD}),
        )
        for number, one in enumerate(people)
    ]
    # the worker makes the key that signs tokens
    async with service("identity", "worker", database, servers.vhost()), service("identity", "api", database) as api:
        first = len(calls) // 5
        await play(Plan(api.port, calls[:first], concurrency=AT_ONCE))
        await servers.checkpoint()
        use = Use("api", 1, [api])
        result = await play(Plan(api.port, calls[first:], concurrency=AT_ONCE))
        if set(result.statuses) != {200}:
            raise RuntimeError(f"sign-ins were answered with {result.statuses}")
        scaled = use.scaled("sign-ins", len(calls) - first, result.seconds)
    await servers.drop(database)
    return scaled


def _address(account: UUID) -> str:
    return f"{account}@exemple.fr"


async def _mails(servers: Servers, population: Population, filled: str) -> Scaled:
    """Mails wait while the mail server is away, and are sent when it is there again."""
    from services.notifier import wiring  # noqa: PLC0415 - only here

    requests, mails, amqp = await servers.copy(filled), await servers.database("notifier"), servers.vhost()
    await deliver(wiring, mails, list(population.events()))
    async with AsyncExitStack() as processes:
        nobody = {"PARCOURSPRO_NOTIFIER_MAIL_MODE": "smtp", "PARCOURSPRO_NOTIFIER_SMTP_PORT": str(free_port())}
        await processes.enter_async_context(service("notifier", "worker", mails, amqp, nobody))
        await processes.enter_async_context(service("enrollment", "worker", requests, amqp))
        api = await processes.enter_async_context(service("enrollment", "api", requests))
        await play(Plan(api.port, carts(population, bearer_of(population))))
        waiting = await _all_queued(mails)
    sink = SmtpSink()
    sink.start()
    there = {"PARCOURSPRO_NOTIFIER_MAIL_MODE": "smtp", "PARCOURSPRO_NOTIFIER_SMTP_PORT": str(sink.port)}
    try:
        async with observer(mails) as connection, service("notifier", "worker", mails, amqp, there) as worker:
            await until(connection, _SENT, WARM_UP)
            use, begun = Use("worker", 1, [worker]), time.monotonic()
            counts = await until(connection, _SENT, waiting, within=600)
            scaled = use.scaled("mails", waiting - counts[0][1], time.monotonic() - begun)
    finally:
        sink.stop()
    await servers.drop(requests)
    await servers.drop(mails)
    return scaled


async def _all_queued(mails: str) -> int:
    """The number of mails, once no more are added."""
    async with observer(mails) as connection:
        seen, since = 0, time.monotonic()
        while not seen or time.monotonic() < since + UNCHANGED_SECONDS:
            if (now := int(await connection.fetchval(_QUEUED))) != seen:
                seen, since = now, time.monotonic()
            await asyncio.sleep(0.2)
    return seen
