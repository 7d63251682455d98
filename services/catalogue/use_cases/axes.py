"""Staff name the themes of the catalogue."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.catalogue.domain.axis import Axis, change
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from shared.errors import WrongFields, check_version


async def add_axis(
    tx: Transaction, name: str, description: str, position: int | None, *, actor: Actor, now: datetime
) -> Axis:
    """Add a theme, as the last one unless told; WrongFields for a name that is taken."""
    await tx.axes.lock_names()
    place = await tx.axes.last_position() + 1 if position is None else position
    axis = Axis(uuid4(), 1, name, description, place)
    await _require_own_name(tx, axis)
    await tx.axes.add(axis)
    await tx.history.add(axis.id, axis.version, "AxisAdded", by=actor.account_id, at=now)
    return axis


async def change_axis(
    tx: Transaction, axis_id: UUID, changes: Mapping[str, Any], *, expected: int, actor: Actor, now: datetime
) -> Axis:
    """Rename, describe or move a theme; WrongFields for a name that is taken. Nobody outside keeps names of themes."""
    await tx.axes.lock_names()
    axis = await tx.axes.to_change(axis_id, actor)
    check_version(expected, axis.version)
    changed = change(axis, changes)
    if changed is None:
        return axis
    await _require_own_name(tx, changed)
    await tx.axes.save(changed)
    await tx.history.add(axis.id, changed.version, "AxisChanged", by=actor.account_id, at=now)
    return changed


async def _require_own_name(tx: Transaction, axis: Axis) -> None:
    if await tx.axes.is_named(axis.name, but=axis.id):
        raise WrongFields([("name", "Un axe porte déjà ce nom.")])
