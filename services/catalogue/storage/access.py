"""The acting person, and which objects that person may see or change."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Uuid, bindparam, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from services.catalogue.storage.tables import sessions, trainings


class Role(Enum):
    """What decides which objects a person may see."""

    STAFF = "staff"
    SIGNED_IN = "signed in"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting person as our copy of the account knows them; a visitor has no id."""

    account_id: UUID | None
    is_staff: bool

    @property
    def role(self) -> Role:
        if self.is_staff:
            return Role.STAFF
        return Role.VISITOR if self.account_id is None else Role.SIGNED_IN


VISITOR: Final = Actor(account_id=None, is_staff=False)

STAFF_ONLY: Final = bindparam("is_staff", type_=Boolean)
"""A condition of the statements that load an object to change it: for others it does not exist."""

_PUBLISHED: Final = trainings.c.state == "published"
_PUBLISHED_ONCE: Final = trainings.c.state != "draft"
_OWN: Final = sessions.c.trainer_ids.contains(bindparam("actors", type_=ARRAY(Uuid)))

LISTED_TRAININGS: Final[Mapping[Role, ColumnElement[bool]]] = {
    Role.STAFF: true(),
    Role.SIGNED_IN: _PUBLISHED,
    Role.VISITOR: _PUBLISHED,
}
LISTED_SESSIONS: Final[Mapping[Role, ColumnElement[bool]]] = {
    Role.STAFF: true(),
    Role.SIGNED_IN: or_(_PUBLISHED, _OWN),
    Role.VISITOR: _PUBLISHED,
}
"""Trainers see their own sessions, also those of trainings that are not published. `actors`: the id of the person."""

READABLE: Final[Mapping[Role, ColumnElement[bool]]] = {
    Role.STAFF: true(),
    Role.SIGNED_IN: _PUBLISHED_ONCE,
    Role.VISITOR: _PUBLISHED,
}
"""Trainings, and sessions of trainings, that a person may read who has the id.

Requests outlive the training that they are for, and this service does not know who has one: so everybody who is signed
in can read what is archived, and it stands in no list.
"""
