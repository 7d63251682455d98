"""What the templates of the sessions' pages for staff get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from web.client import enrollment, planning, session_people
from web.dates import Dates, Day
from web.pages.agency_sessions import plan
from web.pages.agency_sessions.counts import OPEN
from web.pages.requests.views import RequestCard, request_card
from web.pages.visitor.views import hours


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerChoice:
    """Somebody who can train the session; `about` is the address of who was looked for, empty for the others."""

    id: str
    name: str
    about: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The plan of a session, ready to print."""

    days: Sequence[Day]
    hours: str
    place: str
    town: str
    address: str
    access: str
    is_at_distance: bool
    link: str
    trainers: str
    capacity: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A request for the session; `moves` are those that this page offers."""

    card: RequestCard
    moves: Sequence[enrollment.Move]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The requests for a session, by what they have of it."""

    held: Sequence[PersonLine]
    queued: Sequence[PersonLine]
    waiting: Sequence[PersonLine]
    closed: Sequence[PersonLine]


OFFERED: Final = ("promote", "transfer")
"""The moves that the page of a session offers beside each person; all others are on the page of the request."""


def trainer_choices(
    values: Mapping[str, str], known: Sequence[planning.TrainerLine], found: Sequence[session_people.Account]
) -> list[TrainerChoice]:
    """Who is found stands first, then who is chosen, then the others by name."""
    chosen = plan.chosen(values)
    people = {str(each.id): (f"{each.first_name} {each.last_name}", each.email) for each in found}
    people |= {who: (name, "") for who, name in chosen.items() if who not in people}
    people |= {str(each.id): (plan.person(each), "") for each in known if str(each.id) not in people}
    choices = [
        TrainerChoice(id=who, name=name, about=about, is_chosen=who in chosen) for who, (name, about) in people.items()
    ]
    return sorted(choices, key=lambda each: (not each.about, not each.is_chosen))


def plan_view(values: Mapping[str, str], dates: Dates) -> PlanView:
    """A plan without missing days and hours."""
    slots = [span for span in plan.spans(values) if span]
    seconds = sum((span.ends_at - span.starts_at).total_seconds() for span in slots)
    opens, closes = (plan.moment(values[f"{name}_day"], values[f"{name}_hour"]) for name in ("opens", "closes"))
    return PlanView(
        days=dates.days(slots),
        hours=hours(max(seconds, 0) / 3600),
        **{name: values.get(name, "").strip() for name in plan.TEXTS},
        is_at_distance=values.get("distance") == plan.YES,
        trainers=", ".join(plan.chosen(values).values()),
        capacity=values.get("capacity", ""),
        opens=dates.moment(opens) if opens else "",
        closes=dates.moment(closes) if closes else "",
    )


def people(requests: Sequence[enrollment.Enrollment], dates: Dates) -> People:
    """The queue stands in its order, the others in the order of their requests."""

    def line(request: enrollment.Enrollment) -> PersonLine:
        return PersonLine(
            card=request_card(request, dates), moves=[each for each in request.moves if each.move in OFFERED]
        )

    opened = [each for each in requests if each.approval in OPEN]
    queue = sorted((each for each in opened if each.seat == "queued"), key=lambda each: each.rank or len(requests))
    return People(
        held=[line(each) for each in opened if each.seat == "held"],
        queued=[line(each) for each in queue],
        waiting=[line(each) for each in opened if each.seat == "none"],
        closed=[line(each) for each in requests if each.approval not in OPEN],
    )
