"""`python -m deploy.embedded` runs everything in one process; `python -m deploy.embedded reset` deletes its data."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from deploy.embedded.installation import Installation, InUse, reset

app = typer.Typer(
    add_completion=False, help="ParcoursPro in one process, with its own PostgreSQL.", pretty_exceptions_enable=False
)

Folder = Annotated[Path, typer.Option("--data", envvar="PARCOURSPRO_DATA", help="Where the data is kept")]
DEFAULT_FOLDER = Path(".data")


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    data: Folder = DEFAULT_FOLDER,
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on")] = 8000,
    *,
    demo: Annotated[
        bool, typer.Option(envvar="PARCOURSPRO_DEMO", help="Fill an empty installation with demo data")
    ] = True,
    mailbox: Annotated[
        bool | None,
        typer.Option(envvar="PARCOURSPRO_MAILBOX", help="Show all mails and send none; by default with demo data only"),
    ] = None,
    host_name: Annotated[
        str | None, typer.Option(envvar="PARCOURSPRO_HOST_NAME", help="A name to answer to, beside localhost")
    ] = None,
) -> None:
    """Run until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    # SIGTERM is handled like Ctrl-C, which asyncio turns into a cancellation of the main task: a KeyboardInterrupt
    # raised inside any other task would leave threads running, and the process would hang
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with suppress(KeyboardInterrupt):
            keeps_mails = demo if mailbox is None else mailbox
            installation = Installation(data, port, demo=demo, keeps_mails=keeps_mails, host_name=host_name)
            asyncio.run(installation.run())
    except InUse as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    typer.echo("Stopped; the data is kept.")


@app.command("reset")
def throw_away(data: Folder = DEFAULT_FOLDER) -> None:
    """Delete all data."""
    try:
        reset(data)
    except InUse as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{data} is empty.")


app()
