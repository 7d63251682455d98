"""`python -m services.<publisher> messages resend`: publishes events again from the event log, with the same ids."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from shared.contracts import REGISTRY
from shared.messages_command import console, messages
from shared.messaging.event_log import EventLog, Republished

EVENT_LOG = "event_log"
"""The key of the context's `meta` that holds the function which opens the service's event log."""


def _time(value: str) -> datetime:
    """Without an offset it is UTC, as in the logs."""
    given = datetime.fromisoformat(value)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


@messages.command()
def resend(
    context: typer.Context,
    *,
    since: Annotated[
        datetime, typer.Option(parser=_time, metavar="TIME", help="The first time of publication, as 2026-11-24T09:00Z")
    ],
    until: Annotated[
        datetime | None, typer.Option(parser=_time, metavar="TIME", help="The last one; default: now")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Only the events of this wire name")] = None,
    to: Annotated[str | None, typer.Option(help="Only to the queue of this service; default: to all")] = None,
    rate: Annotated[int, typer.Option(min=1, max=1000, help="Events per second, at most")] = 200,
) -> None:
    """Publish events of the last 30 days again. Services that have handled them ignore them."""
    open_log: Callable[[], EventLog] = context.meta[EVENT_LOG]

    async def run() -> tuple[str, Republished]:
        log = open_log()
        try:
            _check(name, log.service)
            return log.service, await log.republish(
                since=since, until=until or datetime.now(UTC), name=name, to=to, per_second=rate
            )
        finally:
            await log.close()

    service, done = asyncio.run(run())
    console.print(f"{done.published} events of {service} were published again {f'to {to}' if to else 'to all'}.")
    if done.unwanted:
        console.print(f"{done.unwanted} were not, because {to} does not subscribe to them.")
    if done.refused:
        console.print(f"{done.refused} were not, because no queue accepted them or the broker did not answer.")
    if done.refused or (done.unwanted and not done.published):
        raise typer.Exit(1)


def _check(name: str | None, service: str) -> None:
    kind = REGISTRY.get(name) if name else None
    if name and (kind is None or kind.owner != service or kind.recipient is not None):
        console.print(f"{name} is no event of {service}.")
        raise typer.Exit(1)
