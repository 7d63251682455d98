"""The ledger of mails: the list with its filters, each mail as it was, and sending one again."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import HTMLResponse, Response

from web.client import mails
from web.client.errors import Refused
from web.context import Reader, Visit
from web.dates import PARIS
from web.forms import Form
from web.listing import ON_A_PAGE, Address, FileFormat, file_of
from web.pages.agency_mails.views import mail_row
from web.pages.header import read_staff_header
from web.rendering import POLICY

router = APIRouter(prefix="/agence/mails")

State = Literal["", "pending", "sent", "dropped", "failed", "unknown"]
STATES: Final = ("failed", "unknown", "pending", "sent", "dropped")
FRAMED: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""A mail runs nothing, fetches nothing and leads nowhere, whatever is written in it."""


async def _filters(
    *,
    recipient: Annotated[str, Query(alias="destinataire", max_length=320)] = "",
    state: Annotated[State, Query(alias="etat")] = "",
    since: Annotated[str, Query(alias="du", max_length=10)] = "",
    until: Annotated[str, Query(alias="au", max_length=10)] = "",
    account: Annotated[UUID | Literal[""], Query(alias="compte")] = "",
    subject: Annotated[UUID | Literal[""], Query(alias="sujet")] = "",
) -> dict[str, str]:
    """The filters, by their names in the address."""
    return {
        "destinataire": recipient.strip(),
        "etat": state,
        "du": since,
        "au": until,
        "compte": str(account),
        "sujet": str(subject),
    }


Given = Annotated[dict[str, str], Depends(_filters)]


def _day(text: str, *, after: int = 0) -> str | None:
    """The beginning of a day in Paris; None if it is not a day."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date() + timedelta(days=after)  # noqa: DTZ007 - only the day is used
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), PARIS).astimezone(UTC).isoformat()


def _query(given: dict[str, str]) -> dict[str, Any]:
    return {
        "recipient": given["destinataire"] or None,
        "status": given["etat"] or None,
        "from": _day(given["du"]),
        "to": _day(given["au"], after=1),
        "account_id": given["compte"] or None,
        "subject_id": given["sujet"] or None,
    }


@router.get("")
async def list_page(reader: Reader, given: Given, after: str | None = None) -> Response:
    """The mails, newest first."""
    address = Address("/agence/mails", given)
    header, found, figures = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(mails.MAILS, query={**_query(given), "cursor": after, "limit": ON_A_PAGE}),
        reader.api(mails.MAIL_FIGURES),
    )
    return await reader.page(
        "agency_mails/list.html",
        header=header,
        address=address,
        states=STATES,
        figures=figures,
        rows=[mail_row(each, reader.pages.dates) for each in found.items],
        total=found.total,
        next_url=address.next(found.next),
    )


@router.get("/fichier.{file_format}")
async def list_file(reader: Reader, given: Given, file_format: FileFormat) -> Response:
    return await file_of(reader, mails.MAILS_FILE, _query(given), name="messages", file_format=file_format)


@router.get("/{mail_id}")
async def mail_page(reader: Reader, mail_id: UUID) -> Response:
    """A mail: what became of it, and its text; its page is in a frame that runs nothing."""
    header, mail = await asyncio.gather(read_staff_header(reader.api), reader.api(mails.MAIL, mail_id=mail_id))
    answer = await reader.page(
        "agency_mails/mail.html", header=header, mail=mail, row=mail_row(mail, reader.pages.dates)
    )
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


@router.get("/{mail_id}/page")
async def framed_page(reader: Reader, mail_id: UUID) -> Response:
    """The page of a mail, for the frame."""
    mail = await reader.api(mails.MAIL, mail_id=mail_id)
    if mail.html is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return HTMLResponse(mail.html, headers={"Content-Security-Policy": FRAMED})


@router.get("/{mail_id}/renvoi")
async def resend_page(reader: Reader, mail_id: UUID) -> Response:
    return await _resend_page(reader, mail_id, Form())


@router.post("/{mail_id}/renvoi")
async def resend(reader: Reader, mail_id: UUID) -> Response:
    """Send it again, as a new mail."""
    form = await reader.form()
    try:
        again = await reader.api(mails.RESEND, mail_id=mail_id)
    except Refused as error:
        if error.problem.status != HTTPStatus.CONFLICT:
            raise
        return await _resend_page(reader, mail_id, form.refused(error), status=error.problem.status)
    return reader.go(f"/agence/mails/{again.id}", "The mail leaves again: this is the new one.")


async def _resend_page(reader: Visit, mail_id: UUID, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    header, mail = await asyncio.gather(read_staff_header(reader.api), reader.api(mails.MAIL, mail_id=mail_id))
    return await reader.page(
        "agency_mails/resend.html",
        status=status,
        header=header,
        mail=mail,
        row=mail_row(mail, reader.pages.dates),
        form=form,
    )
