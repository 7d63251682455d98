"""Staff add, change and remove axes."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from services.catalogue.domain.axis import Axis, AxisAdded, AxisChanges, change, remove
from services.catalogue.domain.training import rename_axis
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.record import record_axis, record_training
from shared.errors import WrongFields, check_version

MOST_TRAININGS: Final = 500
"""An axis with more published trainings cannot be renamed, because each gets a new version in the same transaction."""


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
    """Rename, describe or move an axis. Raises WrongFields if the name is taken.

    If the name changes, each published training of the axis is announced again, because snapshots carry the name.
    """
    await tx.axes.lock_names()
    axis = await tx.axes.to_change(axis_id, actor)
    check_version(expected, axis.version)
    fact = change(axis, changes)
    if fact is None:
        return axis
    await _require_free_name(tx, fact.axis)
    await record_axis(tx, fact, actor=actor, now=now)
    if fact.renamed:
        await _announce_trainings(tx, axis_id, actor=actor, now=now)
    return fact.axis


async def remove_axis(tx: Transaction, axis_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove an axis without trainings. Raises AxisIsUsed."""
    await tx.axes.lock_names()
    axis = await tx.axes.to_remove(axis_id, actor)
    fact = remove(axis, trainings=await tx.axes.trainings_of(axis_id))
    await record_axis(tx, fact, actor=actor, now=now)


async def _announce_trainings(tx: Transaction, axis_id: UUID, *, actor: Actor, now: datetime) -> None:
    trainings = await tx.trainings.published_of_axis(axis_id, actor, most=MOST_TRAININGS + 1)
    if len(trainings) > MOST_TRAININGS:
        sentence = f"Cet axe contient plus de {MOST_TRAININGS} formations : il ne peut pas être renommé."
        raise WrongFields([("name", sentence)])
    for training in trainings:
        await record_training(tx, rename_axis(training), actor=actor, now=now)


async def _require_free_name(tx: Transaction, axis: Axis) -> None:
    if await tx.axes.name_is_taken(axis.name, by_other_than=axis.id):
        raise WrongFields([("name", "Un axe porte déjà ce nom.")])
