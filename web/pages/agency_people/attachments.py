"""Attachments of people to structures: the list of the desk, one of them, and what staff do with it."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import Response

from web.client import desk
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.listing import ON_A_PAGE, Address, FileFormat, file_of
from web.pages.agency_people.views import attachment_line
from web.pages.attachment_acts import CONFIRM, CONFIRM_FIRST, END, REFUSE, STATUSES, Act, do
from web.pages.header import read_staff_header
from web.pages.open_requests import open_line, open_requests_of

router = APIRouter(prefix="/agence/rattachements")

STATES: Final = ("requested", "active", "refused", "ended")
EVERY: Final = "tous"
TO_CONFIRM: Final = "a-confirmer"
"""First referents, whom nobody has confirmed."""


ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        CONFIRM,
        REFUSE,
        CONFIRM_FIRST,
        Act(
            name="retirer",
            state="active",
            call=desk.REMOVE_FIRST,
            asks_reason=True,
            is_dangerous=True,
            of_first_user=True,
        ),
        Act(
            name="statuts",
            state="active",
            call=desk.CHANGE_STATUSES,
            asks_statuses=True,
            asks_reason=True,
            is_reason_optional=True,
            needs_version=True,
        ),
        END,
    )
}


def offered(attachment: desk.Attachment) -> list[Act]:
    """The acts that make sense for an attachment as it is."""
    return [
        act
        for act in ACTS.values()
        if act.state == attachment.state and (attachment.unconfirmed or not act.of_first_user)
    ]


async def _filters(
    *,
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(alias="etat")] = "requested",
    status: Annotated[str, Query(alias="statut")] = "",
    structure: Annotated[UUID | Literal[""], Query()] = "",
) -> dict[str, str]:
    """The filters, by their names in the address."""
    return {"q": q.strip(), "etat": state, "statut": status, "structure": str(structure)}


Given = Annotated[dict[str, str], Depends(_filters)]


def _query(given: Mapping[str, str]) -> dict[str, Any]:
    state, status = given["etat"], given["statut"]
    return {
        "scope": "all",
        "q": given["q"] or None,
        "state": state if state in STATES else None,
        "unconfirmed": "true" if state == TO_CONFIRM else None,
        "status": status if status in STATUSES else None,
        "structure_id": given["structure"] or None,
    }


@router.get("")
async def list_page(reader: Reader, given: Given, after: str | None = None) -> Response:
    """Those that wait for an answer, the oldest first; others by filter, the newest first."""
    address, chosen = Address("/agence/rattachements", given), given["etat"]
    direction = "asc" if chosen == "requested" else None
    header, found = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(
            desk.ATTACHMENTS,
            query={**_query(given), "direction": direction, "cursor": after, "limit": ON_A_PAGE},
        ),
    )
    return await reader.page(
        "agency_people/attachments.html",
        header=header,
        address=address,
        states=STATES,
        chosen=chosen,
        every=EVERY,
        to_confirm=TO_CONFIRM,
        statuses=STATUSES,
        attachments=[attachment_line(each, reader.pages.dates) for each in found.items],
        total=found.total,
        next_url=address.next(found.next),
    )


@router.get("/fichier.{file_format}")
async def list_file(reader: Reader, given: Given, file_format: FileFormat) -> Response:
    query = _query(given)
    return await file_of(reader, desk.ATTACHMENTS_FILE, query, name="rattachements", file_format=file_format)


@router.get("/{attachment_id}")
async def attachment_page(reader: Reader, attachment_id: UUID) -> Response:
    """One attachment, how it came about, and what can be done with it."""
    header, attachment = await asyncio.gather(
        read_staff_header(reader.api), reader.api(desk.ATTACHMENT, attachment_id=attachment_id)
    )
    return await reader.page(
        "agency_people/attachment.html",
        header=header,
        attachment=attachment_line(attachment, reader.pages.dates),
        acts=offered(attachment),
    )


@router.get("/{attachment_id}/acte/{name}")
async def act_page(reader: Reader, attachment_id: UUID, name: str) -> Response:
    """What follows from the act, and what has to be said with it."""
    if name not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await _page(reader, attachment_id, ACTS[name], None)


@router.post("/{attachment_id}/acte/{name}")
async def perform(reader: Reader, attachment_id: UUID, name: str) -> Response:
    """Do it. Requests that a person without the status leaves open are decided about on the next page."""
    form = await reader.form()
    act = ACTS.get(name)
    if act is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        await do(reader, attachment_id, act, form)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _page(reader, attachment_id, act, form.refused(error), status=error.problem.status)
    if name == "statuts" and form.values.get("open") == "yes" and not form.values.get("beneficiary"):
        return reader.go(
            f"/agence/demandes-ouvertes?personne={form.values.get('person', '')}&attendre=oui",
            "The statuses are changed. Now choose what becomes of the open requests.",
        )
    return reader.go(f"/agence/rattachements/{attachment_id}", "It is done.")


async def _page(reader: Visit, attachment_id: UUID, act: Act, form: Form | None, *, status: int = 200) -> Response:
    header, attachment = await asyncio.gather(
        read_staff_header(reader.api), reader.api(desk.ATTACHMENT, attachment_id=attachment_id)
    )
    requests = await open_requests_of(reader, attachment) if act.name in {"statuts", "terminer", "retirer"} else []
    first = attachment.statuses or ["beneficiary"]
    return await reader.page(
        "agency_people/attachment_act.html",
        status=status,
        header=header,
        attachment=attachment_line(attachment, reader.pages.dates),
        version=attachment.version,
        act=act if act in offered(attachment) else None,
        statuses=STATUSES,
        requests=None if requests is None else [open_line(each, reader.pages.dates) for each in requests],
        form=form or Form(dict.fromkeys(first, "yes") | {"reason": ""}),
    )
