"""The filters of the lists of requests, as conditions and as parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Uuid, any_, bindparam, false, or_
from sqlalchemy.dialects.postgresql import ARRAY

from services.enrollment.domain.states import OPEN, Approval, Seat
from services.enrollment.storage.conditions import seat_is, word
from services.enrollment.storage.search import words_as_parameters, words_of
from services.enrollment.storage.tables import enrollments

Group = Literal["requested", "followed", "refused", "cancelled"]
GROUPS: Final[dict[Group, frozenset[str]]] = {
    "requested": frozenset(OPEN),
    "followed": frozenset({"validated"}),
    "refused": frozenset({"refused", "declined", "expired"}),
    "cancelled": frozenset({"withdrawn", "cancelled", "abandoned", "validated"}),
}
"""The approvals of each group. A validated request is followed if its person attended, cancelled if they were absent:
nothing waits for it any more, and nobody refused it. Before, it is requested.
"""
_OUTCOMES: Final[dict[str, ColumnElement[bool]]] = {
    "requested": enrollments.c.attended.is_(None),
    "followed": enrollments.c.attended.is_(True),
    "cancelled": or_(enrollments.c.attended.is_(False), enrollments.c.approval != word("validated")),
    "absent": enrollments.c.attended.is_(False),
    "open": enrollments.c.attended.is_(None),
}

_COLUMNS: Final = ("account_id", "structure_id", "training_id", "session_id")
_OTHERS: Final = ("ids", "requested_from", "requested_to", "session_from", "session_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of a list of requests; None or an empty one means no filter."""

    ids: Sequence[UUID] | None = None
    session_id: UUID | None = None
    training_id: UUID | None = None
    structure_id: UUID | None = None
    account_id: UUID | None = None
    approvals: Sequence[Approval] = ()
    group: Group | None = None
    seat: Seat | None = None
    late: bool | None = None
    requested_from: datetime | None = None
    requested_to: datetime | None = None
    session_from: datetime | None = None
    session_to: datetime | None = None
    words: str = ""

    def parameters(self) -> dict[str, Any]:
        """The parameters of the conditions, and more."""
        plain = {f"only_{field.name}": getattr(self, field.name) for field in fields(self)}
        return {**plain, **words_as_parameters(words_of(self.words))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of the filters decides the text of the statement; the rest are parameters."""

    given: frozenset[str]
    approvals: tuple[str, ...] | None
    outcome: str | None
    seat: Seat | None
    late: bool | None
    words: int

    @classmethod
    def of(cls, filters: Filters) -> "Shape":
        chosen = {approval.value for approval in filters.approvals}
        if filters.group is not None:
            of_group = GROUPS[filters.group] & {approval.value for approval in Approval}
            chosen = chosen & of_group if filters.approvals else set(of_group)
        narrowed = bool(filters.approvals) or filters.group is not None
        return cls(
            given=frozenset(
                field.name
                for field in fields(filters)
                if getattr(filters, field.name) is not None and field.name in {*_COLUMNS, *_OTHERS}
            ),
            approvals=tuple(sorted(chosen)) if narrowed else None,
            outcome=filters.group if filters.group in _OUTCOMES else None,
            seat=filters.seat,
            late=filters.late,
            words=len(words_of(filters.words)),
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """All conditions except those on approvals, if there are several, and on words: see `listings`."""
        return [
            *(
                enrollments.c[name] == bindparam(f"only_{name}", type_=Uuid())
                for name in sorted(self.given & {*_COLUMNS})
            ),
            *self._ids(),
            *self._times(),
            *([] if self.seat is None else [seat_is(self.seat)]),
            *([] if self.late is None else [enrollments.c.late if self.late else ~enrollments.c.late]),
            *([] if self.outcome is None else [_OUTCOMES[self.outcome]]),
            *self._one_approval(),
        ]

    def _one_approval(self) -> list[ColumnElement[bool]]:
        if self.approvals is None or len(self.approvals) > 1:
            return []
        return [enrollments.c.approval == word(self.approvals[0]) if self.approvals else false()]

    def _ids(self) -> list[ColumnElement[bool]]:
        wanted = bindparam("only_ids", type_=ARRAY(Uuid()))
        return [enrollments.c.id == any_(wanted)] if "ids" in self.given else []

    def _times(self) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if "requested_from" in self.given:
            conditions.append(enrollments.c.requested_at >= _time("only_requested_from"))
        if "requested_to" in self.given:
            conditions.append(enrollments.c.requested_at < _time("only_requested_to"))
        return conditions + self.of_start(enrollments.c.session_starts_at)

    def of_start(self, starts_at: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The conditions on the start of the session."""
        return [
            *([starts_at >= _time("only_session_from")] if "session_from" in self.given else []),
            *([starts_at < _time("only_session_to")] if "session_to" in self.given else []),
        ]


def _time(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=DateTime(timezone=True))
