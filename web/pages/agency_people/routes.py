"""People as staff see them: the list, and the page of one person with their requests and mails."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import desk, enrollment, mails
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.listing import ON_A_PAGE, Address, FileFormat, file_of
from web.pages.agency_mails.views import mail_row
from web.pages.agency_people.account_acts import offered
from web.pages.agency_people.views import GROUPS, attachment_line, groups, person_line, request_rows
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/personnes")

MARKS: Final = {
    "equipe": {"is_staff": True},
    "desactives": {"disabled": True},
    "a-confirmer": {"proved": False, "disabled": False},
}
"""The filters of the list, by their name in the address."""
FIELDS: Final = ("civility", "first_name", "last_name", "email")


def _query(q: str, mark: str) -> dict[str, Any]:
    return {"q": q or None, **{name: str(value).lower() for name, value in MARKS.get(mark, {}).items()}}


@router.get("")
async def list_page(
    reader: Reader, q: str = "", mark: Annotated[str, Query(alias="compte")] = "", after: str | None = None
) -> Response:
    """All accounts by name; by words of the name or the address, and by mark."""
    address = Address("/agence/personnes", {"q": q, "compte": mark})
    header, found = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.ACCOUNTS, query={**_query(q, mark), "cursor": after, "limit": ON_A_PAGE}),
    )
    return await reader.page(
        "agency_people/list.html",
        header=header,
        address=address,
        people=[person_line(each) for each in found.items],
        marks=[*MARKS],
        total=found.total,
        next_url=address.next(found.next),
    )


@router.get("/fichier.{file_format}")
async def list_file(
    reader: Reader, file_format: FileFormat, q: str = "", mark: Annotated[str, Query(alias="compte")] = ""
) -> Response:
    return await file_of(reader, desk.ACCOUNTS_FILE, _query(q, mark), name="comptes", file_format=file_format)


@router.get("/nouvelle")
async def new_page(reader: Reader) -> Response:
    return await _new_page(reader, Form())


@router.post("/nouvelle")
async def add(reader: Reader) -> Response:
    """Make an account; the person gets a mail to choose a password."""
    form = await reader.form()
    body: dict[str, Any] = {name: form.values.get(name, "").strip() for name in FIELDS}
    body |= {"civility": body["civility"] or None, "is_staff": form.values.get("is_staff") == "oui"}
    try:
        made = await reader.api(desk.ADD_ACCOUNT, body=body, key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _new_page(reader, form.refused(error), status=error.problem.status)
    return reader.go(f"/agence/personnes/{made.id}", "The account is made; the person gets a mail.")


@router.get("/{account_id}")
async def person_page(
    reader: Reader,
    account_id: UUID,
    group: Annotated[str, Query(alias="liste")] = "",
    after: str | None = None,
) -> Response:
    """Who it is, where they work, and their requests, in four lists or all."""
    chosen = group if group in GROUPS else ""
    common = {"scope": "all", "account_id": account_id}
    header, account, found, counts = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.ACCOUNT, account_id=account_id),
        or_none(
            reader.api(
                enrollment.ENROLLMENTS,
                query={**common, "group": chosen or None, "cursor": after, "limit": ON_A_PAGE},
            )
        ),
        or_none(reader.api(enrollment.COUNTS, query=common)),
    )
    address = Address(f"/agence/personnes/{account_id}", {"liste": chosen})
    return await reader.page(
        "agency_people/person.html",
        header=header,
        **_head(reader, account),
        address=address,
        tab="requests",
        chosen=chosen,
        groups=groups(counts) if counts else [],
        requests=request_rows(found.items, reader.pages.dates) if found else None,
        next_url=address.next(found.next) if found else None,
    )


@router.get("/{account_id}/messages")
async def mails_page(reader: Reader, account_id: UUID, after: str | None = None) -> Response:
    """The mails that this person got, or should have got."""
    header, account, found = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.ACCOUNT, account_id=account_id),
        or_none(reader.api(mails.MAILS, query={"account_id": account_id, "cursor": after, "limit": ON_A_PAGE})),
    )
    address = Address(f"/agence/personnes/{account_id}/messages", {})
    return await reader.page(
        "agency_people/person.html",
        header=header,
        **_head(reader, account),
        address=address,
        tab="mails",
        rows=[mail_row(each, reader.pages.dates) for each in found.items] if found else None,
        total=found.total if found else 0,
        next_url=address.next(found.next) if found else None,
    )


async def _new_page(reader: Visit, form: Form, *, status: int = HTTPStatus.OK) -> Response:
    header = await read_staff_header(reader.api)
    return await reader.page("agency_people/new.html", status=status, header=header, form=form)


def _head(reader: Visit, account: desk.AccountDetails) -> dict[str, Any]:
    """What all tabs of the page show of a person."""
    return {
        "person": person_line(account),
        "attachments": [attachment_line(each, reader.pages.dates) for each in account.attachments],
        "acts": offered(account),
    }
