"""What a person still has to do or to end here, and the erasure of what is known of a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Table,
    Uuid,
    any_,
    bindparam,
    case,
    delete,
    exists,
    literal,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.obligations import Obligation
from services.enrollment.storage.conditions import IS_HELD, IS_OPEN, word
from services.enrollment.storage.own_data import ARCHIVE
from services.enrollment.storage.tables import (
    accounts,
    carts,
    enrollment_history,
    enrollment_notes,
    enrollments,
    left_open,
    presences,
    proposals,
    sessions,
    sheet_history,
)
from shared.chains import erase_texts
from shared.contracts.erasures import NAME_OF_ERASED, AccountErased
from shared.contracts.identity import AccountSnapshot
from shared.messaging.copies import Tombstone
from shared.messaging.erasure import Person, erase_messages
from shared.own_data import OwnData

ERASED_TEXT: Final = "(supprimé)"

_ACCOUNT: Final = bindparam("account", type_=Uuid())
_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_LOCK: Final = select(accounts.c.id).where(accounts.c.id == _ACCOUNT).with_for_update()
_TRAINS: Final = sessions.c.trainer_ids.contains(bindparam("trainers", type_=ARRAY(Uuid())))
_PLANNED: Final = sessions.c.state == word("scheduled")
_NOT_CLOSED: Final = (_PLANNED, sessions.c.ends_at <= _NOW, sessions.c.attendance_closed_at.is_(None))
_REQUESTS: Final = enrollments.join(sessions, sessions.c.id == enrollments.c.session_id)


def _some_request(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    own = select(literal(1)).select_from(_REQUESTS).where(enrollments.c.account_id == _ACCOUNT, *conditions)
    return exists(own)


_OBLIGATIONS: Final = select(
    _some_request(IS_OPEN, _PLANNED, sessions.c.ends_at > _NOW).label(Obligation.OPEN_REQUESTS.value),
    exists()
    .where(proposals.c.account_id == _ACCOUNT, proposals.c.state == word("open"), proposals.c.expires_at > _NOW)
    .label(Obligation.OPEN_PROPOSALS.value),
    exists().where(_TRAINS, _PLANNED, sessions.c.ends_at > _NOW).label(Obligation.SESSIONS_TO_TRAIN.value),
    (
        exists().where(_TRAINS, *_NOT_CLOSED, sessions.c.held > 0)
        | _some_request(IS_HELD, enrollments.c.attendance.is_(None), *_NOT_CLOSED)
    ).label(Obligation.OPEN_SHEETS.value),
)
_NAMED: Final = any_(bindparam("named", type_=ARRAY(Uuid(as_uuid=False))))
OF_ERASED: Final = union(
    select(accounts.c.id).where(accounts.c.erased, accounts.c.id == _NAMED),
    *(
        select(table.c.id)
        .join(accounts, accounts.c.id == table.c.account_id)
        .where(accounts.c.erased, table.c.id == _NAMED)
        for table in (enrollments, proposals)
    ),
)
"""Which of these ids are those of erased people, of their requests and of what was proposed to them."""
_LAST_NAME: Final = select(accounts.c.last_name).where(accounts.c.id == _ACCOUNT)
_TOMBSTONE: Final = Tombstone(AccountSnapshot, accounts, instead=NAME_OF_ERASED)
_CLOSE: Final = update(accounts).where(accounts.c.id == _ACCOUNT).values(erased=True)


class Erasures:
    """Erases what enrollment has of a person. What took place stays, without the name."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def obligations(self, account_id: UUID, *, now: datetime) -> Sequence[Obligation]:
        """What stands against the erasure; the row of the account is locked, so that no request begins meanwhile."""
        await self._connection.execute(_LOCK, {"account": account_id})
        values = {"account": account_id, "trainers": [account_id], "now": now}
        row = (await self._connection.execute(_OBLIGATIONS, values)).one()
        return [Obligation(name) for name, stands in row._asdict().items() if stands]

    async def close_account(self, account_id: UUID) -> None:
        """Let the account do nothing any more, before its data is erased."""
        await self._connection.execute(_CLOSE, {"account": account_id})

    async def own_data(self, account_id: UUID) -> OwnData:
        """What would be erased, for the person to keep."""
        return await ARCHIVE.read(self._connection, account_id)

    async def erase(self, message: AccountErased) -> None:
        """Erase the person's words, and the words of others about the person's requests; then bury the copy."""
        account_id = message.account_id
        name = (await self._connection.scalars(_LAST_NAME, {"account": account_id})).all()
        own = select(enrollments.c.id).where(enrollments.c.account_id == account_id)
        requests = (await self._connection.scalars(own)).all()
        offered = (
            await self._connection.scalars(select(proposals.c.id).where(proposals.c.account_id == account_id))
        ).all()
        for statement in (
            delete(carts).where(carts.c.account_id == account_id),
            update(enrollments).where(enrollments.c.account_id == account_id).values(motivation=ERASED_TEXT),
            update(left_open)
            .where(left_open.c.account_id == account_id, left_open.c.reason.is_not(None))
            .values(reason=ERASED_TEXT),
            update(proposals)
            .where(proposals.c.account_id == account_id)
            .values(
                reason=ERASED_TEXT,
                motivation=None,
                answer_reason=case((proposals.c.answer_reason.is_not(None), ERASED_TEXT)),
            ),
        ):
            await self._connection.execute(statement)
        wanted = any_(literal(requests, ARRAY(Uuid())))
        await self._erase(enrollment_history, enrollment_history.c.aggregate_id == wanted, "aggregate_id", "note")
        await self._erase(sheet_history, sheet_history.c.enrollment_id == wanted, "aggregate_id", "note")
        await self._erase(presences, presences.c.enrollment_id == wanted, "enrollment_id", "note", "remark")
        await self._erase(enrollment_notes, enrollment_notes.c.enrollment_id == wanted, "enrollment_id", "text")
        others = [str(each) for each in (*requests, *offered)]
        await erase_messages(self._connection, Person(account_id, others, words=name))
        await _TOMBSTONE.apply(self._connection, message)

    async def _erase(self, table: Table, rows: ColumnElement[bool], named_by: str, *columns: str) -> None:
        has_text: Any = table.c[columns[0]].is_not(None)
        for column in columns[1:]:
            has_text |= table.c[column].is_not(None)
        await erase_texts(
            self._connection, table, rows & has_text, named_by=named_by, columns=columns, instead=ERASED_TEXT
        )
