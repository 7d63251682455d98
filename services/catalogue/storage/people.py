"""The people that the service knows, read from its copies of their accounts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, not_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import VISITOR, Actor
from services.catalogue.storage.own_data import ARCHIVE
from services.catalogue.storage.tables import accounts
from shared.errors import NotFound
from shared.messaging.erasure import Person, erase_messages
from shared.own_data import OwnData

_ACTIVE = (not_(accounts.c.disabled), not_(accounts.c.erased))
_ACTOR = select(accounts.c.is_staff).where(accounts.c.id == bindparam("id"), *_ACTIVE)
OF_ERASED = select(accounts.c.id).where(
    accounts.c.erased, accounts.c.id == any_(bindparam("named", type_=ARRAY(Uuid(as_uuid=False))))
)
"""Which of these ids are those of erased people."""
_AMONG = select(accounts.c.id).where(accounts.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), *_ACTIVE)


class People:
    """Answers questions about accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def actor(self, account_id: UUID) -> Actor:
        """The person of an account; a visitor if the account is unknown, disabled or erased."""
        is_staff = await self._connection.scalar(_ACTOR, {"id": account_id})
        return VISITOR if is_staff is None else Actor(account_id=account_id, is_staff=is_staff)

    async def require_staff(self, actor: Actor) -> None:
        """Raise NotFound if the person is not staff any more. Call it when no lock is waited for any more."""
        if actor.account_id is None or not (await self.actor(actor.account_id)).is_staff:
            raise NotFound

    async def own_data(self, account_id: UUID) -> OwnData:
        """The copy of the account, and the sessions that the person trains."""
        return await ARCHIVE.read(self._connection, account_id)

    async def erase_messages(self, account_id: UUID) -> None:
        """Take the person's texts out of the messages that the service has: everything else here is a copy."""
        await erase_messages(self._connection, Person(account_id))

    async def active(self, account_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the accounts that are known, not disabled and not erased."""
        return set(await self._connection.scalars(_AMONG, {"ids": list(account_ids)}))
