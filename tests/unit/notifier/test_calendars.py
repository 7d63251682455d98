"""Calendar files: read by two parsers, right over a change of hour, and given to the person and the trainers alone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
import vobject  # type: ignore[import-untyped]
from icalendar import Calendar

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import RequestLine, Session, Slot
from services.notifier.domain.mail import NO_ENTRIES, HeldEntries, Situation
from services.notifier.domain.mails.all import SPECS
from services.notifier.storage.outgoing import Outgoing, outgoing_as_json, outgoing_of
from services.notifier.use_cases.calendar import File
from services.notifier.use_cases.compose import ComposedMail, compose
from tests.unit.notifier.expected import EXPECTED
from tests.unit.notifier.records import HELD, NOW, PERSON, REQUEST, SESSION, SLOTS, mail_of
from tests.unit.notifier.test_composition import SENDER, SITUATION

WINTER, SUMMER = timezone(timedelta(hours=1)), timezone(timedelta(hours=2))
OVER_THE_CHANGE = (
    Slot(
        id=uuid4(),
        starts_at=datetime(2027, 3, 27, 9, tzinfo=WINTER),
        ends_at=datetime(2027, 3, 27, 12, tzinfo=WINTER),
    ),
    Slot(
        id=uuid4(), starts_at=datetime(2027, 3, 28, 1, tzinfo=WINTER), ends_at=datetime(2027, 3, 28, 4, tzinfo=SUMMER)
    ),
)
"""The clocks go forward in the second slot, which lasts two hours; as staff typed it, with offsets."""


def composed(kind: str, audience: Audience = Audience.PERSON, **changes: Any) -> ComposedMail:
    mail = mail_of(kind, audience)
    if SPECS[kind].about.value == "session":
        mail = replace(mail, subject_id=SESSION.id)
        changes = {"enrollment": None, **changes}
    return compose(SPECS[kind], mail, replace(SITUATION, **changes), SENDER, now=NOW)


def events(file: File) -> list[dict[str, str]]:
    """The entries of a file, in which two parsers have found the same. Both know of no mistake in it."""
    calendar = Calendar.from_ical(file.content)
    read = vobject.readOne(file.content)
    assert calendar.errors == []
    assert str(calendar["method"]) == read.method.value
    assert "TZID" not in file.content, "a zone would need its definition"
    found = []
    for event, other in zip(calendar.events, read.vevent_list, strict=True):
        assert event.errors == []
        assert (event.start, event.end) == (other.dtstart.value, other.dtend.value)
        assert isinstance(event.start, datetime)
        assert event.start.utcoffset() == timedelta(0)
        values = {name: str(event[name]) for name in ("uid", "sequence", "summary", "location", "status", "url")}
        assert values == {name: str(getattr(other, name).value) for name in values}
        assert str(event["organizer"]) == other.organizer.value == "mailto:contact@agence.example"
        assert event["organizer"].params["CN"] == other.organizer.params["CN"][0] == "L'agence"
        assert str(event["description"]).startswith("Vous ")
        found.append({**values, "start": event.start.isoformat(), "end": event.end.isoformat()})
    return found


def session_of(slots: Sequence[Slot]) -> Session:
    return replace(SESSION, slots=tuple(slots))


@pytest.mark.parametrize(
    ("kind", "audience", "owner", "versions"),
    [
        ("validated", Audience.PERSON, REQUEST.id, REQUEST.version + SESSION.version),
        ("session_given", Audience.TRAINER, SESSION.id, SESSION.version),
    ],
)
def test_one_file_has_all_slots_in_utc(kind: str, audience: Audience, owner: object, versions: int) -> None:
    [file] = composed(kind, audience, session=session_of(OVER_THE_CHANGE)).files
    assert "method=REQUEST" in file.content_type
    first, second = events(file)
    assert (first["start"], first["end"]) == ("2027-03-27T08:00:00+00:00", "2027-03-27T11:00:00+00:00")
    assert (second["start"], second["end"]) == ("2027-03-28T00:00:00+00:00", "2027-03-28T02:00:00+00:00")
    assert [first["uid"], second["uid"]] == [f"{owner}-{slot.id}@parcourspro" for slot in OVER_THE_CHANGE]
    assert {first["sequence"], second["sequence"]} == {str(versions)}
    assert first["url"].startswith("https://agence.example/")
    assert first["status"] == "CONFIRMED"


def test_a_cancellation_has_the_place_of_the_request_and_a_higher_sequence() -> None:
    withdrawn = replace(REQUEST, approval="withdrawn", seat="none", version=5)
    held = replace(HELD, sequence=99)
    mail = composed("withdrawn", enrollment=withdrawn, held=held, session=replace(SESSION, place="Salle 9"))
    [file] = mail.files
    assert "method=CANCEL" in file.content_type
    assert {event["location"] for event in events(file)} == {"Salle 1"}
    assert {event["sequence"] for event in events(file)} == {"100"}
    assert {event["status"] for event in events(file)} == {"CANCELLED"}
    assert mail.calendar is not None
    assert mail.calendar.entries == HeldEntries(slots=(), place="", sequence=100)
    assert "retire les créneaux de votre agenda" in mail.text


def test_a_move_cancels_the_slots_that_are_no_more_and_requests_the_others() -> None:
    gone = Slot(id=uuid4(), starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    mail = composed("session_moved", held=HeldEntries(slots=(gone, SLOTS[0]), place="Salle 1", sequence=3))
    assert [file.name for file in mail.files] == ["annulation.ics", "creneaux.ics"]
    [cancelled], requested = (events(file) for file in mail.files)
    assert (cancelled["uid"], cancelled["location"]) == (f"{REQUEST.id}-{gone.id}@parcourspro", "Salle 1")
    assert [event["location"] for event in requested] == ["Salle 2", "Salle 2"]
    assert mail.calendar is not None
    assert mail.calendar.entries is not None
    assert mail.calendar.entries.slots == SLOTS
    assert "mettent votre agenda à jour" in mail.text


def test_a_request_moved_to_a_session_of_a_lower_version_has_a_higher_sequence() -> None:
    held = HeldEntries(slots=OVER_THE_CHANGE, place="Salle 1", sequence=40)
    files = composed("transferred", held=held).files
    assert {event["sequence"] for file in files for event in events(file)} == {"41"}


def test_an_undone_validation_takes_the_entries_out() -> None:
    waiting = replace(REQUEST, approval="awaiting_trainer")
    [file] = composed("decision_undone", enrollment=waiting, held=HELD).files
    assert "method=CANCEL" in file.content_type
    assert composed("decision_undone", enrollment=waiting, held=NO_ENTRIES).calendar is None


@pytest.mark.parametrize(("kind", "audience"), [(k, a) for k, e in EXPECTED.items() for a in e.audiences])
def test_only_the_person_and_the_trainers_of_a_session_get_calendar_files(kind: str, audience: Audience) -> None:
    allowed = audience is Audience.PERSON or EXPECTED[kind].about.value == "session"
    for held in (HELD, NO_ENTRIES):
        assert allowed or composed(kind, audience, held=held).files == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"enrollment": replace(REQUEST, seat="queued")},
        {"enrollment": None},
        {"session": None},
    ],
)
def test_nothing_changes_without_a_seat_or_a_session(changes: dict[str, Any]) -> None:
    situation: Situation = replace(SITUATION, **changes)
    from services.notifier.use_cases.calendar import calendar_change

    mail = mail_of("validated")
    organizer = SENDER.organizer
    change = calendar_change(
        SPECS["validated"], mail, situation, organizer=organizer, attendee="a@b.c", link="https://x", now=NOW
    )
    assert change is None


def test_a_trainer_of_a_cancelled_session_has_no_entries() -> None:
    cancelled = replace(SESSION, state="cancelled")
    [file] = composed("session_cancelled_trainer", Audience.TRAINER, session=cancelled, held=HELD).files
    assert {event["status"] for event in events(file)} == {"CANCELLED"}


def test_a_trainer_who_is_taken_off_a_session_has_no_entries() -> None:
    [file] = composed("session_taken", Audience.FORMER_TRAINER, held=HELD).files
    assert {event["status"] for event in events(file)} == {"CANCELLED"}


def test_times_of_the_stamp_are_in_utc() -> None:
    [file] = composed("validated").files
    assert f"DTSTAMP:{NOW.astimezone(UTC):%Y%m%dT%H%M%SZ}" in file.content


def test_a_mail_about_several_requests_is_kept_with_the_entries_of_each_and_read_back() -> None:
    cancelled = tuple(
        RequestLine(enrollment=replace(REQUEST, id=uuid4(), approval="cancelled"), person=PERSON, session=SESSION)
        for _ in range(3)
    )
    ids = [line.enrollment.id for line in cancelled]
    mail = composed("cancelled_together", lines=cancelled, held_of_lines={ids[0]: HELD, ids[1]: HELD})
    [file] = mail.files
    assert [event["uid"] for event in events(file)] == [
        f"{key}-{slot.id}@parcourspro" for key in ids[:2] for slot in SLOTS
    ]
    assert mail.text.count("Tenir une réunion") == 3
    assert "retire les créneaux de votre agenda" in mail.text
    assert mail.calendar is not None
    assert mail.calendar.entries is None
    gone = HeldEntries(slots=(), place="", sequence=REQUEST.version + SESSION.version)
    assert mail.calendar.entries_of_requests == dict.fromkeys(ids[:2], gone)
    outgoing = Outgoing(
        recipient="zoe@example.org",
        content="",
        message_id="",
        subject="",
        text="",
        html="",
        files=(),
        entries=None,
        entries_of_requests=mail.calendar.entries_of_requests,
    )
    kept = outgoing_as_json(outgoing)
    assert outgoing_of(json.loads(json.dumps(kept))).entries_of_requests == dict.fromkeys(ids[:2], gone)
    del kept["entries_of_requests"]
    assert outgoing_of(kept).entries_of_requests == {}
