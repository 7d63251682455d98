"""Who may see or do what with a request or a session, as conditions of SQL: loading is the access check."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from services.enrollment.storage.people import Actor

Role = Literal["beneficiary", "employer", "trainer", "reader", "staff"]

MAY_ACT: Final[Mapping[Role, str]] = {
    "beneficiary": "e.account_id = :me",
    "employer": "(e.structure_id = ANY(:structures) OR :staff)",
    "trainer": "(:me = ANY(s.trainer_ids) OR :staff)",
    "reader": "(e.account_id = :me OR e.structure_id = ANY(:structures) OR :me = ANY(s.trainer_ids) OR :staff)",
    "staff": ":staff",
}
"""Conditions on a request `e` and its session `s`; staff may act for employers and trainers, and say why."""


def who(actor: Actor, role: Role) -> dict[str, Any]:
    """The values that the condition of the role asks for."""
    values: dict[str, Any] = {"me": actor.account_id, "structures": list(actor.employer_of), "staff": actor.is_staff}
    return {name: value for name, value in values.items() if f":{name}" in MAY_ACT[role]}
