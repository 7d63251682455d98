"""The plan of a session as a form: its slots line by line, place, trainers, seats, and the time for requests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from web.client import planning
from web.client.catalogue import Trainer
from web.client.errors import Refused
from web.dates import PARIS
from web.forms import Form

TEXTS: Final = ("place", "town", "address", "access", "link")
TRAINER: Final = "trainer-"
"""The field of each chosen trainer begins with this; the id follows, and the value is the name."""
MOST_LINES: Final = 60
YES: Final = "oui"


@dataclass(frozen=True, slots=True)
class Line:
    """One slot as it was typed; `id` is empty for a new one."""

    id: str
    day: str
    begins: str
    ends: str

    @property
    def is_empty(self) -> bool:
        return not (self.day or self.begins or self.ends)


@dataclass(frozen=True, slots=True)
class Span:
    """A slot that was typed completely."""

    starts_at: datetime
    ends_at: datetime


def lines(values: Mapping[str, str]) -> list[Line]:
    """The lines that have something in them."""
    every = (
        Line(*(values.get(f"slot-{number}-{part}", "").strip() for part in ("id", "day", "from", "to")))
        for number in range(MOST_LINES)
        if f"slot-{number}-day" in values
    )
    return [each for each in every if not each.is_empty]


def with_lines(values: Mapping[str, str], slots: Sequence[Line]) -> dict[str, str]:
    """The form with these lines, numbered from 0 on."""
    others = {name: value for name, value in values.items() if not name.startswith("slot-")}
    return {**others, **dict(_fields(slots))}


def _fields(slots: Sequence[Line]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(slots):
        yield f"slot-{number}-id", line.id
        yield f"slot-{number}-day", line.day
        yield f"slot-{number}-from", line.begins
        yield f"slot-{number}-to", line.ends


def in_order(form: Form) -> Form:
    """The same form with its lines in order of time: their numbers are those of the API."""
    ordered = sorted(lines(form.values), key=lambda line: (line.day, line.begins))
    return replace(form, values=with_lines(form.values, ordered))


def moment(day: str, hour: str) -> datetime | None:
    """A day and an hour in Paris; None for what is no day or no hour."""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), PARIS).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def spans(values: Mapping[str, str]) -> list[Span | None]:
    """The lines as times; None for a line that is not complete."""
    found: list[Span | None] = []
    for line in lines(values):
        begins, ends = moment(line.day, line.begins), moment(line.day, line.ends)
        found.append(Span(begins, ends) if begins and ends else None)
    return found


def chosen(values: Mapping[str, str]) -> dict[str, str]:
    """The trainers: their names by id."""
    return {name.removeprefix(TRAINER): value for name, value in values.items() if name.startswith(TRAINER)}


def checked(form: Form, sentence: str) -> Form:
    """The form with an error for each day or hour that is missing; `sentence` says what to do."""
    errors = {f"slot-{number}-day": sentence for number, span in enumerate(spans(form.values)) if span is None}
    for name in ("opens", "closes"):
        if moment(form.values.get(f"{name}_day", ""), form.values.get(f"{name}_hour", "")) is None:
            errors[f"{name}_day"] = sentence
    return replace(form, errors=errors)


def body(values: Mapping[str, str]) -> dict[str, Any]:
    """What the API gets of a form without missing days and hours."""
    slots = [
        {
            **({"id": line.id} if line.id else {}),
            "starts_at": span.starts_at.isoformat(),
            "ends_at": span.ends_at.isoformat(),
        }
        for line, span in zip(lines(values), spans(values), strict=True)
        if span
    ]
    texts = {name: values.get(name, "").strip() for name in TEXTS}
    times = {f"{name}_at": moment(values[f"{name}_day"], values[f"{name}_hour"]) for name in ("opens", "closes")}
    return {
        **{name: text or None for name, text in texts.items()},
        "place": texts["place"],
        "distance": values.get("distance") == YES,
        **{name: at.isoformat() for name, at in times.items() if at},
        "slots": slots,
        "trainer_ids": list(chosen(values)),
    }


def refused(form: Form, error: Refused) -> Form:
    """The form with the errors of the API beside its fields."""
    ends = {"starts_at": "from", "ends_at": "to", "id": "day"}
    fields = {
        f"slots.{number}.{name}": f"slot-{number}-{end}" for number in range(MOST_LINES) for name, end in ends.items()
    }
    return form.refused(error, {**fields, "opens_at": "opens_day", "closes_at": "closes_day"})


def from_session(session: planning.Session) -> dict[str, str]:
    """The plan of a session as the form shows it."""
    slots = [
        Line(str(slot.id), _day(slot.starts_at), _hour(slot.starts_at), _hour(slot.ends_at)) for slot in session.slots
    ]
    texts = {name: getattr(session, name) or "" for name in TEXTS}
    trainers = {f"{TRAINER}{each.id}": person(each) for each in session.trainers}
    distance = {"distance": YES} if session.distance else {}
    times = {**_time("opens", session.opens_at), **_time("closes", session.closes_at)}
    return with_lines({**texts, **trainers, **distance, **times, "version": str(session.version)}, slots)


def from_pattern(slots: Sequence[planning.PlannedSlot]) -> dict[str, str]:
    """A new plan with the slots of a pattern; requests from today until the day before."""
    planned = [Line("", _day(slot.starts_at), _hour(slot.starts_at), _hour(slot.ends_at)) for slot in slots]
    opens = datetime.combine(datetime.now(PARIS).date(), time(8), PARIS)
    closes = datetime.combine(slots[0].starts_at.astimezone(PARIS).date() - timedelta(days=1), time(17), PARIS)
    return with_lines({**_time("opens", opens), **_time("closes", closes)}, planned)


def person(who: Trainer) -> str:
    return f"{who.first_name} {who.last_name}"


def _day(at: datetime) -> str:
    return at.astimezone(PARIS).date().isoformat()


def _hour(at: datetime) -> str:
    return at.astimezone(PARIS).strftime("%H:%M")


def _time(name: str, at: datetime) -> dict[str, str]:
    return {f"{name}_day": _day(at), f"{name}_hour": _hour(at)}
