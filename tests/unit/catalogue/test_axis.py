"""Changes of an axis."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.catalogue.domain.axis import Axis, AxisChanged, AxisChanges, AxisIsUsed, AxisRemoved, change, remove

AXIS = Axis(id=uuid4(), version=1, name="Accompagner", description="Accueillir.", position=3)


def test_only_the_given_fields_change_and_the_version_grows() -> None:
    assert change(AXIS, AxisChanges(name="Orienter")) == AxisChanged(
        replace(AXIS, name="Orienter", version=2), renamed=True
    )


def test_a_field_can_become_zero() -> None:
    assert change(AXIS, AxisChanges(position=0)) == AxisChanged(replace(AXIS, position=0, version=2), renamed=False)


@pytest.mark.parametrize("changes", [AxisChanges(), AxisChanges(name="Accompagner", position=3)])
def test_equal_values_are_no_change(changes: AxisChanges) -> None:
    assert change(AXIS, changes) is None


def test_an_axis_without_trainings_can_be_removed() -> None:
    assert remove(AXIS, trainings=0) == AxisRemoved(replace(AXIS, version=2))


@pytest.mark.parametrize(("trainings", "words"), [(1, "1 formation "), (2, "2 formations ")])
def test_an_axis_with_trainings_cannot_be_removed(trainings: int, words: str) -> None:
    with pytest.raises(AxisIsUsed) as refused:
        remove(AXIS, trainings=trainings)
    assert words in refused.value.sentence
