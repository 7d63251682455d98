"""A record takes each of its fields from the attribute of the same name, and none is forgotten."""

from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace

import pytest

from shared.contracts.message import Snapshot
from shared.records import field_names, from_attributes


class _Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class _Record:
    id: int
    name: str = "a default"


class _Snapshot(Snapshot):
    id: int
    colour: str
    rank: int | None = None


def test_a_dataclass_is_filled_by_the_names_of_its_fields() -> None:
    assert field_names(_Record) == ("id", "name")
    assert from_attributes(_Record, SimpleNamespace(id=1, name="Ada", more=2)) == _Record(id=1, name="Ada")


def test_a_snapshot_is_filled_with_plain_words() -> None:
    snapshot = from_attributes(_Snapshot, SimpleNamespace(id=1, colour=_Colour.RED, rank=4))
    assert snapshot == _Snapshot(id=1, colour="red", rank=4)
    assert type(snapshot.colour) is str


def test_a_value_that_is_given_replaces_the_attribute() -> None:
    assert from_attributes(_Record, SimpleNamespace(id=1, name="Ada"), name="Eve") == _Record(id=1, name="Eve")
    assert from_attributes(_Record, SimpleNamespace(id=1), name="Eve") == _Record(id=1, name="Eve")


def test_a_source_without_the_field_is_refused_although_the_field_has_a_default() -> None:
    with pytest.raises(AttributeError, match="name"):
        from_attributes(_Record, SimpleNamespace(id=1))
    with pytest.raises(AttributeError, match="rank"):
        from_attributes(_Snapshot, SimpleNamespace(id=1, colour="red"))
