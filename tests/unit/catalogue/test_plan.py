"""The plan of a session: a new one, and changes of one."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from uuid import UUID

from services.catalogue.domain.plan import PlanChanges, WantedPlan
from services.catalogue.domain.slots import Slot, WantedSlot
from tests.unit.catalogue.examples import a_plan, a_slot


def numbers() -> Iterator[UUID]:
    return (UUID(int=number) for number in count(1))


def wanted(slot: Slot) -> WantedSlot:
    return WantedSlot(starts_at=slot.starts_at, ends_at=slot.ends_at)


def test_a_new_plan_has_what_was_wanted_and_an_id_for_each_slot() -> None:
    plan = a_plan()
    made = WantedPlan(
        place=plan.place,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        slots=tuple(wanted(slot) for slot in plan.slots),
        trainer_ids=plan.trainer_ids,
    ).plan(numbers())
    first, second = plan.slots
    assert made == replace(plan, slots=(replace(first, id=UUID(int=1)), replace(second, id=UUID(int=2))))


def test_only_the_given_fields_of_a_plan_change() -> None:
    plan = a_plan()
    assert PlanChanges(place="Guéret").applied_to(plan, numbers()) == replace(plan, place="Guéret")
    assert PlanChanges(trainer_ids=()).applied_to(plan, numbers()) == replace(plan, trainer_ids=())
    assert PlanChanges().applied_to(plan, numbers()) == plan


def test_given_slots_replace_the_list_and_those_at_the_same_times_keep_their_ids() -> None:
    plan, new = a_plan(), a_slot(40, 43)
    changed = PlanChanges(slots=(wanted(plan.slots[1]), wanted(new))).applied_to(plan, numbers())
    assert changed == replace(plan, slots=(plan.slots[1], replace(new, id=UUID(int=1))))
