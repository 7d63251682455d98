"""The messages between the services that did not arrive: listed for all services, read, tried again, given up."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from web.client.api import or_none
from web.client.deliveries import SERVICES, Deliveries, Service
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.listing import ON_A_PAGE, Address
from web.pages.agency_deliveries.views import ADDRESSES, act_lines, address_of, delivery_row, service_part
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/echanges")

SHOWN: Final = 5
"""How many deliveries of each service the page of all services shows."""
RATE: Final = "20"
Place = Literal["comptes", "catalogue", "demandes", "mails"]
ActName = Literal["relance", "abandon"]
Number = Annotated[int, Path(ge=1, lt=2**63)]
_SERVICES: Final[dict[str, Service]] = {address: service for service, address in ADDRESSES.items()}


@router.get("")
async def all_page(reader: Reader) -> Response:
    """All services beside each other; one that is away is named."""
    services = (or_none(reader.api(calls.found, query={"limit": SHOWN})) for calls in SERVICES.values())
    header, found = await asyncio.gather(read_staff_header(reader.api), asyncio.gather(*services))
    pages = dict(zip(SERVICES, found, strict=True))
    dates = reader.pages.dates
    acts = [(service, each) for service, page in pages.items() if page for each in page.acts]
    return await reader.page(
        "agency_deliveries/all.html",
        header=header,
        services=[service_part(service, page, dates) for service, page in pages.items()],
        acts=act_lines(acts, dates)[:10],
    )


@router.get("/{place}")
async def list_page(reader: Reader, place: Place, after: str | None = None) -> Response:
    """All deliveries of one service."""
    service = _SERVICES[place]
    address = Address(address_of(service), {})
    header, found = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(SERVICES[service].found, query={"cursor": after, "limit": ON_A_PAGE}),
    )
    return await reader.page(
        "agency_deliveries/list.html",
        header=header,
        part=service_part(service, found, reader.pages.dates),
        next_url=address.next(found.next),
    )


@router.get("/{place}/relance")
async def replay_all_page(
    reader: Reader, place: Place, name: Annotated[str, Query(alias="nom", max_length=200)] = ""
) -> Response:
    return await _replay_all_page(reader, _SERVICES[place], Form({"par_seconde": RATE, "nom": name}))


@router.post("/{place}/relance")
async def replay_all(reader: Reader, place: Place) -> Response:
    """Try all parked deliveries again, or those of a name."""
    service = _SERVICES[place]
    form = await reader.form()
    rate = form.values.get("par_seconde", "").strip()
    body = {
        "reason": form.values.get("reason", "").strip(),
        "name": form.values.get("nom", "").strip() or None,
        "per_second": int(rate) if rate.isascii() and rate.isdecimal() else rate,
    }
    try:
        replayed = await reader.api(SERVICES[service].replay_all, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        refused = form.refused(error, {"per_second": "par_seconde", "name": "nom"})
        return await _replay_all_page(reader, service, refused, status=error.problem.status)
    if not replayed.deliveries:
        return reader.go("/agence/echanges", "No message waited any more.")
    return reader.go("/agence/echanges", "The messages are being tried again.")


async def _replay_all_page(reader: Visit, service: Service, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    query: dict[str, Any] = {"parked": True, "name": form.values.get("nom", "").strip() or None, "limit": 1}
    header, found = await asyncio.gather(
        read_staff_header(reader.api), reader.api(SERVICES[service].found, query=query)
    )
    part = service_part(service, found, reader.pages.dates)
    return await reader.page("agency_deliveries/replay.html", status=status, header=header, part=part, form=form)


@router.get("/{place}/{number}")
async def one_page(reader: Reader, place: Place, number: Number) -> Response:
    """One delivery with its body."""
    return await _one_page(reader, _SERVICES[place], number, "delivery.html")


@router.get("/{place}/{number}/{act}")
async def act_page(reader: Reader, place: Place, number: Number, act: ActName) -> Response:
    """What follows from the act."""
    return await _one_page(reader, _SERVICES[place], number, "act.html", act=act, form=Form())


@router.post("/{place}/{number}/{act}")
async def perform(reader: Reader, place: Place, number: Number, act: ActName) -> Response:
    """Try it again, or give it up."""
    form = await reader.form()
    service = _SERVICES[place]
    calls: Deliveries = SERVICES[service]
    body = {"reason": form.values.get("reason", "").strip()}
    try:
        await reader.api(calls.drop if act == "abandon" else calls.replay, number=number, body=body)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        status = error.problem.status
        return await _one_page(reader, service, number, "act.html", status=status, act=act, form=form.refused(error))
    if act == "abandon":
        return reader.go("/agence/echanges", "The message is given up.")
    return reader.go("/agence/echanges", "The message is being tried again.")


async def _one_page(
    reader: Visit,
    service: Service,
    number: int,
    template: str,
    *,
    status: int = HTTPStatus.OK,
    **variables: Any,  # noqa: ANN401 - what the template names
) -> Response:
    header, delivery = await asyncio.gather(
        read_staff_header(reader.api), reader.api(SERVICES[service].one, number=number)
    )
    return await reader.page(
        f"agency_deliveries/{template}",
        status=status,
        header=header,
        service=service,
        list_url=address_of(service),
        delivery=delivery,
        row=delivery_row(service, delivery, reader.pages.dates),
        **variables,
    )
