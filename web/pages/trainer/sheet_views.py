"""What the templates get of an attendance sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from web.client.catalogue import Slot
from web.client.enrollment import Person
from web.client.sheets import Line, Presence, Sheet, SheetEvent
from web.dates import PARIS, Dates

Cell = tuple[str, str]
"""The slot and the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is recorded, or chosen in the form, of one person in one slot.

    `seen` is the status and the time of what is recorded, as the form sends it back. `problem` is what is wrong with
    the choice, or who recorded something else meanwhile.
    """

    name: str
    request: str
    person: str
    structure: str
    label: str
    is_decided: bool
    is_abandoned: bool
    status: str
    arrived: str
    arrived_hour: str | None
    remark: str
    seen: str
    recorded: str | None
    when: str | None
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPart:
    """One slot of the sheet."""

    id: str
    title: str
    day: str
    hours: str
    starts: str
    ends: str
    is_recordable: bool
    marks: Sequence[Mark]

    @property
    def open_marks(self) -> Sequence[Mark]:
        return [each for each in self.marks if not each.is_abandoned]

    @property
    def there(self) -> int:
        return sum(each.status in {"present", "late"} for each in self.open_marks)

    @property
    def away(self) -> int:
        return sum(each.status in {"excused", "unexcused"} for each in self.open_marks)

    @property
    def left(self) -> int:
        return len(self.open_marks) - self.there - self.away


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A line of the history of a sheet."""

    label: str
    by: str
    when: str
    about: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a form that could not be saved says: its values, and what is wrong with each cell."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[Cell, str] = field(default_factory=dict)


NOTHING_TYPED = Typed()


def name_of(person: Person | None) -> str:
    return f"{person.first_name} {person.last_name}" if person else ""


def slot_parts(sheet: Sheet, dates: Dates, typed: Typed = NOTHING_TYPED) -> list[SlotPart]:
    """The slots in order. What was typed comes before what is recorded."""
    return [
        SlotPart(
            id=str(slot.id),
            title=f"{dates.day(slot.starts_at)}, {dates.hours(slot)}",
            day=dates.day(slot.starts_at),
            hours=dates.hours(slot),
            starts=slot.starts_at.isoformat(),
            ends=slot.ends_at.isoformat(),
            is_recordable=slot.id in sheet.recordable,
            marks=[_mark(line, slot, presence_in(line, slot), dates, typed) for line in sheet.lines],
        )
        for slot in sheet.session.slots
    ]


def presence_in(line: Line, slot: Slot) -> Presence:
    return next(each for each in line.slots if each.slot_id == slot.id)


def seen_of(presence: Presence) -> str:
    """What a form sends back, so that nothing that somebody else recorded meanwhile is replaced unseen."""
    return f"{presence.status}|{presence.recorded_at.isoformat()}" if presence.recorded_at else ""


def arrived_of(presence: Presence) -> str:
    return presence.arrived_at.astimezone(PARIS).strftime("%H:%M") if presence.arrived_at else ""


def recorded_when(presence: Presence, slot: Slot, dates: Dates) -> str | None:
    """The hour, with the day if it is another one than that of the slot."""
    at = presence.recorded_at
    if at is None:
        return None
    is_same_day = at.astimezone(PARIS).date() == slot.starts_at.astimezone(PARIS).date()
    return dates.hour(at) if is_same_day else dates.moment(at)


def happened(events: Sequence[SheetEvent], lines: Sequence[Line], dates: Dates) -> list[Happened]:
    """The history, newest first."""
    names = {line.enrollment_id: name_of(line.person) for line in lines}
    return [
        Happened(
            label=each.label,
            by=name_of(each.acted_by),
            when=dates.moment(each.at),
            about=names.get(each.enrollment_id) if each.enrollment_id else None,
            note=each.note,
        )
        for each in reversed(events)
    ]


def _mark(line: Line, slot: Slot, presence: Presence, dates: Dates, typed: Typed) -> Mark:
    name = f"{slot.id}.{line.enrollment_id}"
    cell = (str(slot.id), str(line.enrollment_id))

    def value(field_name: str, recorded: str) -> str:
        return typed.values.get(f"{field_name}.{name}", recorded)

    return Mark(
        name=name,
        request=str(line.enrollment_id),
        person=name_of(line.person),
        structure=line.structure.name,
        label=line.status_label,
        is_decided=line.validated or line.abandoned,
        is_abandoned=line.abandoned,
        status=value("s", presence.status or ""),
        arrived=value("a", arrived_of(presence)),
        arrived_hour=dates.hour(presence.arrived_at) if presence.arrived_at else None,
        remark=value("w", presence.remark or ""),
        seen=seen_of(presence),
        recorded=name_of(presence.recorded_by) or None,
        when=recorded_when(presence, slot, dates),
        problem=typed.problems.get(cell),
    )
