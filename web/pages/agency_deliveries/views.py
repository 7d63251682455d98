"""What the templates of the messages between the services get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from web.client.deliveries import DeliveryLine, DeliveryPage, RepairAct, Service
from web.dates import Dates

ADDRESSES: Final[Mapping[Service, str]] = {
    "identity": "comptes",
    "catalogue": "catalogue",
    "enrollment": "demandes",
    "notifier": "mails",
}
"""How each service is called in an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A delivery in a list. Without `next_try` it is parked."""

    url: str
    number: int
    name: str
    since: str
    attempts: int
    next_try: str | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePart:
    """The deliveries of one service; `rows` is None while it is away."""

    service: Service
    url: str
    parked: int
    waiting: int
    rows: Sequence[DeliveryRow] | None
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """What somebody did."""

    service: Service
    when: str
    is_drop: bool
    by: str | None
    reason: str
    deliveries: int
    name: str | None


def address_of(service: Service) -> str:
    return f"/agence/echanges/{ADDRESSES[service]}"


def delivery_row(service: Service, delivery: DeliveryLine, dates: Dates) -> DeliveryRow:
    return DeliveryRow(
        url=f"{address_of(service)}/{delivery.number}",
        number=delivery.number,
        name=delivery.name,
        since=dates.moment(delivery.created_at),
        attempts=delivery.attempts,
        next_try=dates.moment(delivery.next_at) if delivery.next_at else None,
        error=delivery.last_error,
    )


def service_part(service: Service, page: DeliveryPage | None, dates: Dates) -> ServicePart:
    return ServicePart(
        service=service,
        url=address_of(service),
        parked=page.parked if page else 0,
        waiting=page.waiting if page else 0,
        rows=[delivery_row(service, each, dates) for each in page.items] if page else None,
        has_more=bool(page and page.next),
    )


def act_lines(acts: Sequence[tuple[Service, RepairAct]], dates: Dates) -> Sequence[ActLine]:
    """The newest first."""
    return [
        ActLine(
            service=service,
            when=dates.moment(each.at),
            is_drop=each.act == "drop",
            by=str(each.acted_by) if each.acted_by else None,
            reason=each.reason,
            deliveries=each.deliveries,
            name=each.name,
        )
        for service, each in sorted(acts, key=lambda act: act[1].at, reverse=True)
    ]
