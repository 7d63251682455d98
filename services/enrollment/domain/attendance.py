"""The attendance of people in a session, recorded for each slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.paris import PARIS, moment
from shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a person was present during one slot."""

    slot_id: UUID
    present: bool


@dataclass(frozen=True, slots=True)
class Attendance:
    """The presences of one person in one session, in the order of the slots."""

    presences: tuple[Presence, ...]

    @property
    def attended(self) -> bool:
        """Whether the person was present in at least one slot."""
        return any(presence.present for presence in self.presences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One block of a session, usually half a day; presence is recorded for each one."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class TooEarly(Refused):
    """It is too early to record the presences of the slot, or to close the attendance."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot)
        self.slot = slot

    @property
    def sentence(self) -> str:
        return f"C'est trop tôt : le créneau commence le {moment(self.slot.starts_at)}."


class AttendanceClosed(Refused):
    """The attendance of this session is closed and cannot change."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at

    @property
    def sentence(self) -> str:
        return f"L'émargement de cette session a été clos le {moment(self.at)} : il ne change plus."


class SlotsWithoutPresence(Refused):
    """The attendance cannot be closed, because presences are missing for these slots."""

    def __init__(self, slot_ids: tuple[UUID, ...]) -> None:
        super().__init__(slot_ids)
        self.slot_ids = slot_ids

    @property
    def sentence(self) -> str:
        return f"La présence reste à saisir pour {len(self.slot_ids)} créneau(x)."


def attendance_of(slots: Sequence[UUID], present: Mapping[UUID, bool]) -> Attendance:
    """The attendance of one person, from the recorded presences. Raises SlotsWithoutPresence.

    A presence in a slot that the session no longer has is ignored.
    """
    missing = tuple(slot for slot in slots if slot not in present)
    if missing:
        raise SlotsWithoutPresence(missing)
    return Attendance(tuple(Presence(slot, present[slot]) for slot in slots))


def attendances_of(
    slots: Sequence[UUID], present: Mapping[UUID, Mapping[UUID, bool]], enrolled: Sequence[UUID]
) -> dict[UUID, Attendance]:
    """The attendance of every enrolled person, by request. Raises SlotsWithoutPresence with all missing slots."""
    missing = tuple(slot for slot in slots if any(slot not in present.get(request, {}) for request in enrolled))
    if missing:
        raise SlotsWithoutPresence(missing)
    return {request: attendance_of(slots, present.get(request, {})) for request in enrolled}


def recordable(slot: Slot, *, now: datetime) -> None:
    """Raise TooEarly before the day of the slot, in the time of Paris."""
    if now.astimezone(PARIS).date() < slot.starts_at.astimezone(PARIS).date():
        raise TooEarly(slot)


def closable(slots: Sequence[Slot], *, now: datetime) -> None:
    """Raise TooEarly with the first slot that has not begun."""
    for slot in slots:
        if now < slot.starts_at:
            raise TooEarly(slot)
