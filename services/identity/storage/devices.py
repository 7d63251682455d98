"""Devices on which people have signed in before. Only the hash of a device's token is stored."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.budgets import Device
from services.identity.storage.links import TOKEN_BYTES, digest
from services.identity.storage.tables import accounts, devices

_OF_ADDRESS = (
    select(devices.c.id, devices.c.account_id)
    .join_from(devices, accounts, accounts.c.id == devices.c.account_id)
    .where(devices.c.token_hash == bindparam("token_hash"), accounts.c.email == bindparam("email"))
)
_ADD = insert(devices)
_USE = update(devices).where(devices.c.id == bindparam("device_id")).values(used_at=bindparam("now"))


class Devices:
    """The known devices of all people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, email: str, token: str | None) -> Device | None:
        """The device of a token; None if it is not one of the account with this address."""
        values = {"token_hash": digest(token or ""), "email": email}
        row = (await self._connection.execute(_OF_ADDRESS, values)).one_or_none()
        return None if row is None else Device(id=row.id, account_id=row.account_id)

    async def add(self, account_id: UUID, *, now: datetime) -> str:
        """The token of a new device."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        values = {"id": uuid4(), "account_id": account_id, "token_hash": digest(token), "used_at": now}
        await self._connection.execute(_ADD, values)
        return token

    async def use(self, device: Device, *, now: datetime) -> None:
        await self._connection.execute(_USE, {"device_id": device.id, "now": now})
