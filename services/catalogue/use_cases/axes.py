"""Staff add and change axes."""

from datetime import datetime
from uuid import UUID, uuid4

from services.catalogue.domain.axis import Axis, AxisAdded, AxisChanges, change
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.record import record_axis
from shared.errors import WrongFields, check_version


async def add_axis(
    tx: Transaction, *, name: str, description: str, position: int | None, actor: Actor, now: datetime
) -> Axis:
    """Add an axis, by default after the others. Raises WrongFields if the name is taken."""
    await tx.axes.lock_names()
    if position is None:
        position = await tx.axes.last_position() + 1
    axis = Axis(id=uuid4(), version=1, name=name, description=description, position=position)
    await _require_free_name(tx, axis)
    return await record_axis(tx, AxisAdded(axis), actor=actor, now=now)


async def change_axis(
    tx: Transaction, axis_id: UUID, changes: AxisChanges, *, expected: int, actor: Actor, now: datetime
) -> Axis:
    """Rename, describe or move an axis. Raises WrongFields if the name is taken."""
    await tx.axes.lock_names()
    axis = await tx.axes.to_change(axis_id, actor)
    check_version(expected, axis.version)
    fact = change(axis, changes)
    if fact is None:
        return axis
    await _require_free_name(tx, fact.axis)
    return await record_axis(tx, fact, actor=actor, now=now)


async def _require_free_name(tx: Transaction, axis: Axis) -> None:
    if await tx.axes.name_is_taken(axis.name, by_other_than=axis.id):
        raise WrongFields([("name", "Un axe porte déjà ce nom.")])
