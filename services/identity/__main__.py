"""`python -m services.identity api | worker | migrate | messages … | reset-second-factor ADDRESS`."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from services.identity.storage.transaction import Transaction
from services.identity.use_cases.second_factor import reset_factor
from services.identity.wiring import SERVICE
from shared.database import Database
from shared.errors import NotFound
from shared.process import command_line, open_database
from shared.telemetry import configure_logging

command = command_line(SERVICE)


@command.command("reset-second-factor")
def reset_second_factor(address: Annotated[str, typer.Argument(help="The e-mail address of the account")]) -> None:
    """Delete the second factor of an account, so that its owner can enrol another one."""
    settings = SERVICE.load_settings()
    configure_logging(settings.log_level, SERVICE.name)
    try:
        asyncio.run(_reset(open_database(SERVICE, settings, "second-factor"), address.lower()))
    except NotFound:
        typer.echo(f"No account with the address {address} has a second factor.", err=True)
        raise typer.Exit(1) from None
    typer.echo("The second factor is deleted, and all sign-in sessions have ended.")


async def _reset(database: Database, address: str) -> None:
    try:
        async with database.transaction() as work:
            tx = Transaction(work)
            account = await tx.accounts.by_address(address, lock=True)
            if account is None:
                raise NotFound
            await reset_factor(tx, account, by=None, now=datetime.now(UTC))
    finally:
        await database.close()


if __name__ == "__main__":
    command()
