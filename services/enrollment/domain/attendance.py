"""Attendance: who was there, slot by slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a person was there during one slot."""

    slot_id: UUID
    present: bool


@dataclass(frozen=True, slots=True)
class Attendance:
    """The presences of one person in one session, in the order of its slots."""

    presences: tuple[Presence, ...]

    @property
    def attended(self) -> bool:
        """The person was there at least once."""
        return any(presence.present for presence in self.presences)


@dataclass(frozen=True, slots=True)
class Slot:
    """One block of presence of a session, in the zone in which its day is read."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class TooEarly(Exception):
    """Presences are recorded from the slot's day on, and closed when the last slot has begun."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot)
        self.slot = slot

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"C'est trop tôt : le créneau commence le {self.slot.starts_at:%d/%m/%Y} à {self.slot.starts_at:%H} h {self.slot.starts_at:%M}."


class AttendanceClosed(Exception):
    """The attendance of this session was closed: nothing changes any more. `at` is in the zone it is read in."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"L'émargement de cette session a été clos le {self.at:%d/%m/%Y} à {self.at:%H} h {self.at:%M} : il ne change plus."


class SlotsWithoutPresence(Exception):
    """The attendance cannot be closed: nobody said who was there during these slots."""

    def __init__(self, slot_ids: tuple[UUID, ...]) -> None:
        super().__init__(slot_ids)
        self.slot_ids = slot_ids

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"La présence reste à saisir pour {len(self.slot_ids)} créneau(x)."


def attendance_of(slots: Sequence[UUID], present: Mapping[UUID, bool]) -> Attendance:
    """The attendance of one person, from what was said of each slot; raises SlotsWithoutPresence where nothing was said.

    What was said of a slot that the session no longer has does not count.
    """
    missing = tuple(slot for slot in slots if slot not in present)
    if missing:
        raise SlotsWithoutPresence(missing)
    return Attendance(tuple(Presence(slot, present[slot]) for slot in slots))


def recordable(slot: Slot, *, now: datetime) -> None:
    """Presences of a slot are recorded from its day on; raises TooEarly. `now` is in the slot's zone."""
    if now.date() < slot.starts_at.date():
        raise TooEarly(slot)


def closable(slots: Sequence[Slot], *, now: datetime) -> None:
    """The attendance is closed when every slot has begun; raises TooEarly with the first that has not."""
    for slot in slots:
        if now < slot.starts_at:
            raise TooEarly(slot)
