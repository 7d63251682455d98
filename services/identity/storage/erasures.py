"""The ledger of erasures, and what is erased with an account."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Delete,
    Row,
    Update,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.accounts import Account
from services.identity.domain.erasures import Erasure, Own, State
from services.identity.storage.access import Actor
from services.identity.storage.own_data import ARCHIVE, OWN_OBJECTS
from services.identity.storage.tables import (
    accounts,
    attachments,
    change_reports,
    devices,
    erasures,
    families,
    identity_history,
    links,
    recovery_codes,
    second_factors,
    structure_invitations,
    structure_requests,
)
from shared.chains import erase_texts
from shared.messaging.erasure import Person, erase_messages
from shared.own_data import OwnData

ERASED_TEXT: Final = "(supprimé)"

# a constant in the SQL, not a bind parameter: PostgreSQL must recognise the condition of its partial index
_IS_ASKED: Final = erasures.c.state == literal_column("'asked'")
_ADD: Final = (
    insert(erasures)
    .on_conflict_do_nothing(index_elements=[erasures.c.account_id], index_where=_IS_ASKED)
    .returning(erasures.c.id)
)
_CLOSE: Final = (
    update(erasures)
    .where(erasures.c.id == bindparam("erasure_id"))
    .values(state=bindparam("state"), obligations=bindparam("obligations"), ended_at=bindparam("ended_at"))
)
_NEWEST: Final = (
    select(erasures)
    .where(erasures.c.account_id == bindparam("account_id"))
    .order_by(erasures.c.asked_at.desc(), erasures.c.id)
    .limit(1)
)
_OPEN_ONE: Final = (
    select(erasures).where(erasures.c.id == bindparam("erasure_id"), erasures.c.state == "asked").with_for_update()
)
_OTHER: Final = attachments.alias("other")
_OTHER_PERSON: Final = accounts.alias("other_person")
_IS_LAST_REFERENT: Final = exists().where(
    attachments.c.account_id == bindparam("account_id"),
    literal("referent") == any_(attachments.c.statuses),
    ~exists().where(
        _OTHER.c.structure_id == attachments.c.structure_id,
        _OTHER.c.id != attachments.c.id,
        literal("referent") == any_(_OTHER.c.statuses),
        _OTHER_PERSON.c.id == _OTHER.c.account_id,
        ~_OTHER_PERSON.c.disabled,
    ),
)
_OWN_OBLIGATIONS: Final = select(
    _IS_LAST_REFERENT.label(Own.LAST_REFERENT.value),
    exists()
    .where(structure_requests.c.contact_email == bindparam("email"), structure_requests.c.state == "open")
    .label(Own.STRUCTURE_REQUEST.value),
    exists()
    .where(change_reports.c.reported_by == bindparam("account_id"), change_reports.c.state == "open")
    .label(Own.CHANGE_REPORT.value),
)
_OPEN_ATTACHMENTS: Final = (
    select(attachments.c.id)
    .where(attachments.c.account_id == bindparam("account_id"), attachments.c.state.in_(("requested", "active")))
    .order_by(attachments.c.structure_id)
)

OF_ERASED: Final = select(accounts.c.id).where(
    accounts.c.erased_at.is_not(None), accounts.c.id == any_(bindparam("named", type_=ARRAY(Uuid(as_uuid=False))))
)
"""Which of these ids are those of erased people."""

_PERSON: Final = accounts.alias("person")
_ASKING: Final = accounts.alias("asking")
_LEDGER: Final = (
    select(
        erasures,
        (_PERSON.c.first_name + " " + _PERSON.c.last_name).label("account_name"),
        _PERSON.c.erased_at.is_not(None).label("is_gone"),
        (_ASKING.c.first_name + " " + _ASKING.c.last_name).label("asked_by_name"),
    )
    .join(_PERSON, _PERSON.c.id == erasures.c.account_id)
    .join(_ASKING, _ASKING.c.id == erasures.c.asked_by)
    .order_by(erasures.c.asked_at.desc(), erasures.c.id.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """An erasure with the names that are left. `account_name` is None once the account is erased."""

    erasure: Erasure
    account_name: str | None
    asked_by_name: str


class Erasures:
    """Who asked for the erasure of which account, and what became of it. No line is ever deleted."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, erasure: Erasure) -> bool:
        """Return False if one of this account waits for an answer already."""
        return await self._connection.scalar(_ADD, _values(erasure)) is not None

    async def close(self, erasure: Erasure) -> None:
        values = {**_values(erasure), "erasure_id": erasure.id}
        await self._connection.execute(
            _CLOSE, {name: values[name] for name in ("erasure_id", "state", "obligations", "ended_at")}
        )

    async def open_one(self, erasure_id: UUID) -> Erasure | None:
        """The erasure, locked; None if it was answered already."""
        row = (await self._connection.execute(_OPEN_ONE, {"erasure_id": erasure_id})).one_or_none()
        return None if row is None else _erasure(row)

    async def newest(self, account_id: UUID) -> Erasure | None:
        """The last one that was asked for about the account."""
        row = (await self._connection.execute(_NEWEST, {"account_id": account_id})).one_or_none()
        return None if row is None else _erasure(row)

    async def page(self, actor: Actor, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[LedgerLine]:
        """All of them, newest first, for staff; one more than `limit` when there are more."""
        actor.must_be_staff()
        statement = _LEDGER.limit(limit + 1)
        if after is not None:
            statement = statement.where(tuple_(erasures.c.asked_at, erasures.c.id) < after)
        return [
            LedgerLine(
                erasure=_erasure(row),
                account_name=None if row.is_gone else row.account_name,
                asked_by_name=row.asked_by_name,
            )
            for row in await self._connection.execute(statement)
        ]

    async def obligations(self, account: Account) -> list[str]:
        """Why the account cannot be erased yet, as far as this service knows."""
        values = {"account_id": account.id, "email": account.email}
        row = (await self._connection.execute(_OWN_OBLIGATIONS, values)).one()
        found = [Own.STAFF] if account.is_staff else []
        return [each.value for each in (*found, *(Own(name) for name, stands in row._asdict().items() if stands))]

    async def open_attachments(self, account_id: UUID) -> Sequence[UUID]:
        """The requested and active attachments, in the order in which the structures are locked."""
        return (await self._connection.scalars(_OPEN_ATTACHMENTS, {"account_id": account_id})).all()

    async def own_data(self, account_id: UUID) -> OwnData:
        """What would be erased, for the person to keep."""
        return await ARCHIVE.read(self._connection, account_id)

    async def erase(self, account: Account, tombstone: Account, *, now: datetime) -> None:
        """Put the tombstone in the place of the account, and erase everything that tells who it was."""
        await self._erase_history(account)
        for statement in _statements(account, tombstone, now):
            await self._connection.execute(statement)
        await erase_messages(self._connection, Person(account.id, [account.email], words=[account.last_name]))

    async def _erase_history(self, account: Account) -> None:
        ids = (await self._connection.scalars(OWN_OBJECTS, {"account": account.id})).all()
        await erase_texts(
            self._connection,
            identity_history,
            (identity_history.c.aggregate_id == any_(literal(ids, ARRAY(Uuid)))) & identity_history.c.note.is_not(None),
            named_by="aggregate_id",
            columns=["note"],
        )


def _statements(account: Account, tombstone: Account, now: datetime) -> Sequence[Delete | Update]:
    """Everything but the history that tells who the person was."""
    of_account = [
        delete(table).where(table.c.account_id == account.id)
        for table in (families, devices, second_factors, recovery_codes)
    ]
    buried = {name: value for name, value in asdict(tombstone).items() if name not in {"id", "proved"}}
    return [
        *of_account,
        delete(links).where(or_(links.c.account_id == account.id, links.c.email == account.email)),
        delete(structure_invitations).where(structure_invitations.c.email == account.email),
        update(attachments)
        .where(attachments.c.account_id == account.id, attachments.c.closing_reason.is_not(None))
        .values(closing_reason=ERASED_TEXT),
        update(change_reports).where(change_reports.c.reported_by == account.id).values(text=ERASED_TEXT, answer=None),
        update(structure_requests)
        .where(structure_requests.c.contact_email == account.email)
        .values(contact_name=ERASED_TEXT, contact_email="", answer=None),
        update(accounts).where(accounts.c.id == account.id).values(**buried, password_hash=None, erased_at=now),
    ]


def _values(erasure: Erasure) -> dict[str, Any]:
    return {**asdict(erasure), "state": erasure.state.value, "obligations": list(erasure.obligations)}


def _erasure(row: Row[*tuple[Any, ...]]) -> Erasure:
    return Erasure(
        id=row.id,
        account_id=row.account_id,
        asked_by=row.asked_by,
        acting_as=row.acting_as,
        reason=row.reason,
        asked_at=row.asked_at,
        state=State(row.state),
        obligations=tuple(row.obligations),
        ended_at=row.ended_at,
    )
