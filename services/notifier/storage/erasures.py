"""Erases what the notifier has of a person: mails to and about the person, calendars, motivations, the copy."""

from typing import Final
from uuid import UUID

from sqlalchemy import (
    CollectionAggregate,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.storage.own_data import ARCHIVE
from services.notifier.storage.queue import IS_OPEN
from services.notifier.storage.tables import accounts, attachments, calendars, enrollments, mails, motivations
from shared.chains import erase_texts
from shared.contracts.erasures import NAME_OF_ERASED, AccountErased
from shared.contracts.identity import AccountSnapshot
from shared.messaging.copies import Tombstone
from shared.messaging.erasure import Person, erase_messages
from shared.own_data import OwnData

ERASED: Final = "Le compte de la personne est supprimé."
_TEXTS: Final = ("subject", "text", "html", "facts", "attachments")
_TOMBSTONE: Final = Tombstone(AccountSnapshot, accounts, instead=NAME_OF_ERASED)
_NAMED: Final = any_(bindparam("named", type_=ARRAY(Uuid(as_uuid=False))))
OF_ERASED: Final = union(
    select(accounts.c.id).where(accounts.c.erased, accounts.c.id == _NAMED),
    select(enrollments.c.id)
    .join(accounts, accounts.c.id == enrollments.c.account_id)
    .where(accounts.c.erased, enrollments.c.id == _NAMED),
)
"""Which of these ids are those of erased people and of their requests."""
_DROPPED: Final = {
    "status": "dropped",
    "why_not": ERASED,
    "facts": literal({}, JSONB),
    "attachments": literal([], JSONB),
    **dict.fromkeys(("outgoing", "subject", "text", "html"), null()),
}


class Erasures:
    """Erases people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def is_erased(self, account_id: UUID) -> bool:
        erased = select(accounts.c.erased).where(accounts.c.id == account_id)
        return bool(await self._connection.scalar(erased))

    async def is_of_erased(self, enrollment_id: UUID) -> bool:
        """Whether the request is that of an erased person."""
        of_request = (
            select(accounts.c.erased)
            .join(enrollments, enrollments.c.account_id == accounts.c.id)
            .where(enrollments.c.id == enrollment_id)
        )
        return bool(await self._connection.scalar(of_request))

    async def own_data(self, account_id: UUID) -> OwnData:
        """What would be erased, for the person to keep: the copy of the account, and the mails to the person."""
        return await ARCHIVE.read(self._connection, account_id)

    async def erase(self, message: AccountErased) -> None:
        """Erase the person while the copy still has the name and the address, then bury the copy."""
        found = select(accounts).where(accounts.c.id == message.account_id, ~accounts.c.erased).with_for_update()
        account = (await self._connection.execute(found)).one_or_none()
        requests = await self._ids(enrollments.c.account_id == message.account_id, enrollments.c.id)
        addresses = [account.email] if account is not None else []
        words = [f"{account.first_name} {account.last_name}", *addresses] if account is not None else []
        await self._erase_mails(message.account_id, requests, addresses, words)
        for statement in (
            delete(calendars).where(
                or_(calendars.c.subject_id == _any_of(requests), calendars.c.recipient.in_(addresses))
            ),
            delete(motivations).where(motivations.c.enrollment_id == _any_of(requests)),
        ):
            await self._connection.execute(statement)
        await erase_messages(
            self._connection, Person(message.account_id, [*addresses, *map(str, requests)], words=words)
        )
        await _TOMBSTONE.apply(self._connection, message)

    async def _erase_mails(
        self, account_id: UUID, requests: list[UUID], addresses: list[str], words: list[str]
    ) -> None:
        """Erase the mails to the person, and those to others about the person or with the person's name.

        Mails that wait are dropped, but for those to others about an attachment: they say only that it ended.
        """
        own = or_(mails.c.recipient_account_id == account_id, mails.c.recipient.in_(addresses))
        held = await self._ids(attachments.c.account_id == account_id, attachments.c.id)
        named = or_(false(), *(_mentions(word) for word in words))
        instead = f"{account_id}@compte-supprime.invalid"
        about = mails.c.subject_id == _any_of([account_id, *requests])
        drop = update(mails).where(IS_OPEN)
        await self._connection.execute(drop.where(own).values(**_DROPPED, recipient=instead))
        await self._connection.execute(drop.where(or_(about, named)).values(**_DROPPED))
        attached = mails.c.subject_id == _any_of(held)
        why_not = or_(false(), *(mails.c.why_not.contains(word, autoescape=True) for word in words))
        for rows, columns in (
            (own, (*_TEXTS, "recipient")),
            (or_(about, attached, named), _TEXTS),
            (why_not, ("why_not",)),
        ):
            await erase_texts(self._connection, mails, rows, named_by="subject_id", columns=columns, instead=instead)

    async def _ids(self, condition: ColumnElement[bool], column: ColumnElement[UUID]) -> list[UUID]:
        return list(await self._connection.scalars(select(column).where(condition)))


def _any_of(ids: list[UUID]) -> CollectionAggregate[bool]:
    return any_(literal(ids, ARRAY(Uuid)))


def _mentions(word: str) -> ColumnElement[bool]:
    """HTML is made of the same words as the text."""
    texts = func.concat(mails.c.subject, " ", mails.c.text, " ", cast(mails.c.facts, Text))
    return func.strpos(texts, word) > 0
