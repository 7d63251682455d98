"""The year of a structure: its requests by the month of the session."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web import plots
from web.client import structure
from web.client.errors import SignInNeeded
from web.context import Reader
from web.dates import PARIS, Dates
from web.pages.header import read_header
from web.pages.structure.views import own_structures

router = APIRouter(prefix="/structure")

Year = Annotated[int | None, Query(alias="an", ge=1900, le=2199)]
OfStructure = Annotated[UUID | None, Query(alias="structure")]
GROUPS: Final[Sequence[structure.Group]] = ("followed", "requested", "refused", "cancelled")
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A month with the number of each group, in the order of GROUPS."""

    name: str
    short_name: str
    numbers: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.numbers)


def month_rows(figures: structure.StructureFigures, year: int, dates: Dates) -> list[MonthRow]:
    """Twelve months, also those without a request."""
    counts = Counter({(each.month, each.group): each.requests for each in figures.requests})
    begins = [datetime(year, month, 1, tzinfo=PARIS) for month in range(1, _MONTHS + 1)]
    return [
        MonthRow(
            name=dates.month(begin),
            short_name=dates.abbreviated_month(begin),
            numbers=[counts[f"{begin:%Y-%m}", group] for group in GROUPS],
        )
        for begin in begins
    ]


@router.get("/annee")
async def year_page(reader: Reader, year: Year = None, structure_id: OfStructure = None) -> Response:
    """The plot, and the same numbers as a table."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    this_year = datetime.now(PARIS).year
    shown = year or this_year
    query = {
        "from": datetime(shown, 1, 1, tzinfo=PARIS).isoformat(),
        "to": datetime(shown + 1, 1, 1, tzinfo=PARIS).isoformat(),
        "structure_id": structure_id,
    }
    header, figures = await asyncio.gather(read_header(reader.api), reader.api(structure.FIGURES, query=query))
    rows = month_rows(figures, shown, reader.pages.dates)
    totals = [sum(column) for column in zip(*(row.numbers for row in rows), strict=True)]
    title = reader.pages.words.gettext("Requests by month of the session")
    ours = own_structures(header, "employer", "referent")
    return await reader.page(
        "structure/year.html",
        header=header,
        rows=rows,
        totals=totals,
        plot=plots.columns([(row.short_name, row.total) for row in rows], title=title) if any(totals) else None,
        groups=GROUPS,
        year=shown,
        years=[(each, _url(each, structure_id)) for each in range(this_year + 1, this_year - 3, -1)],
        structures=[(each.name, each.id == str(structure_id), _url(shown, UUID(each.id))) for each in ours],
        is_every=structure_id is None,
        every_url=_url(shown, None),
    )


def _url(year: int, structure_id: UUID | None) -> str:
    return f"/structure/annee?{urlencode({'an': year} | ({'structure': structure_id} if structure_id else {}))}"
