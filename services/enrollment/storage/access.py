"""The acting person, and SQL conditions for what each role may see and do: loading is the access check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, bindparam, exists, false, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from services.enrollment.storage.conditions import word
from services.enrollment.storage.tables import accounts, attachments, enrollments, sessions
from shared.compiled import Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting person with the rights that they have in our copies: a right ends as soon as its event has arrived."""

    account_id: UUID
    is_staff: bool
    employer_of: frozenset[UUID]
    beneficiary_of: frozenset[UUID]
    referent_of: frozenset[UUID]


Role = Literal["beneficiary", "employer", "trainer", "party", "reader", "staff"]
DECIDING: Final[Sequence[Role]] = ("beneficiary", "employer", "trainer", "party", "staff")
"""The roles in which a person acts on a request. A reader can only see it. A party is the person, an employer or a
trainer: for moves that several of them can make.
"""

_ACTOR: Final = bindparam("actor", type_=Uuid())
_IS_BENEFICIARY: Final = enrollments.c.account_id == _ACTOR
_IS_EMPLOYER: Final = enrollments.c.structure_id == any_(bindparam("employer_of", type_=ARRAY(Uuid())))
_IS_REFERENT: Final = enrollments.c.structure_id == any_(bindparam("referent_of", type_=ARRAY(Uuid())))
_IS_TRAINER: Final = any_(sessions.c.trainer_ids) == _ACTOR
_OF_PEOPLE: Final[Mapping[Role, ColumnElement[bool]]] = {
    "beneficiary": _IS_BENEFICIARY,
    "employer": _IS_EMPLOYER,
    "trainer": _IS_TRAINER,
    "party": or_(_IS_BENEFICIARY, _IS_EMPLOYER, _IS_TRAINER),
    "reader": or_(_IS_BENEFICIARY, _IS_EMPLOYER, _IS_REFERENT, _IS_TRAINER),
    "staff": false(),
}
"""Conditions on a request and its session. The condition for trainers needs only the session."""

_waiting = enrollments.alias("waiting")


def waits_in_the_queue(actor: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether a person is in the queue of the session of a request."""
    return (
        exists()
        .where(
            _waiting.c.training_id == enrollments.c.training_id,
            _waiting.c.session_id == enrollments.c.session_id,
            _waiting.c.seat == word("queued"),
            _waiting.c.account_id == actor,
        )
        .correlate(enrollments)
    )


ACTING: Final = (
    select(
        accounts.c.is_staff,
        accounts.c.first_name,
        accounts.c.last_name,
        exists()
        .where(
            attachments.c.account_id == _ACTOR,
            attachments.c.structure_id == enrollments.c.structure_id,
            attachments.c.state == word("active"),
            word("employer") == any_(attachments.c.statuses),
        )
        .correlate(enrollments)
        .label("is_employer"),
        waits_in_the_queue(_ACTOR).label("waits"),
    )
    .where(accounts.c.id == _ACTOR, ~accounts.c.disabled, ~accounts.c.erased)
    .correlate(enrollments)
    .lateral("acting")
)
"""The rights that the acting person has in the snapshot of the statement, about the request that it loads. No row if
the account is disabled or erased.
"""
_NOW: Final[Mapping[Role, ColumnElement[bool]]] = {
    "beneficiary": _IS_BENEFICIARY,
    "employer": or_(ACTING.c.is_staff, ACTING.c.is_employer),
    "trainer": or_(ACTING.c.is_staff, _IS_TRAINER),
    "party": or_(ACTING.c.is_staff, _IS_BENEFICIARY, ACTING.c.is_employer, _IS_TRAINER),
    "staff": ACTING.c.is_staff,
}


def may_act_now(role: Role) -> ColumnElement[bool]:
    """The condition for a statement that joins ACTING and runs after the lock on what the person decides."""
    return _NOW[role]


Statements = Mapping[tuple[Role, bool], Compiled]


def for_each_role(
    make: Callable[[ColumnElement[bool]], Compiled], *, roles: Sequence[Role] = get_args(Role)
) -> Statements:
    """One statement for each role, without and with staff rights. Staff may also act for employers and trainers."""
    of_staff = {role: condition if role == "beneficiary" else true() for role, condition in _OF_PEOPLE.items()}
    return {
        (role, is_staff): make((of_staff if is_staff else _OF_PEOPLE)[role])
        for role in roles
        for is_staff in (False, True)
    }


def as_parameters(actor: Actor) -> dict[str, Any]:
    """The parameters of the access conditions."""
    return {
        "actor": actor.account_id,
        "employer_of": list(actor.employer_of),
        "referent_of": list(actor.referent_of),
    }
