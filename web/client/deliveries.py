"""What the pages of staff call of each service about messages between the services that did not arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read

Service = Literal["identity", "catalogue", "enrollment", "notifier"]


class RepairAct(Read):
    """What somebody did: with one delivery, or with all of a name. Without `acted_by` it was a command."""

    at: datetime
    act: Literal["replay", "drop"]
    acted_by: UUID | None
    reason: str
    deliveries: int
    name: str | None


class DeliveryLine(Read):
    """A delivery that failed. It is parked, or is tried again at `next_at`."""

    number: int
    name: str
    handler: str | None
    attempts: int
    next_at: datetime | None
    created_at: datetime
    last_error: str


class Delivery(DeliveryLine):
    """With its body, without secrets."""

    message_id: str | None
    source: str | None
    body: str


class DeliveryPage(Page[DeliveryLine]):
    """A part of the list, the number of all, and what was done last."""

    parked: int
    waiting: int
    acts: list[RepairAct]


class Replayed(Read):
    """How many are tried again."""

    deliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """The calls of one service."""

    found: Call[DeliveryPage]
    one: Call[Delivery]
    replay: Call[Replayed]
    replay_all: Call[Replayed]
    drop: Call[None]


def _of(service: Service) -> Deliveries:
    return Deliveries(
        found=Call[DeliveryPage]("GET", service, "/deliveries", DeliveryPage),
        one=Call[Delivery]("GET", service, "/deliveries/{number}", Delivery),
        replay=Call[Replayed]("POST", service, "/deliveries/{number}/replay", Replayed),
        replay_all=Call[Replayed]("POST", service, "/deliveries/replay", Replayed),
        drop=Call[None]("POST", service, "/deliveries/{number}/drop", None),
    )


SERVICES: Final[Mapping[Service, Deliveries]] = {
    "identity": _of("identity"),
    "catalogue": _of("catalogue"),
    "enrollment": _of("enrollment"),
    "notifier": _of("notifier"),
}
