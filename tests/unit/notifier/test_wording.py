"""How dates, numbers, statuses and presences are written in French."""

from dataclasses import replace
from datetime import UTC, datetime

from services.notifier.domain.copies import attendance_sheet_id
from services.notifier.domain.wording import day, day_and_hour, hour, of, ordinal, presence, slot, slots, statuses
from tests.unit.notifier.records import PERSON, REQUEST, SESSION, SLOTS, STRUCTURE


def test_dates_are_written_as_in_paris() -> None:
    assert day(datetime(2026, 2, 28, 23, 30, tzinfo=UTC)) == "dimanche 1er\N{NO-BREAK SPACE}mars 2026"
    assert hour(datetime(2026, 7, 1, 7, 5, tzinfo=UTC)) == "9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05"
    moment = day_and_hour(datetime(2026, 7, 1, 7, 5, tzinfo=UTC))
    assert moment == "mercredi 1er\N{NO-BREAK SPACE}juillet 2026 à 9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05"
    assert slot(SLOTS[0]).replace("\N{NO-BREAK SPACE}", " ") == "jeudi 12 mars 2026, de 9 h 00 à 12 h 00"


def test_numbers_and_names_agree() -> None:
    assert [ordinal(number) for number in (1, 2)] == ["1er", "2e"]
    assert [slots(count) for count in (1, 2)] == ["1\N{NO-BREAK SPACE}créneau", "2\N{NO-BREAK SPACE}créneaux"]
    names = ("Zoé", "Éloi", "Hélène", "Yann", "Yves")
    assert [of(name) for name in names] == ["de Zoé", "d’Éloi", "d’Hélène", "de Yann", "d’Yves"]
    assert PERSON.full_name == "Zoé Martin"


def test_statuses_are_named() -> None:
    assert statuses(["referent", "beneficiary"]) == "référent, bénéficiaire"
    assert statuses([]) == "aucun statut"


def test_a_presence_counts_the_slots() -> None:
    assert presence(REQUEST) == "présent·e à 1\N{NO-BREAK SPACE}créneau sur 2"
    assert presence(replace(REQUEST, attendance={"slot": False})) == "absent·e"
    assert presence(replace(REQUEST, attendance=None)) == "absent·e"


def test_one_attendance_sheet_for_a_structure_and_a_session() -> None:
    sheet = attendance_sheet_id(session_id=SESSION.id, structure_id=STRUCTURE.id)
    assert sheet == attendance_sheet_id(session_id=SESSION.id, structure_id=STRUCTURE.id)
    assert sheet != attendance_sheet_id(session_id=STRUCTURE.id, structure_id=SESSION.id)
