"""The second factors: sealed secrets, and the hashes of recovery codes."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.second_factor import SecondFactor, plain
from services.identity.storage.links import digest
from services.identity.storage.tables import recovery_codes, second_factors

_OF = select(second_factors).where(second_factors.c.account_id == bindparam("account"))
_LOCKED = _OF.with_for_update()
_ADD = postgresql.insert(second_factors).values({column.name: bindparam(column.name) for column in second_factors.c})
_SAVE = _ADD.on_conflict_do_update(
    index_elements=[second_factors.c.account_id],
    set_={column.name: _ADD.excluded[column.name] for column in second_factors.c if column.name != "account_id"},
)
_USED = (
    update(second_factors)
    .where(second_factors.c.account_id == bindparam("account"))
    .values(last_step=bindparam("step"))
)
_FORGET = delete(second_factors).where(second_factors.c.account_id == bindparam("account"))
_ADD_CODE = insert(recovery_codes)
_CODES_OF = recovery_codes.c.account_id == bindparam("account")
_LEFT = select(func.count()).select_from(recovery_codes).where(_CODES_OF)
_FORGET_CODES = delete(recovery_codes).where(_CODES_OF)
_USE_CODE = (
    delete(recovery_codes).where(_CODES_OF, recovery_codes.c.hash == bindparam("code")).returning(recovery_codes.c.hash)
)


class SecondFactors:
    """The factors of all accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, account_id: UUID, *, lock: bool = False) -> SecondFactor | None:
        """None for an account that has none and is not about to get one."""
        row = (await self._connection.execute(_LOCKED if lock else _OF, {"account": account_id})).one_or_none()
        if row is None:
            return None
        return SecondFactor(
            account_id=row.account_id,
            secret=row.secret,
            confirmed_at=row.confirmed_at,
            last_step=row.last_step,
            pending=row.pending,
            pending_until=row.pending_until,
        )

    async def save(self, factor: SecondFactor) -> None:
        await self._connection.execute(_SAVE, asdict(factor))

    async def use(self, account_id: UUID, step: int) -> None:
        """Remember the period of the code that was accepted."""
        await self._connection.execute(_USED, {"account": account_id, "step": step})

    async def forget(self, account_id: UUID) -> bool:
        """Delete the factor and its recovery codes. Return False if there was none."""
        await self._connection.execute(_FORGET_CODES, {"account": account_id})
        return (await self._connection.execute(_FORGET, {"account": account_id})).rowcount > 0

    async def replace_recovery_codes(self, account_id: UUID, codes: Sequence[str]) -> None:
        await self._connection.execute(_FORGET_CODES, {"account": account_id})
        await self._connection.execute(
            _ADD_CODE, [{"hash": digest(plain(code)), "account_id": account_id} for code in codes]
        )

    async def use_recovery_code(self, account_id: UUID, code: str) -> bool:
        """Delete a recovery code. Return False if the account has no such code."""
        values = {"account": account_id, "code": digest(plain(code))}
        return await self._connection.scalar(_USE_CODE, values) is not None

    async def recovery_codes_left(self, account_id: UUID) -> int:
        return int(await self._connection.scalar(_LEFT, {"account": account_id}) or 0)
