"""The ledger of erasures: whose account was erased, when, by whom, and what stood against it."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from web.client import desk
from web.context import Reader
from web.dates import Dates
from web.listing import ON_A_PAGE, Address
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence/suppressions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRow:
    """A line of the ledger. `name` is None once the account is erased; `by` is None if the person asked."""

    account_id: str
    name: str | None
    state: str
    asked: str
    ended: str | None
    by: str | None
    by_id: str
    reason: str | None
    sentences: list[str]


def erasure_row(line: desk.LedgerLine, dates: Dates) -> ErasureRow:
    return ErasureRow(
        account_id=str(line.account_id),
        name=line.account_name,
        state=line.state,
        asked=f"{dates.day(line.asked_at, year=True)}, {dates.hour(line.asked_at)}",
        ended=f"{dates.day(line.ended_at, year=True)}, {dates.hour(line.ended_at)}" if line.ended_at else None,
        by=line.asked_by_name if line.by_staff else None,
        by_id=str(line.asked_by),
        reason=line.reason,
        sentences=line.sentences if line.state == "refused" else [],
    )


@router.get("")
async def ledger_page(reader: Reader, after: str | None = None) -> Response:
    """Every erasure that was asked for, newest first."""
    header, found = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.ERASURES, query={"cursor": after, "limit": ON_A_PAGE}),
    )
    return await reader.page(
        "agency_people/erasures.html",
        header=header,
        rows=[erasure_row(each, reader.pages.dates) for each in found.items],
        next_url=Address("/agence/suppressions", {}).next(found.next),
    )
