"""The bodies that schedule and change sessions."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.catalogue.api.fields import Capacity, ClockTime, Day, Link, OptionalLine, OptionalText, PlausibleTime
from services.catalogue.api.requests import Changes
from services.catalogue.domain.pattern import MOST_DAYS, Block, Pattern, Weekday
from services.catalogue.domain.plan import PlanChanges, WantedPlan
from services.catalogue.domain.slots import MOST_SLOTS, WantedSlot
from shared.http.fields import Line, Strict, Text

WeekdayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_PLACE = "12 rue des Lilas, Limoges"
_TOWN = "Limoges"
_ADDRESS = "12 rue des Lilas, 87000 Limoges"
_ACCESS = "Plain-pied, place de stationnement réservée devant l'entrée."
_LINK = "https://visio.example/salle-12"
_OPENS, _CLOSES = "2026-12-01T07:00:00Z", "2027-02-20T17:00:00Z"
_SLOTS = [
    {
        "id": "b3c1f6de-6b0a-4e55-9c55-2f7e9d3a4b10",
        "starts_at": "2027-03-02T09:00:00+01:00",
        "ends_at": "2027-03-02T12:30:00+01:00",
    }
]
_TRAINERS = ["7d0f3a64-2b1c-4f0e-8a6d-0c9e5b1f2a33"]


class NewSlot(Strict):
    """One block of presence, usually half a day, at most twelve hours. Times may have any offset."""

    starts_at: PlausibleTime = Field(examples=["2027-03-02T09:00:00+01:00"])
    ends_at: PlausibleTime = Field(examples=["2027-03-02T12:30:00+01:00"])

    def wanted(self) -> WantedSlot:
        return WantedSlot(starts_at=self.starts_at, ends_at=self.ends_at)


class ChangedSlot(NewSlot):
    """A slot of the session, named by its id, or a new slot without an id."""

    id: UUID | None = Field(None, examples=["b3c1f6de-6b0a-4e55-9c55-2f7e9d3a4b10"])

    def wanted(self) -> WantedSlot:
        return WantedSlot(id=self.id, starts_at=self.starts_at, ends_at=self.ends_at)


class NewSession(Strict):
    """A session of a published training; it may be past. Requests are accepted from `opens_at` to `closes_at`.

    `place` is the one line that mails show. `link` is shown to people who are signed in.
    """

    training_id: UUID = Field(examples=["0c0a2a86-3f2f-4f4b-8a1e-6f2d1e9b7c21"])
    capacity: Capacity
    place: Line = Field(examples=[_PLACE])
    town: OptionalLine = Field(None, examples=[_TOWN])
    address: OptionalLine = Field(None, examples=[_ADDRESS])
    access: OptionalText = Field(None, examples=[_ACCESS], description="How people with a disability get there")
    distance: bool = Field(default=False, examples=[False], description="People take part from where they are")
    link: Link | None = Field(None, examples=[_LINK])
    opens_at: PlausibleTime = Field(examples=[_OPENS])
    closes_at: PlausibleTime = Field(examples=[_CLOSES])
    slots: list[NewSlot] = Field(min_length=1, max_length=MOST_SLOTS, description="In order of time, without overlap")
    trainer_ids: list[UUID] = Field(max_length=10, description="Accounts of the trainers", examples=[_TRAINERS])

    def plan(self) -> WantedPlan:
        return WantedPlan(
            place=self.place,
            town=self.town or "",
            address=self.address or "",
            access=self.access or "",
            distance=self.distance,
            link=self.link or "",
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            slots=tuple(slot.wanted() for slot in self.slots),
            trainer_ids=tuple(self.trainer_ids),
        )


class SessionEdit(Changes):
    """The fields of a session to change. `slots` replaces the whole list; a slot with its id keeps its presences.

    A session that is over can be corrected until its attendance sheet is closed, with a `reason`.
    """

    can_be_emptied = frozenset({"town", "address", "access", "link", "reason"})

    place: Line | None = Field(None, examples=[_PLACE])
    town: OptionalLine = Field(None, examples=[_TOWN])
    address: OptionalLine = Field(None, examples=[_ADDRESS])
    access: OptionalText = Field(None, examples=[_ACCESS])
    distance: bool | None = Field(None, examples=[False])
    link: Link | None = Field(None, examples=[_LINK])
    opens_at: PlausibleTime | None = Field(None, examples=[_OPENS])
    closes_at: PlausibleTime | None = Field(None, examples=[_CLOSES])
    slots: list[ChangedSlot] | None = Field(None, min_length=1, max_length=MOST_SLOTS, examples=[_SLOTS])
    trainer_ids: list[UUID] | None = Field(None, max_length=10, examples=[_TRAINERS])
    reason: Text | None = Field(None, examples=["La salle a changé le matin même."])

    def changes(self) -> PlanChanges:
        sent = self.sent()
        sent.pop("reason", None)
        if self.slots is not None:
            sent["slots"] = tuple(slot.wanted() for slot in self.slots)
        if self.trainer_ids is not None:
            sent["trainer_ids"] = tuple(self.trainer_ids)
        return PlanChanges(**sent)


class NewCapacity(Strict):
    """The number of seats. It may be lower than the number of seats held: nobody loses a seat."""

    capacity: Capacity


class Reason(Strict):
    """The reason that the participants read."""

    reason: Text = Field(examples=["Le formateur est indisponible."])


class CopyOfSession(Strict):
    """When the copy begins: each slot, and the time for requests, is as many days later, at the same hours in Paris."""

    starts_on: Day = Field(examples=["2027-09-14"])


class BlockOfHours(Strict):
    """A block of hours of one day, in Paris."""

    begins: ClockTime = Field(alias="from", examples=["09:00"])
    ends: ClockTime = Field(alias="to", examples=["12:30"])


class SlotPattern(Strict):
    """Blocks of hours on some weekdays between two days, without the days in `except`."""

    first_day: Day = Field(examples=["2027-03-02"])
    last_day: Day = Field(examples=["2027-03-23"])
    weekdays: list[WeekdayName] = Field(min_length=1, max_length=7, examples=[["tuesday"]])
    blocks: list[BlockOfHours] = Field(min_length=1, max_length=6)
    excluded: list[Day] = Field([], alias="except", max_length=MOST_DAYS, examples=[["2027-03-09"]])

    def pattern(self) -> Pattern:
        return Pattern(
            first_day=self.first_day,
            last_day=self.last_day,
            weekdays=frozenset(Weekday[name.upper()] for name in self.weekdays),
            blocks=tuple(Block(begins=block.begins, ends=block.ends) for block in self.blocks),
            excluded=frozenset(self.excluded),
        )
