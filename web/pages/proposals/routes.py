"""Proposals: a person consents or declines; who proposed sees what became of it."""

import asyncio
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import catalogue, proposals
from web.client.api import or_none
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.header import read_header
from web.pages.proposals.views import proposal_card
from web.pages.visitor.views import card

router = APIRouter(prefix="/propositions")

ON_A_PAGE: Final = 25


@router.get("")
async def list_page(reader: Reader, after: str | None = None) -> Response:
    """Those to the reader, and those of the structures in which the reader decides, newest first."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header, found = await asyncio.gather(
        read_header(reader.api),
        reader.api(proposals.PROPOSALS, query={"scope": "all", "cursor": after, "limit": ON_A_PAGE}),
    )
    return await reader.page(
        "proposals/list.html",
        header=header,
        cards=[proposal_card(each, reader.pages.dates, header.me) for each in found.items],
        next_url=f"/propositions?{urlencode({'after': found.next})}" if found.next else None,
    )


@router.get("/{proposal_id}")
async def proposal_page(reader: Reader, proposal_id: UUID) -> Response:
    """What is proposed, by whom and why, and the answer."""
    return await _page(reader, proposal_id, "proposals/proposal.html", None)


@router.post("/{proposal_id}/accord")
async def consent(reader: Reader, proposal_id: UUID) -> Response:
    """The person consents, perhaps with a motivation of their own."""
    form = await reader.form()
    words = form.values.get("motivation", "").strip()
    try:
        proposal = await reader.api(
            proposals.CONSENT, proposal_id=proposal_id, body={"motivation": words} if words else None
        )
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        refused = form.refused(error)
        return await _page(reader, proposal_id, "proposals/proposal.html", refused, status=error.problem.status)
    return reader.go(f"/demandes/{proposal.enrollment_id}", "You have consented: here is your request.")


@router.get("/{proposal_id}/refus")
async def decline_page(reader: Reader, proposal_id: UUID) -> Response:
    """What follows."""
    return await _page(reader, proposal_id, "proposals/decline.html", Form())


@router.post("/{proposal_id}/refus")
async def decline(reader: Reader, proposal_id: UUID) -> Response:
    """The person declines, perhaps with a word."""
    form = await reader.form()
    reason = form.values.get("reason", "").strip()
    try:
        await reader.api(proposals.DECLINE, proposal_id=proposal_id, body={"reason": reason} if reason else None)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        refused = form.refused(error)
        return await _page(reader, proposal_id, "proposals/decline.html", refused, status=error.problem.status)
    return reader.go(f"/propositions/{proposal_id}", "You have declined; who proposed it gets a mail.")


async def _page(reader: Visit, proposal_id: UUID, template: str, form: Form | None, *, status: int = 200) -> Response:
    header, proposal = await asyncio.gather(
        read_header(reader.api), reader.api(proposals.PROPOSAL, proposal_id=proposal_id)
    )
    session = await or_none(_session(reader, proposal.session.id))
    shown = proposal_card(proposal, reader.pages.dates, header.me)
    return await reader.page(
        template,
        status=status,
        header=header,
        proposal=shown,
        session=card(session, reader.pages.dates) if session else None,
        form=form or Form({"motivation": shown.motivation}),
    )


async def _session(reader: Visit, session_id: UUID) -> catalogue.Session | None:
    """The session with its slots; those of a training that is no longer shown are missing."""
    try:
        return await reader.api(catalogue.SESSION, session_id=session_id)
    except Refused:
        return None
