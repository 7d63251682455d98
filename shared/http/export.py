"""A list as a file for a spreadsheet: CSV or XLSX, with French titles and the times of Paris.

The sibling path of a list serves it: `GET <list>/export?format=csv` with the filters of the list.
"""

import asyncio
import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Annotated, Any, Final, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import xlsxwriter
from fastapi import Query, Response

from shared.errors import WrongFields

Record = TypeVar("Record")
Cell = str | int | float | bool | datetime | date | None
ExportFormat = Literal["csv", "xlsx"]
ChosenFormat = Annotated[
    ExportFormat, Query(alias="format", description="`csv`: UTF-8 with semicolons; `xlsx`: for Excel and LibreOffice")
]

MOST_ROWS: Final = 10_000
"""Of one file. Storage is asked for one more: if it is there, the caller has to filter."""
_PARIS: Final = ZoneInfo("Europe/Paris")
_CSV: Final = "text/csv; charset=utf-8"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM: Final = "\ufeff"
_WIDTH: Final = 22

EXPORTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, with at most 10,000 lines",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "Nom;Prénom\r\nMoreau;Awa\r\n"},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
"""The OpenAPI description of the answer; the endpoint has `response_class=Response` too."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Record]):
    """A column of a file: its French title, and the value of a record in it."""

    title: str
    value: Callable[[Record], Cell]


async def export(
    records: Sequence[Record],
    columns: Sequence[Column[Record]],
    *,
    format: ExportFormat,  # noqa: A002 - the name of the query parameter
    name: str,
    filters: Sequence[str],
) -> Response:
    """The file of all records, named after its list. Raises WrongFields, naming the `filters`, if there are too many.

    Whole numbers, times and dates are cells of their own kind in XLSX. No text becomes a formula.
    """
    if len(records) > MOST_ROWS:
        sentence = "Un fichier a 10 000 lignes au plus : restreignez la liste avec ce filtre."
        raise WrongFields([(each, sentence) for each in filters])
    make = _as_csv if format == "csv" else _as_xlsx
    lines = ([_local(column.value(record)) for column in columns] for record in records)
    # a thread, because a large file takes a second, in which the process would answer nobody else
    content = await asyncio.to_thread(make, [column.title for column in columns], lines)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return Response(content, media_type=_CSV if format == "csv" else _XLSX, headers=headers)


def _local(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.astimezone(_PARIS).replace(tzinfo=None)
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _as_csv(titles: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    written = StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow(titles)
    writer.writerows([_in_words(cell) for cell in line] for line in lines)
    return (_BOM + written.getvalue()).encode()


def _in_words(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        return str(cell).replace(".", ",")
    return cell


def _as_xlsx(titles: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        title, time, day = (
            book.add_format(each)
            for each in ({"bold": True}, {"num_format": "dd/mm/yyyy hh:mm"}, {"num_format": "dd/mm/yyyy"})
        )
        sheet.set_column(0, len(titles) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, titles, title)
        for row, line in enumerate(lines, start=1):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, time)
                elif isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, day)
                elif isinstance(cell, int | float):
                    sheet.write_number(row, column, cell)
                elif cell is not None:
                    sheet.write_string(row, column, cell)
    return written.getvalue()
