"""One attachment: for its person, and for the referents of the structure, with what they can do."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from web.client import account, desk
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.attachment_acts import CONFIRM, CONFIRM_FIRST, END, REFUSE, Act, do
from web.pages.header import Header, read_header
from web.pages.open_requests import open_line, open_requests_of
from web.pages.structure.views import attachment_card, own_structures

router = APIRouter(prefix="/rattachements")


ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        CONFIRM,
        REFUSE,
        CONFIRM_FIRST,
        Act(
            name="statuts",
            state="active",
            call=desk.CHANGE_STATUSES,
            asks_statuses=True,
            needs_version=True,
        ),
        END,
        Act(
            name="quitter",
            state="active",
            call=account.LEAVE,
            is_own=True,
            asks_reason=True,
            is_reason_optional=True,
            is_dangerous=True,
        ),
        Act(
            name="retirer",
            state="requested",
            call=account.TAKE_BACK,
            is_own=True,
            asks_reason=True,
            is_reason_optional=True,
        ),
    )
}


def offered(attachment: desk.Attachment, header: Header) -> list[Act]:
    """The acts that make sense for the reader and the attachment as it is. The service decides whether they happen."""
    is_own = header.me is not None and header.me.id == attachment.account.id
    refers = str(attachment.structure.id) in {each.id for each in own_structures(header, "referent")}
    return [
        act
        for act in ACTS.values()
        if act.state == attachment.state
        and (is_own if act.is_own else refers and not (is_own and act.name != "statuts"))
        and (attachment.unconfirmed or not act.of_first_user)
    ]


@router.get("/{attachment_id}")
async def attachment_page(reader: Reader, attachment_id: UUID) -> Response:
    """Where it is, how it came about, and what the reader can do. Staff have a page of their own."""
    header, attachment = await asyncio.gather(
        read_header(reader.api), reader.api(desk.ATTACHMENT, attachment_id=attachment_id)
    )
    acts = offered(attachment, header)
    if header.me is not None and header.me.is_staff and not acts:
        return RedirectResponse(f"/agence/rattachements/{attachment_id}", HTTPStatus.SEE_OTHER)
    return await reader.page(
        "structure/attachment.html",
        header=header,
        attachment=attachment_card(attachment, reader.pages.dates, header.me),
        acts=acts,
        confirm=next((act for act in acts if act.name == "confirmer"), None),
        form=Form({"beneficiary": "yes"}),
    )


@router.get("/{attachment_id}/acte/{name}")
async def act_page(reader: Reader, attachment_id: UUID, name: str) -> Response:
    """What follows from the act, and what has to be said with it."""
    if name not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not reader.api.is_signed_in:
        raise SignInNeeded
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
    if name == "statuts" and form.values.get("open") and not form.values.get("beneficiary"):
        return reader.go(
            f"/structure/demandes-ouvertes?personne={form.values.get('person', '')}&attendre=oui",
            "The statuses have changed. Now choose what becomes of the open requests.",
        )
    return reader.go("/compte" if act.is_own else f"/rattachements/{attachment_id}", "It is done.")


async def _page(reader: Visit, attachment_id: UUID, act: Act, form: Form | None, *, status: int = 200) -> Response:
    header, attachment = await asyncio.gather(
        read_header(reader.api), reader.api(desk.ATTACHMENT, attachment_id=attachment_id)
    )
    is_asked = act.name in {"statuts", "terminer"}
    requests = await open_requests_of(reader, attachment) if is_asked else []
    dates = reader.pages.dates
    first = attachment.statuses or ["beneficiary"]
    return await reader.page(
        "structure/attachment_act.html",
        status=status,
        header=header,
        attachment=attachment_card(attachment, dates, header.me),
        act=act if act in offered(attachment, header) else None,
        requests=None if requests is None else [open_line(each, dates) for each in requests],
        person_id=str(attachment.account.id),
        form=form or Form(dict.fromkeys(first, "yes") | {"reason": ""}),
    )
