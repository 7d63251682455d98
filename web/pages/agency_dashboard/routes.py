"""What the agency sees first: what needs a hand, and the figures as plots with their tables and files."""

import asyncio
import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Final, Literal

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from web import plots
from web.client import figures, mails
from web.client.api import or_none
from web.context import Reader, Visit
from web.listing import file_answer
from web.pages.agency_dashboard import views
from web.pages.header import read_staff_header

router = APIRouter(prefix="/agence")

Cells = Sequence[str | int]
Name = Literal["demandes", "remplissage", "delais", "attente"]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@router.get("")
async def dashboard(reader: Reader) -> Response:
    """A part whose service is away is missing, and the page says so."""
    now = datetime.now(UTC)
    header, requests, structures, ledger = await asyncio.gather(
        read_staff_header(reader.api),
        or_none(_figures(reader, now)),
        or_none(reader.api(figures.STRUCTURES)),
        or_none(reader.api(mails.MAIL_FIGURES)),
    )
    return await reader.page(
        "agency_dashboard/dashboard.html",
        header=header,
        to_do=views.to_do(requests, structures, ledger),
        is_partial=any(each is None for each in (requests, structures, ledger)),
        requests=requests,
        structures=structures,
        **(_plots(reader, requests, now) if requests else {}),
    )


@router.get("/chiffres/{name}.csv")
async def file(reader: Reader, name: Name) -> Response:
    """The table of a plot for a spreadsheet."""
    now = datetime.now(UTC)
    found = await _figures(reader, now)
    head, lines = _TABLES[name](reader, found, now)
    return file_answer(_csv([head, *lines]), name=name, file_format="csv")


async def _figures(reader: Visit, now: datetime) -> figures.RequestFigures:
    return await reader.api(figures.REQUESTS, query={"from": views.first_month(now).astimezone(UTC).isoformat()})


def _plots(reader: Visit, found: figures.RequestFigures, now: datetime) -> dict[str, Any]:
    """The plots; one that would show nothing is None."""
    gettext = reader.pages.words.gettext
    months, axes = views.months(found, reader.pages.dates, now), views.axes(found)
    queues = [(each.name or gettext("Other trainings"), float(each.queued)) for each in axes if each.queued]
    drawn: dict[str, Markup | None] = {
        "months_plot": plots.columns([(each.short, each.total) for each in months], title=gettext("Requests by month")),
        "fill_plot": plots.bars(
            [(each.name or gettext("Other trainings"), each.percent) for each in axes],
            title=gettext("Seats taken by axis, in percent"),
            top=100,
        )
        if axes
        else None,
        "delays_plot": plots.columns(
            [(_delay_name(reader, each), each.decisions) for each in found.delays],
            title=gettext("Decisions of employers of the last 30 days, by how long they took"),
        )
        if any(each.decisions for each in found.delays)
        else None,
        "queues_plot": plots.bars(queues, title=gettext("People on waiting lists by axis")) if queues else None,
    }
    return {
        **drawn,
        "months": months,
        "axes": axes,
        "delays": [(_delay_name(reader, each), each.decisions) for each in found.delays],
        "delay": views.delay(found.waiting.decision_hours),
        "counted_at": found.counted_at and reader.pages.dates.moment(found.counted_at),
    }


def _delay_name(reader: Visit, delay: figures.Delay) -> str:
    """Such as "3 à 7 j"."""
    gettext = reader.pages.words.gettext
    if not delay.since:
        return gettext("under %(days)s d") % {"days": delay.until}
    if delay.until is None:
        return gettext("%(days)s d and more") % {"days": delay.since}
    return gettext("%(since)s to %(until)s d") % {"since": delay.since, "until": delay.until}


def _months_table(reader: Visit, found: figures.RequestFigures, now: datetime) -> tuple[Cells, Iterable[Cells]]:
    gettext = reader.pages.words.gettext
    head = (
        gettext("Month"),
        gettext("Requests"),
        gettext("Validated"),
        gettext("Open"),
        gettext("Closed without a seat"),
    )
    rows = views.months(found, reader.pages.dates, now)
    return head, [(each.name, each.total, each.validated, each.open, each.closed) for each in rows]


def _fill_table(reader: Visit, found: figures.RequestFigures, _: datetime) -> tuple[Cells, Iterable[Cells]]:
    gettext = reader.pages.words.gettext
    head = (gettext("Axis"), gettext("Sessions"), gettext("Seats"), gettext("Taken"), gettext("Percent"))
    return head, [
        (each.name or gettext("Other trainings"), each.sessions, each.capacity, each.held, each.percent)
        for each in views.axes(found)
    ]


def _delays_table(reader: Visit, found: figures.RequestFigures, _: datetime) -> tuple[Cells, Iterable[Cells]]:
    gettext = reader.pages.words.gettext
    return (gettext("Time until the decision"), gettext("Decisions")), [
        (_delay_name(reader, each), each.decisions) for each in found.delays
    ]


def _queues_table(reader: Visit, found: figures.RequestFigures, _: datetime) -> tuple[Cells, Iterable[Cells]]:
    gettext = reader.pages.words.gettext
    return (gettext("Axis"), gettext("People waiting")), [
        (each.name or gettext("Other trainings"), each.queued) for each in views.axes(found)
    ]


_TABLES: Final[Mapping[Name, Callable[[Visit, figures.RequestFigures, datetime], tuple[Cells, Iterable[Cells]]]]] = {
    "demandes": _months_table,
    "remplissage": _fill_table,
    "delais": _delays_table,
    "attente": _queues_table,
}


def _csv(lines: Iterable[Cells]) -> bytes:
    """The lines as the files of the services are. A name that a spreadsheet would compute gets an apostrophe."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    for line in lines:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in line])
    return text.getvalue().encode("utf-8-sig")
