"""The blocks of presence of a session: in order of time, none over another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from shared.errors import WrongField, refuse


@dataclass(frozen=True, slots=True)
class Slot:
    """One block of presence, usually half a day. The id stays when the slot moves: presences are recorded under it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def times(self) -> tuple[datetime, datetime]:
        """When it is."""
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class WantedSlot:
    """A slot as it is asked for; `id` names one that the session has, None is a new one."""

    starts_at: datetime
    ends_at: datetime
    id: UUID | None = None

    @property
    def times(self) -> tuple[datetime, datetime]:
        """When it is to be."""
        return self.starts_at, self.ends_at


def wrong_slots(slots: Sequence[Slot]) -> list[WrongField]:
    """What is wrong with the slots of one session; nothing when they are at least one, in order and apart."""
    found = [] if slots else [("slots", "Indiquez au moins un créneau.")]
    found += [
        (f"slots.{place}.ends_at", "La fin du créneau doit suivre son début.")
        for place, slot in enumerate(slots)
        if slot.ends_at <= slot.starts_at
    ]
    found += [
        (
            f"slots.{place}.starts_at",
            "Ce créneau commence avant la fin du précédent : les créneaux se suivent sans se chevaucher.",
        )
        for place, (before, slot) in enumerate(pairwise(slots), start=1)
        if slot.starts_at < before.ends_at
    ]
    return found


def identified(wanted: Sequence[WantedSlot], known: Sequence[Slot], fresh: Iterator[UUID]) -> tuple[Slot, ...]:
    """Give every slot its id: the one it names, that of a known slot at the same times, or a fresh one.

    Raises WrongFields for an id that is not the session's, or that is named twice.
    """
    named = [slot.id for slot in wanted if slot.id is not None]
    refuse(_wrong_ids(wanted, {slot.id for slot in known}))
    by_times = {slot.times: slot.id for slot in known if slot.id not in named}
    return tuple(
        Slot(slot.id or by_times.pop(slot.times, None) or next(fresh), slot.starts_at, slot.ends_at) for slot in wanted
    )


def _wrong_ids(wanted: Sequence[WantedSlot], known: set[UUID]) -> list[WrongField]:
    found: list[WrongField] = []
    seen: set[UUID] = set()
    for place, slot in enumerate(wanted):
        if slot.id is None:
            continue
        if slot.id not in known:
            found.append((f"slots.{place}.id", "Ce créneau n'est pas de cette session."))
        elif slot.id in seen:
            found.append((f"slots.{place}.id", "Ce créneau est indiqué deux fois."))
        seen.add(slot.id)
    return found
