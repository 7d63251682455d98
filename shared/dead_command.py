"""`python -m services.<name> messages dead …`: what the broker has given up, for operators."""

import asyncio
from collections.abc import Callable
from functools import partial

import typer
from rich.table import Table

from shared.database import Database
from shared.messages_command import Reason, console, messages, operator, run_on_database
from shared.messaging.dead import DeadQueue
from shared.messaging.failures import Failures

DEAD_QUEUE = "dead_queue"
"""The key of the context's `meta` that holds the function which makes the service's DeadQueue."""
FAILURES = "failures"
"""The key of the function which makes the service's Failures on its database."""

dead = typer.Typer(no_args_is_help=True, help="Messages that the broker has given up: list, return.")
messages.add_typer(dead, name="dead")


def _queue(context: typer.Context) -> DeadQueue:
    make: Callable[[], DeadQueue] = context.meta[DEAD_QUEUE]
    return make()


@dead.command("list")
def list_(context: typer.Context) -> None:
    """List the first hundred; they stay where they are."""
    table = Table("message", "id", "queue")
    for each in asyncio.run(_queue(context).peek()):
        table.add_row(each.envelope.name, each.envelope.message_id or "–", each.queue)
    console.print(table)


@dead.command("return")
def return_(context: typer.Context, *, reason: Reason) -> None:
    """Hand all of them back to the service, which tries them at once; see `messages list` for those that fail again."""
    author = operator(reason)
    failures: Callable[[Database], Failures] = context.meta[FAILURES]

    async def return_all(database: Database) -> int:
        return await _queue(context).return_all(partial(failures(database).retry_given_up, author=author))

    returned = run_on_database(context, return_all)
    console.print(f"{returned} messages were returned and will be tried within a second or two.")
