"""How dates, numbers, statuses and presences are written in French."""

from dataclasses import replace
from datetime import UTC, datetime

from services.notifier.domain.copies import Slot, people_of_session_id
from services.notifier.domain.wording import (
    count,
    day,
    day_and_hour,
    enumeration,
    hour,
    of,
    ordinal,
    presence,
    slot,
    slots,
    slots_before,
    statuses,
    that,
)
from tests.unit.notifier.records import FACTS, PERSON, REQUEST, SESSION, SLOTS, STRUCTURE


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
    assert [that(name) for name in ("Zoé", "Inès")] == ["que Zoé", "qu’Inès"]
    assert PERSON.full_name == "Zoé Martin"


def test_statuses_are_named() -> None:
    assert statuses(["referent", "beneficiary"]) == "référent·e, bénéficiaire"
    assert statuses([]) == "aucun statut"
    assert statuses(["another"]) == "another"


def test_statuses_suit_the_civility() -> None:
    codes = ["employer", "referent"]
    assert statuses(codes, PERSON) == "employeuse, référente"
    assert statuses(codes, replace(PERSON, civility="M.")) == "employeur, référent"
    for civility in (None, "Dr"):
        assert statuses(codes, replace(PERSON, civility=civility)) == "employeur·euse, référent·e"


def test_a_presence_counts_the_slots() -> None:
    assert presence(REQUEST) == "présent·e à 1\N{NO-BREAK SPACE}créneau sur 2"
    assert presence(replace(REQUEST, attendance={"slot": False})) == "absent·e"
    assert presence(replace(REQUEST, attendance={"slot": False}, excused=1)) == "absent·e (absence excusée)"
    assert presence(replace(REQUEST, attendance={"slot": False, "other": False}, excused=1)) == "absent·e"
    excused = presence(replace(REQUEST, excused=1)).replace("\N{NO-BREAK SPACE}", " ")
    assert excused == "présent·e à 1 créneau sur 2 (1 absence excusée)"
    assert presence(replace(REQUEST, attendance=None)) == "absent·e"


def test_one_subject_for_the_people_of_a_structure_in_a_session() -> None:
    subject = people_of_session_id(session_id=SESSION.id, structure_id=STRUCTURE.id)
    assert subject == people_of_session_id(session_id=SESSION.id, structure_id=STRUCTURE.id)
    assert subject != people_of_session_id(session_id=STRUCTURE.id, structure_id=SESSION.id)


def test_a_slot_over_midnight_names_both_days() -> None:
    late = Slot(
        id=SLOTS[0].id,
        starts_at=datetime(2026, 7, 1, 20, 0, tzinfo=UTC),
        ends_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    )
    written = slot(late).replace("\N{NO-BREAK SPACE}", " ")
    assert written == "du mercredi 1er juillet 2026 à 22 h 00 au jeudi 2 juillet 2026 à 0 h 30"


def test_the_slots_of_the_facts_are_read() -> None:
    [block] = slots_before(FACTS["was"]["slots"])
    assert slot(block).replace("\N{NO-BREAK SPACE}", " ") == "mardi 10 mars 2026, de 10 h 00 à 12 h 00"


def test_names_are_listed() -> None:
    assert [enumeration(names) for names in ([], ["Ada"], ["Ada", "Eve"])] == ["", "Ada", "Ada et Eve"]
    assert enumeration(["Ada", "Eve", "Zoé"], "ou") == "Ada, Eve ou Zoé"


def test_counts_agree() -> None:
    assert [count(number, "place", "places").replace("\N{NO-BREAK SPACE}", " ") for number in (0, 1, 2)] == [
        "0 place",
        "1 place",
        "2 places",
    ]
