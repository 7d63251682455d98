"""The plan of a session: when and where it takes place, who trains, and when requests are accepted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.catalogue.domain.changes import with_changes
from services.catalogue.domain.slots import Slot, WantedSlot, with_ids, wrong_slots
from shared.errors import WrongField


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of a session. Requests are accepted from `opens_at` until `closes_at`; `trainer_ids` are accounts."""

    place: str
    opens_at: datetime
    closes_at: datetime
    slots: tuple[Slot, ...]
    trainer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPlan:
    """The plan of a new session as staff send it: its slots have no ids yet."""

    place: str
    opens_at: datetime
    closes_at: datetime
    slots: tuple[WantedSlot, ...]
    trainer_ids: tuple[UUID, ...]

    def plan(self, new_ids: Iterator[UUID]) -> Plan:
        """The plan with an id for each slot."""
        return Plan(
            place=self.place,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            slots=with_ids(self.slots, (), new_ids),
            trainer_ids=self.trainer_ids,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanges:
    """The fields of a plan to change; None leaves a field as it is. `slots` replaces the whole list."""

    place: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    slots: tuple[WantedSlot, ...] | None = None
    trainer_ids: tuple[UUID, ...] | None = None

    def applied_to(self, plan: Plan, new_ids: Iterator[UUID]) -> Plan:
        """The changed plan; slots that stay keep their ids (see `with_ids`)."""
        slots = plan.slots if self.slots is None else with_ids(self.slots, plan.slots, new_ids)
        return replace(with_changes(plan, replace(self, slots=None)), slots=slots)


def wrong_plan(plan: Plan) -> list[WrongField]:
    """The errors in a plan. A plan may lie in the past: staff may enter past sessions afterwards."""
    errors = wrong_slots(plan.slots)
    if plan.closes_at <= plan.opens_at:
        errors.append(("closes_at", "La clôture des demandes doit suivre leur ouverture."))
    if plan.slots and plan.closes_at > plan.slots[0].starts_at:
        errors.append(("closes_at", "Les demandes doivent être closes au plus tard au début du premier créneau."))
    if len(set(plan.trainer_ids)) < len(plan.trainer_ids):
        errors.append(("trainer_ids", "Un formateur ne peut être indiqué qu'une fois."))
    return errors
