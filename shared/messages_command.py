"""`python -m services.<name> messages …`: what an operator does with deliveries that failed."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
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
"""Columns of a table that no terminal shows."""

messages = typer.Typer(no_args_is_help=True)
# what is piped is searched, not looked at: a narrow table would break the words apart
console = Console(width=None if sys.stdout.isatty() else WIDE)


def _run(context: typer.Context, action: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    """Run one action in one transaction; the service put the opener of its database into the context."""

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
    parked: Annotated[bool, typer.Option(help="Only those that are not tried any more")] = False,
) -> None:
    """List the deliveries that wait for another attempt or are parked."""
    table = Table("number", "message", "handler", "attempts", "next attempt", "reason")
    for row in _run(context, lambda connection: undelivered.listed(connection, parked=parked)):
        due = "parked" if row.parked_at else row.next_at.isoformat(timespec="seconds")
        table.add_row(str(row.id), row.name, row.handler or "–", str(row.attempts), due, row.last_error)
    console.print(table)


@messages.command()
def show(context: typer.Context, number: Number) -> None:
    """Show one delivery whole."""
    row = _run(context, lambda connection: undelivered.show(connection, number))
    if row is None:
        _no_such(number)
    fields = {key: str(value) for key, value in row._asdict().items() if key != "body"}
    console.print_json(json.dumps({**fields, "body": bytes(row.body).decode(errors="backslashreplace")}))


@messages.command()
def replay(context: typer.Context, number: Number) -> None:
    """Try a delivery again now, with all its attempts before it."""
    if not _run(context, lambda connection: undelivered.replay(connection, number)):
        _no_such(number)
    console.print(f"Message {number} will be tried again within a second or two.")


@messages.command()
def drop(context: typer.Context, number: Number) -> None:
    """Forget a delivery for good."""
    if not _run(context, lambda connection: undelivered.drop(connection, number)):
        _no_such(number)
    console.print(f"Message {number} is dropped.")
