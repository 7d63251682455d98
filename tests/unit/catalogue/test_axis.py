"""Axes change, and know when they did."""

from dataclasses import replace
from uuid import uuid4

from services.catalogue.domain.axis import Axis, change

AXIS = Axis(uuid4(), 1, "Accompagner", "Accueillir.", 0)


def test_a_changed_axis_has_the_next_version() -> None:
    assert change(AXIS, {"name": "Orienter"}) == replace(AXIS, name="Orienter", version=2)


def test_what_is_so_already_is_no_change() -> None:
    assert change(AXIS, {"name": "Accompagner"}) is None
    assert change(AXIS, {}) is None
