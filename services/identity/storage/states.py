"""The present state of identity, as its events tell it: read again by services that rebuild their copies."""

from typing import Any, Final

from sqlalchemy import Row, or_, select

from services.identity.storage.tables import accounts, attachments, structures
from shared.contracts.identity import AccountSnapshot, AttachmentSnapshot, StructureSnapshot
from shared.contracts.states import ErasedState
from shared.messaging.states import OwnStates, State
from shared.records import from_attributes


def _account(row: Row[Any]) -> AccountSnapshot | ErasedState:
    if row.erased_at is not None:
        return ErasedState(id=row.id, version=row.version)
    return from_attributes(AccountSnapshot, row)


def _structure(row: Row[Any]) -> StructureSnapshot:
    return from_attributes(StructureSnapshot, row, closed=row.closed_at is not None)


def _attachment(row: Row[Any]) -> AttachmentSnapshot:
    return from_attributes(AttachmentSnapshot, row, statuses=tuple(row.statuses))


STATES: Final = OwnStates(
    "identity",
    State(
        AccountSnapshot,
        # until its address is proved, other services do not know the account
        select(accounts).where(or_(accounts.c.proved, accounts.c.erased_at.is_not(None))),
        accounts.c.id,
        _account,
    ),
    State(StructureSnapshot, select(structures), structures.c.id, _structure),
    State(AttachmentSnapshot, select(attachments), attachments.c.id, _attachment),
)
