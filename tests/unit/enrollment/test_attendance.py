"""When presences may be recorded and the sheet closed, and the attendance that results."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.enrollment.domain.attendance import (
    Attendance,
    AttendanceClosed,
    AttendanceOpen,
    CorrectionTooLate,
    Presence,
    PresenceStatus,
    RecordedMeanwhile,
    Slot,
    SlotsWithoutPresence,
    TooEarly,
    UndecidedPeople,
    attendance_of,
    attendance_until,
    attendances_of,
    closable,
    correctable,
    planned,
    recordable,
    recorded_by_other,
    wrong_arrival,
)
from tests.unit.enrollment.examples import NOW, SOMEBODY

STARTS = NOW.astimezone(ZoneInfo("Europe/Paris"))
SLOT = Slot(id=SOMEBODY, starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))
MORNING, AFTERNOON = uuid4(), uuid4()


def test_presences_are_recorded_from_the_day_on() -> None:
    midnight = STARTS.replace(hour=0, minute=0)
    recordable(SLOT, now=midnight)
    recordable(SLOT, now=STARTS + timedelta(days=9))
    with pytest.raises(TooEarly) as refused:
        recordable(SLOT, now=midnight - timedelta(minutes=1))
    assert "le 02/03/2026 à 10 h 00" in refused.value.sentence


def test_a_sheet_is_closed_when_the_last_slot_has_begun() -> None:
    later = Slot(id=SOMEBODY, starts_at=STARTS + timedelta(hours=4), ends_at=STARTS + timedelta(hours=7))
    closable([SLOT, later], now=later.starts_at)
    with pytest.raises(TooEarly) as refused:
        closable([SLOT, later], now=STARTS)
    assert refused.value.slot == later


def test_who_recorded_another_presence_meanwhile_is_named() -> None:
    first = recorded_by_other(PresenceStatus.UNEXCUSED, name="Paul Roux", at=STARTS)
    second = recorded_by_other(PresenceStatus.LATE, name="Paul Roux", at=STARTS)
    assert first == "Paul Roux a noté «\u00a0absent·e\u00a0» le 02/03/2026 à 10 h 00."
    assert RecordedMeanwhile({MORNING: first, AFTERNOON: second}).sentence == f"{first} {second}"


def test_the_refusal_of_a_closed_sheet_has_the_time_of_closing() -> None:
    assert "clos le 02/03/2026 à 10 h 00" in AttendanceClosed(STARTS).sentence


def there(slot: UUID, status: PresenceStatus = PresenceStatus.PRESENT, arrived_at: datetime | None = None) -> Presence:
    return Presence(slot_id=slot, status=status, arrived_at=arrived_at)


def away(slot: UUID) -> Presence:
    return there(slot, PresenceStatus.UNEXCUSED)


def test_an_attendance_has_the_presence_at_every_slot_of_the_session_in_order() -> None:
    recorded = {AFTERNOON: there(AFTERNOON), MORNING: away(MORNING), SOMEBODY: there(SOMEBODY)}
    attendance = attendance_of([MORNING, AFTERNOON], recorded)
    assert attendance == Attendance((away(MORNING), there(AFTERNOON)))
    assert attendance.attended


@pytest.mark.parametrize(
    ("status", "present", "excused"),
    [
        (PresenceStatus.PRESENT, True, None),
        (PresenceStatus.LATE, True, None),
        (PresenceStatus.EXCUSED, False, True),
        (PresenceStatus.UNEXCUSED, False, False),
    ],
)
def test_who_is_late_was_there_and_an_absence_is_excused_or_not(
    status: PresenceStatus, present: bool, excused: bool | None
) -> None:
    presence = there(MORNING, status)
    assert (presence.present, presence.excused) == (present, excused)
    assert Attendance((presence,)).attended is present


def test_an_attendance_without_the_presence_at_a_slot_is_refused() -> None:
    with pytest.raises(SlotsWithoutPresence) as refused:
        attendance_of([MORNING, AFTERNOON], {MORNING: there(MORNING)})
    assert refused.value.slot_ids == (AFTERNOON,)
    assert refused.value.sentence == "La présence reste à saisir pour 1 créneau."


def test_who_gave_up_is_absent_from_then_on_and_was_never_there_if_nothing_was_recorded() -> None:
    left = attendance_until([MORNING, AFTERNOON], {MORNING: there(MORNING)})
    assert left == Attendance((there(MORNING), away(AFTERNOON)))
    assert attendance_until([MORNING, AFTERNOON], {SOMEBODY: there(SOMEBODY)}) is None


def test_the_refusal_for_a_session_has_every_slot_without_the_presence_of_somebody() -> None:
    first, second = uuid4(), uuid4()
    whole_day = {MORNING: there(MORNING), AFTERNOON: there(AFTERNOON)}
    recorded = {first: {MORNING: there(MORNING), AFTERNOON: away(AFTERNOON)}, second: whole_day}
    attendances = attendances_of([MORNING, AFTERNOON], recorded, [first, second])
    assert {request: [each.present for each in attendances[request].presences] for request in attendances} == {
        first: [True, False],
        second: [True, True],
    }
    with pytest.raises(SlotsWithoutPresence) as refused:
        attendances_of([MORNING, AFTERNOON], {first: whole_day}, [first, second])
    assert refused.value.slot_ids == (MORNING, AFTERNOON)
    assert refused.value.sentence == "La présence reste à saisir pour 2 créneaux."


def test_the_time_followed_is_that_of_the_slots_from_the_arrival_on() -> None:
    afternoon = Slot(id=AFTERNOON, starts_at=STARTS + timedelta(hours=4), ends_at=STARTS + timedelta(hours=8))
    slots = [SLOT, afternoon]
    arrived = STARTS + timedelta(hours=5, minutes=30)
    late = there(AFTERNOON, PresenceStatus.LATE, arrived)
    assert planned(slots) == timedelta(hours=7)
    assert Attendance((there(SOMEBODY), late)).followed(slots) == timedelta(hours=5, minutes=30)
    assert Attendance((away(SOMEBODY), late)).followed(slots) == timedelta(hours=2, minutes=30)
    assert Attendance((away(SOMEBODY), away(AFTERNOON))).followed(slots) == timedelta()


@pytest.mark.parametrize(
    ("status", "minutes", "wrong"),
    [
        (PresenceStatus.LATE, 20, None),
        (PresenceStatus.PRESENT, None, None),
        (PresenceStatus.LATE, None, "Indiquez l'heure d'arrivée."),
        (PresenceStatus.EXCUSED, 20, "Une heure d'arrivée ne va qu'avec un retard."),
        (PresenceStatus.LATE, 0, "L'arrivée doit être pendant le créneau, entre 10 h 00 et 13 h 00."),
        (PresenceStatus.LATE, 180, "L'arrivée doit être pendant le créneau, entre 10 h 00 et 13 h 00."),
    ],
)
def test_an_arrival_is_inside_the_slot_and_only_of_who_is_late(
    status: PresenceStatus, minutes: int | None, wrong: str | None
) -> None:
    arrived_at = None if minutes is None else STARTS + timedelta(minutes=minutes)
    assert wrong_arrival(there(SOMEBODY, status, arrived_at), SLOT) == wrong


def test_trainers_correct_for_a_week_and_staff_at_any_time() -> None:
    week = NOW + timedelta(days=7)
    correctable(NOW, is_trainer=True, now=week)
    correctable(NOW, is_trainer=False, now=week + timedelta(days=700))
    with pytest.raises(CorrectionTooLate) as late:
        correctable(NOW, is_trainer=True, now=week + timedelta(seconds=1))
    assert late.value.sentence == (
        "L'émargement a été clos le 02/03/2026 à 10 h 00 : après 7 jours, seule l'agence peut le corriger."
    )
    with pytest.raises(AttendanceOpen):
        correctable(None, is_trainer=False, now=NOW)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["Awa Moreau"], "1 personne pré-inscrite n'est pas validée : Awa Moreau. Validez-la ou annulez sa demande."),
        (
            ["Awa Moreau", "Lou Faure"],
            (
                "2 personnes pré-inscrites ne sont pas validées : Awa Moreau et Lou Faure. "
                "Validez chacune ou annulez sa demande."
            ),
        ),
        (
            list("ABCDEF"),
            (
                "6 personnes pré-inscrites ne sont pas validées : A, B, C, D, E et 1 autre. "
                "Validez chacune ou annulez sa demande."
            ),
        ),
        (
            list("ABCDEFG"),
            (
                "7 personnes pré-inscrites ne sont pas validées : A, B, C, D, E et 2 autres. "
                "Validez chacune ou annulez sa demande."
            ),
        ),
    ],
)
def test_who_is_undecided_is_named(names: list[str], sentence: str) -> None:
    assert UndecidedPeople({uuid4(): name for name in names}).sentence == sentence
