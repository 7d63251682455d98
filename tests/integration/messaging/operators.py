"""`messages …` as an operator runs it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import typer
from typer.testing import CliRunner, Result

from shared import dead_command
from shared.database import Database
from shared.messages_command import messages
from shared.messaging.dead import DeadQueue
from shared.messaging.failures import Failures

Command = Callable[..., Awaitable[Result]]


def messages_command(database: Database, vhost: Callable[[], Any]) -> Command:
    """The command on a database, and on the dead messages of the notifier in the broker."""
    url = database.engine.url.render_as_string(hide_password=False)
    app = typer.Typer()

    @messages.callback()
    def with_database(context: typer.Context) -> None:
        context.obj = lambda: Database(url, application="messages")
        context.meta[dead_command.DEAD_QUEUE] = lambda: DeadQueue(vhost(), "notifier")
        context.meta[dead_command.FAILURES] = Failures

    app.add_typer(messages, name="messages")

    async def run(*arguments: str) -> Result:
        # in a thread: the command has an event loop of its own
        return await asyncio.to_thread(CliRunner().invoke, app, ["messages", *arguments], env={"COLUMNS": "200"})

    return run
