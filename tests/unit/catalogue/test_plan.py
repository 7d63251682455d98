"""The plan of a session: a new one, and changes of one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from itertools import count
from uuid import UUID

from services.catalogue.domain.plan import PlanChanges, WantedPlan, shifted
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
        town="Limoges",
    ).plan(numbers())
    first, second = plan.slots
    assert made == replace(
        plan, town="Limoges", slots=(replace(first, id=UUID(int=1)), replace(second, id=UUID(int=2)))
    )


def test_only_the_given_fields_of_a_plan_change() -> None:
    plan = a_plan()
    assert PlanChanges(place="Guéret").applied_to(plan, numbers()) == replace(plan, place="Guéret")
    assert PlanChanges(trainer_ids=()).applied_to(plan, numbers()) == replace(plan, trainer_ids=())
    assert PlanChanges().applied_to(plan, numbers()) == plan


def test_given_slots_replace_the_list_and_those_at_the_same_times_keep_their_ids() -> None:
    plan, new = a_plan(), a_slot(40, 43)
    changed = PlanChanges(slots=(wanted(plan.slots[1]), wanted(new))).applied_to(plan, numbers())
    assert changed == replace(plan, slots=(plan.slots[1], replace(new, id=UUID(int=1))))


def test_a_shifted_plan_has_new_slots_at_the_same_hours_in_paris_also_when_the_clocks_change() -> None:
    plan = a_plan()  # from Monday 2 March 2026, 13:00 UTC; summer time begins on 29 March
    later = shifted(plan, to_day=date(2026, 3, 30), new_ids=numbers())
    change = timedelta(hours=1)
    assert [(slot.id, slot.starts_at, slot.ends_at) for slot in later.slots] == [
        (UUID(int=number), slot.starts_at + timedelta(days=28) - change, slot.ends_at + timedelta(days=28) - change)
        for number, slot in enumerate(plan.slots, start=1)
    ]
    assert later.closes_at == plan.closes_at + timedelta(days=28) - change
    assert later.opens_at == plan.opens_at + timedelta(days=28)  # 21 March
    assert (later.place, later.trainer_ids) == (plan.place, plan.trainer_ids)
    assert {slot.starts_at.tzinfo for slot in later.slots} == {UTC}
