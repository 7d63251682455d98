"""Slots keep their ids, because presences refer to them."""

from collections.abc import Iterator
from itertools import count
from uuid import UUID, uuid4

import pytest

from services.catalogue.domain.slots import Slot, WantedSlot, with_ids
from shared.errors import WrongFields
from tests.unit.catalogue.examples import a_slot

MORNING, AFTERNOON, EVENING = a_slot(-4, -1), a_slot(1, 4), a_slot(6, 8)


def numbers() -> Iterator[UUID]:
    return (UUID(int=number) for number in count(1))


def wanted(slot: Slot, slot_id: UUID | None = None) -> WantedSlot:
    return WantedSlot(id=slot_id, starts_at=slot.starts_at, ends_at=slot.ends_at)


def ids(slots: list[WantedSlot]) -> list[UUID]:
    result = with_ids(slots, [MORNING, AFTERNOON], numbers())
    assert [(slot.starts_at, slot.ends_at) for slot in result] == [(slot.starts_at, slot.ends_at) for slot in slots]
    return [slot.id for slot in result]


def test_new_slots_get_new_ids_in_order() -> None:
    assert ids([wanted(a_slot(-9, -8)), wanted(EVENING)]) == [UUID(int=1), UUID(int=2)]


def test_a_slot_that_is_named_by_its_id_keeps_it_at_other_times() -> None:
    assert ids([wanted(EVENING, MORNING.id)]) == [MORNING.id]


def test_a_slot_without_id_at_the_times_of_a_current_slot_gets_its_id() -> None:
    assert ids([wanted(MORNING), wanted(EVENING)]) == [MORNING.id, UUID(int=1)]


def test_an_id_that_is_named_is_not_given_to_another_slot_at_its_old_times() -> None:
    assert ids([wanted(MORNING), wanted(EVENING, MORNING.id)]) == [UUID(int=1), MORNING.id]


def test_ids_of_another_session_and_ids_named_twice_are_refused_by_their_path() -> None:
    with pytest.raises(WrongFields) as refused:
        ids([wanted(MORNING, uuid4()), wanted(AFTERNOON, MORNING.id), wanted(EVENING, MORNING.id)])
    assert [field for field, _ in refused.value.errors] == ["slots.0.id", "slots.2.id"]
    assert str(refused.value).startswith("slots.0.id: Ce créneau n'est pas de cette session.; slots.2.id: ")
