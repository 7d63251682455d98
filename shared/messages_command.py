"""`python -m services.<name> messages …`: commands for operators about deliveries that failed.

Each act needs a reason and is kept by the code that keeps the acts of staff (shared/http/deliveries.py).
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database
from shared.http.fields import Text
from shared.messaging import repairs, undelivered
from shared.messaging.repairs import Author
from shared.messaging.secret_messages import shown
from shared.messaging.selection import Selection, list_selected


def _time(value: str) -> datetime:
    """Without an offset it is UTC, as in the logs."""
    given = datetime.fromisoformat(value)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


Answer = TypeVar("Answer")
Number = Annotated[int, typer.Argument(help="The number that `list` shows")]
Parked = Annotated[bool, typer.Option(help="Only those that are not retried any more")]
Name = Annotated[str | None, typer.Option(help="Only those of this message, as identity.account_updated.v1")]
HandlerName = Annotated[str | None, typer.Option(help="Only those of this handler")]
Error = Annotated[str | None, typer.Option(help="Only those whose reason contains this text")]
Since = Annotated[
    datetime | None,
    typer.Option(parser=_time, metavar="TIME", help="Only those that failed first after this, as 2026-11-24T09:00Z"),
]
Reason = Annotated[str, typer.Option(help="Why; it is kept, staff can read it, and it must not name a person")]

_REASON: TypeAdapter[str] = TypeAdapter(Text)
WIDE = 250
"""The width of tables that are not shown in a terminal."""

messages = typer.Typer(no_args_is_help=True)
# when piped, use a wide table so that grep sees whole rows
console = Console(width=None if sys.stdout.isatty() else WIDE)


def run_on_database(context: typer.Context, action: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Run one action on the service's database. The context holds the function that opens it."""

    async def once() -> Answer:
        database: Database = context.obj()
        try:
            return await action(database)
        finally:
            await database.close()

    return asyncio.run(once())


def _run(context: typer.Context, action: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    """Run one action in one transaction."""

    async def in_transaction(database: Database) -> Answer:
        async with database.transaction() as work:
            return await action(work.connection)

    return run_on_database(context, in_transaction)


def operator(reason: str) -> Author:
    """The operator as the author of an act; the same reasons are refused as over HTTP."""
    try:
        return Author(acted_by=None, reason=_REASON.validate_python(reason))
    except ValidationError:
        raise typer.BadParameter(
            "--reason needs a text of 1 to 4000 characters, without control characters. Nothing was done."
        ) from None


def _no_such(number: int) -> NoReturn:
    console.print(f"There is no message {number}; `messages list` shows those that wait.")
    raise typer.Exit(1)


@messages.command("list")
def list_(
    context: typer.Context,
    *,
    parked: Parked = False,
    name: Name = None,
    handler: HandlerName = None,
    error: Error = None,
    since: Since = None,
) -> None:
    """List the deliveries that wait for another attempt or are parked: the first hundred."""
    selection = Selection(parked=parked, name=name, handler=handler, error=error, since=since)
    table = Table("number", "message", "handler", "attempts", "next attempt", "reason")
    for delivery in _run(context, lambda connection: list_selected(connection, selection)):
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
    """Show one delivery with all its fields, without its secrets."""
    delivery = _run(context, lambda connection: undelivered.find(connection, number))
    if delivery is None:
        _no_such(number)
    fields = {key: str(value) for key, value in asdict(delivery).items()}
    console.print_json(json.dumps({**fields, "body": shown(delivery.name, delivery.body)}))


@messages.command()
def replay(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="The number that `list` shows")] = None,
    *,
    reason: Reason,
    all_: Annotated[bool, typer.Option("--all", help="All that failed")] = False,
    parked: Parked = False,
    name: Name = None,
    handler: HandlerName = None,
    error: Error = None,
    since: Since = None,
    per_second: Annotated[
        float | None, typer.Option(min=0.01, help="How many are tried in a second; default: as fast as possible")
    ] = None,
) -> None:
    """Retry deliveries, with all their attempts left: the one of a number, those of a selection, or all."""
    selection = Selection(parked=parked, name=name, handler=handler, error=error, since=since)
    ways = (number is not None, all_, not selection.is_all)
    if ways.count(True) != 1:
        raise typer.BadParameter("Give either a number, or --all, or at least one of the options that select.")
    author = operator(reason)
    if number is not None:
        if not _run(context, lambda connection: repairs.replay_one(connection, number, author)):
            _no_such(number)
        console.print(f"Message {number} will be tried again within a second or two.")
        return
    replayed = _run(
        context, lambda connection: repairs.replay_many(connection, selection, author, per_second=per_second)
    )
    seconds = round(replayed / per_second) if per_second else 2
    console.print(f"{replayed} messages will be tried again, the last one in about {seconds} s.")


@messages.command()
def drop(context: typer.Context, number: Number, *, reason: Reason) -> None:
    """Delete a delivery: its effect is never made."""
    author = operator(reason)
    if not _run(context, lambda connection: repairs.drop_one(connection, number, author)):
        _no_such(number)
    console.print(f"Message {number} is dropped.")
