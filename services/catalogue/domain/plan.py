"""The plan of a session: when and where it takes place, who trains, and when requests are accepted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.catalogue.domain.changes import with_changes
from services.catalogue.domain.paris import PARIS
from services.catalogue.domain.slots import Slot, WantedSlot, with_ids, wrong_slots
from shared.errors import WrongField


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of a session. Requests are accepted from `opens_at` until `closes_at`; `trainer_ids` are accounts.

    `place` is the one line that mails show; the other fields about the place are empty if they are not known.
    `access`: how people with a disability get there. `distance`: people take part from where they are, by the `link`.
    """

    place: str
    opens_at: datetime
    closes_at: datetime
    slots: tuple[Slot, ...]
    trainer_ids: tuple[UUID, ...]
    town: str = ""
    address: str = ""
    access: str = ""
    distance: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPlan:
    """The plan of a new session as staff send it: its slots have no ids yet."""

    place: str
    opens_at: datetime
    closes_at: datetime
    slots: tuple[WantedSlot, ...]
    trainer_ids: tuple[UUID, ...]
    town: str = ""
    address: str = ""
    access: str = ""
    distance: bool = False
    link: str = ""

    def plan(self, new_ids: Iterator[UUID]) -> Plan:
        """The plan with an id for each slot."""
        return Plan(
            place=self.place,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            slots=with_ids(self.slots, (), new_ids),
            trainer_ids=self.trainer_ids,
            town=self.town,
            address=self.address,
            access=self.access,
            distance=self.distance,
            link=self.link,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanges:
    """The fields of a plan to change; None leaves a field as it is. `slots` replaces the whole list."""

    place: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    slots: tuple[WantedSlot, ...] | None = None
    trainer_ids: tuple[UUID, ...] | None = None
    town: str | None = None
    address: str | None = None
    access: str | None = None
    distance: bool | None = None
    link: str | None = None

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


def shifted(plan: Plan, *, to_day: date, new_ids: Iterator[UUID]) -> Plan:
    """The plan with new slots, from another first day on: every time so many days later, at the same hour in Paris."""
    days = (to_day - plan.slots[0].starts_at.astimezone(PARIS).date()).days

    def later(moment: datetime) -> datetime:
        local = moment.astimezone(PARIS)
        return datetime.combine(local.date() + timedelta(days=days), local.timetz()).astimezone(UTC)

    return replace(
        plan,
        opens_at=later(plan.opens_at),
        closes_at=later(plan.closes_at),
        slots=tuple(
            Slot(id=next(new_ids), starts_at=later(slot.starts_at), ends_at=later(slot.ends_at)) for slot in plan.slots
        ),
    )
