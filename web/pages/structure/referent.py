"""What a referent does for the structure itself: hand the role over, report a change, invite somebody."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from web.client import desk, identity, structure
from web.client.api import or_none
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.header import Header, read_header
from web.pages.structure.views import attachment_card, own_structures, report_card

router = APIRouter(prefix="/structure")

OfStructure = Annotated[UUID | None, Query(alias="structure")]
MOST: Final = 100
INVITED: Final = ("structure_id", "first_name", "last_name", "email")


@router.get("/fiche")
async def structure_page(reader: Reader) -> Response:
    """The structure as the agency knows it, and the changes that were reported."""
    return await _structure_page(reader, Form())


@router.post("/fiche")
async def report(reader: Reader) -> Response:
    """Report a change; the agency answers it."""
    form = await reader.form()
    structure_id = form.values.get("structure_id", "")
    if not structure_id:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    body = {"text": form.values.get("text", "").strip()}
    try:
        await reader.api(structure.REPORT_CHANGE, structure_id=structure_id, body=body, key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _structure_page(reader, form.refused(error), status=error.problem.status)
    return reader.go("/structure/fiche#signalements", "The agency has your report; its answer is shown here.")


async def _structure_page(reader: Visit, form: Form, *, status: int = 200) -> Response:
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header, reports = await asyncio.gather(
        read_header(reader.api), or_none(reader.api(desk.REPORTS, query={"limit": MOST}))
    )
    ours = own_structures(header, "referent")
    dates = reader.pages.dates
    details = {str(each.structure.id): each for each in header.me.attachments} if header.me else {}
    return await reader.page(
        "structure/structure.html",
        status=status,
        header=header,
        structures=[details[each.id].structure for each in ours],
        reports=None if reports is None else [report_card(each, dates) for each in reversed(reports.items)],
        form=form,
    )


@router.get("/referent")
async def hand_over_page(reader: Reader, structure_id: OfStructure = None) -> Response:
    """To whom, and what follows."""
    return await _hand_over_page(reader, structure_id, Form({"attachment": "", "statuses": ""}))


@router.post("/referent")
async def hand_over(reader: Reader, structure_id: OfStructure = None) -> Response:
    """First the other person becomes referent, then the reader gives the status back: never nobody has it."""
    form = await reader.form()
    form = Form({"attachment": "", "statuses": "", **form.values}, key=form.key)
    header = await read_header(reader.api)
    own = _own(header, structure_id)
    if own is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        if not form.values["attachment"]:
            sentence = reader.pages.words.gettext("Choose a person.")
            chosen = Form(form.values, {"attachment": sentence}, key=form.key)
            return await _hand_over_page(reader, structure_id, chosen, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        other = await reader.api(desk.ATTACHMENT, attachment_id=UUID(form.values["attachment"]))
        await reader.api(
            desk.CHANGE_STATUSES,
            attachment_id=other.id,
            body={"statuses": sorted({*other.statuses, "referent"})},
            version=other.version,
        )
        if not form.values.get("keep"):
            await reader.api(
                desk.CHANGE_STATUSES,
                attachment_id=own.id,
                body={"statuses": [each for each in own.statuses if each != "referent"] or ["beneficiary"]},
                version=own.version,
            )
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _hand_over_page(reader, structure_id, form.refused(error), status=error.problem.status)
    except ValueError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error
    return reader.go("/compte", "The role of referent is handed over.")


def _own(header: Header, structure_id: UUID | None) -> identity.Attachment | None:
    attachments = header.me.attachments if header.me else []
    return next(
        (each for each in attachments if "referent" in each.statuses and structure_id in {None, each.structure.id}),
        None,
    )


async def _hand_over_page(reader: Visit, structure_id: UUID | None, form: Form, *, status: int = 200) -> Response:
    if not reader.api.is_signed_in:
        raise SignInNeeded
    query = {"scope": "structure", "state": "active", "structure_id": structure_id, "sort": "name", "limit": MOST}
    header, people = await asyncio.gather(read_header(reader.api), reader.api(desk.ATTACHMENTS, query=query))
    own = _own(header, structure_id)
    if own is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    cards = [attachment_card(each, reader.pages.dates, header.me) for each in people.items]
    return await reader.page(
        "structure/hand_over.html",
        status=status,
        header=header,
        structure_name=own.structure.name,
        structure_id=str(own.structure.id),
        keeps=[each for each in own.statuses if each != "referent"],
        people=[each for each in cards if not each.is_own and each.structure_id == str(own.structure.id)],
        form=form,
    )


@router.get("/inviter")
async def invite_page(reader: Reader) -> Response:
    """Write to somebody in the reader's place, or copy the address of the form."""
    return await _invite_page(reader, Form())


@router.post("/inviter")
async def invite(reader: Reader) -> Response:
    """The person gets the mail of somebody who asks for an account; the referent confirms them afterwards."""
    form = await reader.form()
    body = {name: form.values.get(name, "").strip() for name in INVITED}
    if civility := form.values.get("civility"):
        body["civility"] = civility
    try:
        await reader.api(identity.REGISTER, body=body, key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT | {HTTPStatus.TOO_MANY_REQUESTS}:
            raise
        return await _invite_page(reader, form.refused(error), status=error.problem.status)
    return reader.go("/structure/personnes", "The invitation has left. Once the address is proved, you confirm here.")


async def _invite_page(reader: Visit, form: Form, *, status: int = 200) -> Response:
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header = await read_header(reader.api)
    structures = own_structures(header, "referent")
    if not structures:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    public_url = reader.pages.settings.public_url.rstrip("/")
    chosen = form.values.get("structure_id") or structures[0].id
    return await reader.page(
        "structure/invite.html",
        status=status,
        header=header,
        structures=structures,
        links=[(each.name, f"{public_url}/compte/nouveau?structure={quote(each.id)}") for each in structures],
        form=Form({**form.values, "structure_id": chosen}, form.errors, form.sentence, form.key),
    )
