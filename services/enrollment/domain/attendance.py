"""Attendance: who was there, slot by slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
