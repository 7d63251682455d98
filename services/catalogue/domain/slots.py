"""The slots of a session: in order of time, without overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from shared.errors import WrongField, refuse

MOST_SLOTS: Final = 60
LONGEST_SLOT: Final = timedelta(hours=12)
TOO_LONG: Final = "Un créneau dure au plus 12 heures : faites-en plusieurs."


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One block of presence, usually half a day. Its id stays when the slot moves, because presences refer to it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def times(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSlot:
    """A slot as staff send it: `id` is that of a slot of the session, None for a new slot."""

    id: UUID | None = None
    starts_at: datetime
    ends_at: datetime

    @property
    def times(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at


def wrong_slots(slots: Sequence[Slot]) -> list[WrongField]:
    """The errors in the slots of one session: there must be at least one, in order and without overlap."""
    errors = [] if slots else [("slots", "Indiquez au moins un créneau.")]
    errors += [
        (f"slots.{index}.ends_at", "La fin du créneau doit suivre son début.")
        for index, slot in enumerate(slots)
        if slot.ends_at <= slot.starts_at
    ]
    errors += [
        (f"slots.{index}.ends_at", TOO_LONG)
        for index, slot in enumerate(slots)
        if slot.ends_at - slot.starts_at > LONGEST_SLOT
    ]
    errors += [
        (
            f"slots.{index}.starts_at",
            "Ce créneau commence avant la fin du précédent : les créneaux se suivent sans se chevaucher.",
        )
        for index, (previous, slot) in enumerate(pairwise(slots), start=1)
        if slot.starts_at < previous.ends_at
    ]
    return errors


def with_ids(wanted: Sequence[WantedSlot], current: Sequence[Slot], new_ids: Iterator[UUID]) -> tuple[Slot, ...]:
    """Give every slot its id: the one it names, else that of a current slot at the same times, else a new one.

    Raises WrongFields for an id that is not one of the session's, or that is named twice.
    """
    refuse(_wrong_ids(wanted, {slot.id for slot in current}))
    named = {slot.id for slot in wanted if slot.id is not None}
    unnamed = {slot.times: slot.id for slot in current if slot.id not in named}
    return tuple(
        Slot(
            id=slot.id or unnamed.pop(slot.times, None) or next(new_ids), starts_at=slot.starts_at, ends_at=slot.ends_at
        )
        for slot in wanted
    )


def _wrong_ids(wanted: Sequence[WantedSlot], current: set[UUID]) -> list[WrongField]:
    errors: list[WrongField] = []
    named: set[UUID] = set()
    for index, slot in enumerate(wanted):
        if slot.id is None:
            continue
        if slot.id not in current:
            errors.append((f"slots.{index}.id", "Ce créneau n'est pas de cette session."))
        elif slot.id in named:
            errors.append((f"slots.{index}.id", "Ce créneau est indiqué deux fois."))
        named.add(slot.id)
    return errors
