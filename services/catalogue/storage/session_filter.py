"""Which sessions a list shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, any_, bindparam, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from services.catalogue.storage.access import LISTED_SESSIONS, Role
from services.catalogue.storage.tables import occupancy, sessions, trainings

HELD: Final = func.coalesce(occupancy.c.held, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions: their first slot starts in `[since, until)`; None for no limit, or for any state.

    Each of the `words` must be in the text of the training, each of the `place_words` in the place, ignoring accents
    and case. `open_at`: only those that accept requests at this time. `trained_by`: only those of this trainer.
    """

    since: datetime | None = None
    until: datetime | None = None
    state: Literal["scheduled", "cancelled"] | None = "scheduled"
    words: Sequence[str] = ()
    place_words: Sequence[str] = ()
    axis_id: UUID | None = None
    training_id: UUID | None = None
    town: str | None = None
    distance: bool | None = None
    kind: Literal["training", "other_action"] | None = None
    members_only: bool | None = None
    free: bool = False
    open_at: datetime | None = None
    trained_by: UUID | None = None
    without_trainer: bool = False
    overbooked: bool = False

    def given(self) -> dict[str, Any]:
        """The parameters that this filter sets, by the name of their condition. A condition may need no parameter."""
        values: dict[str, Any] = {
            "since": self.since,
            "until": self.until,
            "state": self.state,
            "axis_id": self.axis_id,
            "training_id": self.training_id,
            "town": self.town,
            "distance": self.distance,
            "kind": self.kind,
            "members_only": self.members_only,
            "free": self.free or None,
            "open_at": self.open_at,
            "trainers": None if self.trained_by is None else [self.trained_by],
            "without_trainer": self.without_trainer or None,
            "overbooked": self.overbooked or None,
            **{f"word_{index}": word for index, word in enumerate(self.words)},
            **{f"place_word_{index}": word for index, word in enumerate(self.place_words)},
        }
        return {name: value for name, value in values.items() if value is not None}


_theirs = sessions.alias("theirs")
_OF_TRAINER: Final = select(_theirs.c.id).where(
    _theirs.c.trainer_ids.contains(bindparam("trainers", type_=ARRAY(Uuid)))
)
_CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "since": sessions.c.starts_at >= bindparam("since"),
    "until": sessions.c.starts_at < bindparam("until"),
    "state": sessions.c.state == bindparam("state"),
    "axis_id": trainings.c.axis_id == bindparam("axis_id"),
    "training_id": sessions.c.training_id == bindparam("training_id"),
    "town": func.plain(sessions.c.town) == func.plain(bindparam("town", type_=Text)),
    "distance": sessions.c.distance == bindparam("distance"),
    "kind": trainings.c.kind == bindparam("kind"),
    "members_only": trainings.c.members_only == bindparam("members_only"),
    "free": sessions.c.capacity > HELD,
    "open_at": (
        (sessions.c.opens_at <= bindparam("open_at", type_=sessions.c.opens_at.type))
        & (sessions.c.closes_at > bindparam("open_at", type_=sessions.c.opens_at.type))
        & (trainings.c.state == "published")
    ),
    # the ids first: in a plan for any trainer, PostgreSQL takes each to have many sessions, and reads all in order
    "trainers": sessions.c.id == any_(func.array(_OF_TRAINER.scalar_subquery(), type_=ARRAY(Uuid))),
    "without_trainer": func.cardinality(sessions.c.trainer_ids) == literal_column("0"),
    "overbooked": sessions.c.capacity < HELD,
}
FACETS: Final = ("axis_id", "town", "kind", "members_only", "free")
"""The conditions that people choose from counts; each count leaves its own condition out."""
OF_OCCUPANCY: Final = frozenset({"free", "overbooked"})
"""The conditions that need a join with the occupancy."""


def condition(name: str) -> ColumnElement[bool]:
    """The condition of a parameter of `SessionFilter.given`, except for words: see `session_words`."""
    if name.startswith("place_word_"):
        return sessions.c.searched_place.like(func.anywhere(bindparam(name, type_=Text)))
    return _CONDITIONS[name]


_ORDER: Final = (sessions.c.starts_at, sessions.c.id)
_KEY: Final = tuple_(bindparam("after_time", type_=sessions.c.starts_at.type), bindparam("after_id", type_=Uuid))


def order(*, newest_first: bool) -> Sequence[ColumnElement[Any]]:
    """The order of a list of sessions."""
    return tuple(key.desc() for key in _ORDER) if newest_first else _ORDER


def listed(
    role: Role, names: Iterable[str], *, is_first: bool = True, newest_first: bool = False
) -> list[ColumnElement[bool]]:
    """The conditions of a list; if it does not begin with the first session, it begins after `after_time, after_id`."""
    conditions = [LISTED_SESSIONS[role], *(condition(name) for name in sorted(names))]
    if not is_first:
        conditions.append(tuple_(*_ORDER) < _KEY if newest_first else tuple_(*_ORDER) > _KEY)
    return conditions
