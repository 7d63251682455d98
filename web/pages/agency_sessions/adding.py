"""Adding a person to a session by hand: it is proposed to them, and they agree by a link in a mail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import planning, session_people
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/sessions/{session_id}/ajouter")

MOST_FOUND: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who can be asked, for one of their structures; `value` is what the form sends."""

    value: str
    name: str
    email: str
    structure: str


@router.get("")
async def search_page(reader: Reader, session_id: UUID, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Look for the person by name or address."""
    return await _page(reader, session_id, Form({"q": q.strip()}))


@router.post("")
async def propose(reader: Reader, session_id: UUID) -> Response:
    """Propose the session to the person."""
    form = await reader.form()
    account, _, structure = form.values.get("person", "").partition(":")
    motivation = form.values.get("motivation", "").strip()
    if not account:
        missing = {"person": reader.pages.words.gettext("Choose a person.")}
        wrong = Form({"person": "", **form.values}, missing, key=form.key)
        return await _page(reader, session_id, wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    body = {
        "kind": "participation",
        "session_id": str(session_id),
        "account_id": account,
        "structure_id": structure,
        "reason": form.values.get("reason", "").strip(),
        "motivation": motivation or None,
    }
    try:
        await reader.api(session_people.PROPOSE, body=body, key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        again = form.refused(error, {"account_id": "person", "structure_id": "person"})
        fresh = Form(again.values, again.errors, again.sentence)
        return await _page(reader, session_id, fresh, status=error.problem.status)
    return reader.go(
        f"/agence/sessions/{session_id}/ajouter", "The person is asked by mail: they are added when they agree."
    )


async def _page(reader: Visit, session_id: UUID, form: Form, *, status: int = 200) -> Response:
    header, session, found, proposals = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.SESSION, session_id=session_id),
        _found(reader, form.values.get("q", "")),
        or_none(
            reader.api(session_people.PROPOSALS, query={"scope": "all", "state": "open", "session_id": str(session_id)})
        ),
    )
    dates = reader.pages.dates
    return await reader.page(
        "agency_sessions/adding.html",
        status=status,
        header=header,
        session=session,
        date=dates.day(session.starts_at, year=True),
        candidates=_candidates(found),
        proposals=proposals.items if proposals else [],
        form=form,
    )


async def _found(reader: Visit, words: str) -> list[session_people.Account]:
    if not words:
        return []
    return (
        await reader.api(session_people.ACCOUNTS, query={"q": words, "disabled": "false", "limit": MOST_FOUND})
    ).items


def _candidates(accounts: Sequence[session_people.Account]) -> list[Candidate]:
    """A person stands once for each structure of which they are beneficiary."""
    return [
        Candidate(
            value=f"{each.id}:{attachment.structure.id}",
            name=f"{each.first_name} {each.last_name}",
            email=each.email,
            structure=attachment.structure.name,
        )
        for each in accounts
        for attachment in each.attachments
        if attachment.state == "active" and "beneficiary" in attachment.statuses
    ]
