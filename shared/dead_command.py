"""`python -m services.<name> messages dead …`: what the broker has given up, for operators."""

import asyncio
from collections.abc import Callable

import typer
from rich.table import Table

from shared.database import Database
from shared.messages_command import console, messages, run_on_database
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
def return_(context: typer.Context) -> None:
    """Hand all of them back to the service, which tries them at once; see `messages list` for those that fail again."""
    failures: Callable[[Database], Failures] = context.meta[FAILURES]
    returned = run_on_database(context, lambda database: _queue(context).return_all(failures(database).retry_given_up))
    console.print(f"{returned} messages were returned and will be tried within a second or two.")
