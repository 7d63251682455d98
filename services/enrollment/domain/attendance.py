"""The attendance of people in a session, recorded for each slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.enrollment.domain.paris import PARIS, hour, moment
from shared.errors import Refused

CORRECTED_BY_TRAINERS: Final = timedelta(days=7)
"""How long after the closing of a sheet its trainers may reopen or correct it; staff always may."""
_NAMED: Final = 5


class PresenceStatus(StrEnum):
    """What was recorded of one person in one slot. Who is late was there, from the arrival on."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"


_WORDS: Final[Mapping[PresenceStatus, str]] = {
    PresenceStatus.PRESENT: "présent·e",
    PresenceStatus.LATE: "en retard",
    PresenceStatus.EXCUSED: "absence excusée",
    PresenceStatus.UNEXCUSED: "absent·e",
}
_THERE: Final = frozenset({PresenceStatus.PRESENT, PresenceStatus.LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether a person was present during one slot. `arrived_at` is set if, and only if, the person was late."""

    slot_id: UUID
    status: PresenceStatus
    arrived_at: datetime | None = None

    @property
    def present(self) -> bool:
        return self.status in _THERE

    @property
    def excused(self) -> bool | None:
        """Whether the absence was excused; None of a presence."""
        return None if self.present else self.status is PresenceStatus.EXCUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One block of a session, usually half a day; presence is recorded for each one."""

    id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Attendance:
    """The presences of one person in one session, in the order of the slots."""

    presences: tuple[Presence, ...]

    @property
    def attended(self) -> bool:
        """Whether the person was present in at least one slot."""
        return any(presence.present for presence in self.presences)

    def followed(self, slots: Sequence[Slot]) -> timedelta:
        """The time that the person was present: whole slots, or from the arrival on."""
        by_slot = {presence.slot_id: presence for presence in self.presences if presence.present}
        times = [(slot, by_slot[slot.id]) for slot in slots if slot.id in by_slot]
        return sum((slot.ends_at - (there.arrived_at or slot.starts_at) for slot, there in times), timedelta())


def planned(slots: Sequence[Slot]) -> timedelta:
    """The length of a session: that of all its slots."""
    return sum((slot.length for slot in slots), timedelta())


class TooEarly(Refused):
    """It is too early to record the presences of the slot, or to close the attendance."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot)
        self.slot = slot

    @property
    def sentence(self) -> str:
        return f"C'est trop tôt : le créneau commence le {moment(self.slot.starts_at)}."


class RecordedMeanwhile(Refused):
    """Somebody else has recorded another presence of these people since the caller read the sheet.

    `sentences` say who recorded what, by request.
    """

    def __init__(self, sentences: Mapping[UUID, str]) -> None:
        super().__init__(sentences)
        self.sentences = sentences

    @property
    def sentence(self) -> str:
        return " ".join(self.sentences.values())


class AttendanceClosed(Refused):
    """The attendance of this session is closed: it must be reopened, or corrected line by line."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at

    @property
    def sentence(self) -> str:
        return f"L'émargement de cette session a été clos le {moment(self.at)} : rouvrez-le ou corrigez une ligne."


class AttendanceOpen(Refused):
    """The sheet is open, so there is nothing to reopen or to correct."""

    sentence = "L'émargement de cette session n'est pas clos : saisissez les présences créneau par créneau."


class CorrectionTooLate(Refused):
    """The trainer's days to correct the sheet are over: only staff may."""

    def __init__(self, closed_at: datetime) -> None:
        super().__init__(closed_at)
        self.closed_at = closed_at

    @property
    def sentence(self) -> str:
        days = CORRECTED_BY_TRAINERS.days
        closed = f"L'émargement a été clos le {moment(self.closed_at)}"
        return f"{closed} : après {days} jours, seule l'agence peut le corriger."


class SlotsWithoutPresence(Refused):
    """The attendance cannot be closed, because presences are missing for these slots."""

    def __init__(self, slot_ids: tuple[UUID, ...]) -> None:
        super().__init__(slot_ids)
        self.slot_ids = slot_ids

    @property
    def sentence(self) -> str:
        count = len(self.slot_ids)
        return f"La présence reste à saisir pour {count} créneau{'x' if count > 1 else ''}."


class UndecidedPeople(Refused):
    """People hold a seat whom nobody has validated: the closing must say of each what becomes of the request.

    `names` are the full names by request.
    """

    def __init__(self, names: Mapping[UUID, str]) -> None:
        super().__init__(names)
        self.names = names

    @property
    def sentence(self) -> str:
        names = list(self.names.values())
        listed, more = names[:_NAMED], len(names) - _NAMED
        if more > 0:
            listed.append(f"{more} autre{'s' if more > 1 else ''}")
        together = " et ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
        if len(names) == 1:
            return f"1 personne pré-inscrite n'est pas validée : {together}. Validez-la ou annulez sa demande."
        return (
            f"{len(names)} personnes pré-inscrites ne sont pas validées : {together}. "
            "Validez chacune ou annulez sa demande."
        )


def attendance_of(slots: Sequence[UUID], recorded: Mapping[UUID, Presence]) -> Attendance:
    """The attendance of one person, from the recorded presences by slot. Raises SlotsWithoutPresence.

    A presence in a slot that the session no longer has is ignored.
    """
    missing = tuple(slot for slot in slots if slot not in recorded)
    if missing:
        raise SlotsWithoutPresence(missing)
    return Attendance(tuple(recorded[slot] for slot in slots))


def attendances_of(
    slots: Sequence[UUID], recorded: Mapping[UUID, Mapping[UUID, Presence]], enrolled: Sequence[UUID]
) -> dict[UUID, Attendance]:
    """The attendance of every enrolled person, by request. Raises SlotsWithoutPresence with all missing slots."""
    missing = tuple(slot for slot in slots if any(slot not in recorded.get(request, {}) for request in enrolled))
    if missing:
        raise SlotsWithoutPresence(missing)
    return {request: attendance_of(slots, recorded.get(request, {})) for request in enrolled}


def attendance_until(slots: Sequence[UUID], recorded: Mapping[UUID, Presence]) -> Attendance | None:
    """The attendance of a person who gave up: what was recorded, and absences from then on. None if nothing was."""
    if not any(slot in recorded for slot in slots):
        return None
    away = (Presence(slot_id=slot, status=PresenceStatus.UNEXCUSED) for slot in slots)
    return Attendance(tuple(recorded.get(each.slot_id, each) for each in away))


def wrong_arrival(presence: Presence, slot: Slot) -> str | None:
    """What is wrong with the arrival of a presence, in French; None if nothing is."""
    if presence.status is not PresenceStatus.LATE:
        return None if presence.arrived_at is None else "Une heure d'arrivée ne va qu'avec un retard."
    if presence.arrived_at is None:
        return "Indiquez l'heure d'arrivée."
    if not slot.starts_at < presence.arrived_at < slot.ends_at:
        return f"L'arrivée doit être pendant le créneau, entre {hour(slot.starts_at)} et {hour(slot.ends_at)}."
    return None


def recorded_by_other(status: PresenceStatus, *, name: str, at: datetime) -> str:
    """Who recorded which presence when, in French."""
    return f"{name} a noté «\N{NO-BREAK SPACE}{_WORDS[status]}\N{NO-BREAK SPACE}» le {moment(at)}."


def recordable(slot: Slot, *, now: datetime) -> None:
    """Raise TooEarly before the day of the slot, in the time of Paris."""
    if now.astimezone(PARIS).date() < slot.starts_at.astimezone(PARIS).date():
        raise TooEarly(slot)


def closable(slots: Sequence[Slot], *, now: datetime) -> None:
    """Raise TooEarly with the first slot that has not begun."""
    for slot in slots:
        if now < slot.starts_at:
            raise TooEarly(slot)


def correctable(closed_at: datetime | None, *, is_trainer: bool, now: datetime) -> None:
    """Raise AttendanceOpen if the sheet is not closed, and CorrectionTooLate after the trainer's days."""
    if closed_at is None:
        raise AttendanceOpen
    if is_trainer and now > closed_at + CORRECTED_BY_TRAINERS:
        raise CorrectionTooLate(closed_at)
