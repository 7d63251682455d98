"""`python -m services.<name> messages …`: commands for operators about deliveries that failed."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database
from shared.messaging import undelivered

Answer = TypeVar("Answer")
Number = Annotated[int, typer.Argument(help="The number that `list` shows")]

WIDE = 250
"""The width of tables that are not shown in a terminal."""

messages = typer.Typer(no_args_is_help=True)
# when piped, use a wide table so that grep sees whole rows
console = Console(width=None if sys.stdout.isatty() else WIDE)


def _run(context: typer.Context, action: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    """Run one action in one transaction. The context holds the function that opens the service's database."""

    async def once() -> Answer:
        database: Database = context.obj()
        try:
            async with database.transaction() as work:
                return await action(work.connection)
        finally:
            await database.close()

    return asyncio.run(once())


def _no_such(number: int) -> NoReturn:
    console.print(f"There is no message {number}; `messages list` shows those that wait.")
    raise typer.Exit(1)


@messages.command("list")
def list_(
    context: typer.Context,
    *,
    parked: Annotated[bool, typer.Option(help="Only those that are not retried any more")] = False,
) -> None:
    """List the deliveries that wait for another attempt or are parked."""
    table = Table("number", "message", "handler", "attempts", "next attempt", "reason")
    for delivery in _run(context, lambda connection: undelivered.list_undelivered(connection, parked=parked)):
        due = "parked" if delivery.next_at is None else delivery.next_at.isoformat(timespec="seconds")
        table.add_row(
            str(delivery.number),
            delivery.name,
            delivery.handler or "–",
            str(delivery.attempts),
            due,
            delivery.last_error,
        )
    console.print(table)


@messages.command()
def show(context: typer.Context, number: Number) -> None:
    """Show one delivery with all its fields."""
    delivery = _run(context, lambda connection: undelivered.find(connection, number))
    if delivery is None:
        _no_such(number)
    fields = {key: str(value) for key, value in asdict(delivery).items()}
    console.print_json(json.dumps({**fields, "body": delivery.body.decode(errors="backslashreplace")}))


@messages.command()
def replay(context: typer.Context, number: Number) -> None:
    """Retry a delivery now, with all its attempts left."""
    if not _run(context, lambda connection: undelivered.replay(connection, number)):
        _no_such(number)
    console.print(f"Message {number} will be tried again within a second or two.")


@messages.command()
def drop(context: typer.Context, number: Number) -> None:
    """Delete a delivery."""
    if not _run(context, lambda connection: undelivered.drop(connection, number)):
        _no_such(number)
    console.print(f"Message {number} is dropped.")
