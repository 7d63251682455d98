"""The acting person, and which objects that person may see or change."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, bindparam, or_, true

from services.catalogue.storage.tables import sessions, trainings


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting person as our copy of the account knows them; a visitor has no id."""

    account_id: UUID | None
    is_staff: bool


VISITOR: Final = Actor(account_id=None, is_staff=False)

STAFF_ONLY: Final = bindparam("is_staff", type_=Boolean)
"""A condition of the statements that load an object to change it: for others it does not exist."""

_PUBLISHED: Final = trainings.c.state == "published"


def may_see_training(actor: Actor) -> ColumnElement[bool]:
    """Staff see all trainings, others the published ones."""
    return true() if actor.is_staff else _PUBLISHED


def may_see_session(actor: Actor) -> ColumnElement[bool]:
    """Staff see all sessions, others those of published trainings, trainers also their own."""
    if actor.is_staff:
        return true()
    if actor.account_id is None:
        return _PUBLISHED
    return or_(_PUBLISHED, sessions.c.trainer_ids.contains([actor.account_id]))
