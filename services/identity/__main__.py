"""`python -m services.identity api | worker | migrate | messages … | make-staff | reset-second-factor ADDRESS`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from services.identity.storage.transaction import Transaction
from services.identity.use_cases.accounts import make_staff
from services.identity.use_cases.second_factor import reset_factor
from services.identity.wiring import SERVICE
from shared.database import Database
from shared.errors import NotFound
from shared.process import command_line, open_database
from shared.telemetry import configure_logging

command = command_line(SERVICE)


Address = Annotated[str, typer.Argument(help="The e-mail address of the account")]


@command.command("make-staff")
def make_staff_account(address: Address) -> None:
    """Make, or enable, a staff account; its owner gets the link to the first password by mail."""
    settings = SERVICE.settings()
    configure_logging(settings.log_level, SERVICE.name)
    if asyncio.run(_make_staff(open_database(SERVICE, settings, "staff"), address)):
        typer.echo("The account is one of staff. The worker mails its owner a link, which is valid for 24 hours.")
    else:
        typer.echo("The account is one of staff. Its owner signs in as before.")


async def _make_staff(database: Database, address: str) -> bool:
    @asynccontextmanager
    async def begin() -> AsyncIterator[Transaction]:
        async with database.transaction() as work:
            yield Transaction(work)

    try:
        return await make_staff(begin, address)
    finally:
        await database.close()


@command.command("reset-second-factor")
def reset_second_factor(address: Address) -> None:
    """Delete the second factor of an account, so that its owner can enrol another one."""
    settings = SERVICE.settings()
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
