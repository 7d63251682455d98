"""The files of a list: right titles, times of Paris, no formula, and a limit that names what to filter."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest

from shared.errors import WrongFields
from shared.http.export import MOST_ROWS, Cell, Column, export

AT = datetime(2027, 3, 28, 7, 30, tzinfo=UTC)
"""In the summer time of Paris, which began on this day."""


def _column(title: str, cell: Cell) -> Column[None]:
    return Column(title, lambda _: cell)


async def test_a_csv_file_is_read_by_a_french_spreadsheet() -> None:
    columns = [
        _column("Prénom", "Élise"),
        _column("Le", AT),
        _column("Jour", date(2027, 3, 1)),
        _column("Rang", 2),
        _column("Heures", 3.5),
        _column("Présente", True),  # noqa: FBT003 - a cell
        _column("Motif", None),
        _column("Texte", 'a;b "c"'),
    ]
    answer = await export([None], columns, format="csv", name="demandes", filters=["from"])
    assert bytes(answer.body).decode() == (
        "\ufeffPrénom;Le;Jour;Rang;Heures;Présente;Motif;Texte\r\n"
        'Élise;28/03/2027 09:30;01/03/2027;2;3,5;oui;;"a;b ""c"""\r\n'
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="demandes.csv"'


@pytest.mark.parametrize("text", ["=1+1", "+33 5", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
async def test_no_text_becomes_a_formula(text: str) -> None:
    answer = await export([None], [_column("T", text)], format="csv", name="x", filters=["q"])
    assert bytes(answer.body).decode().removeprefix("\ufeffT\r\n").strip('"').startswith("'")
    book = await export([None], [_column("T", text)], format="xlsx", name="x", filters=["q"])
    with ZipFile(BytesIO(bytes(book.body))) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()
        assert re.search(r"<t[^>]*>'", parts.read("xl/sharedStrings.xml").decode())


async def test_an_xlsx_file_has_numbers_and_times_as_such() -> None:
    columns = [_column("Le", AT), _column("Jour", date(2027, 3, 28)), _column("Rang", 2), _column("Rien", None)]
    answer = await export([None], columns, format="xlsx", name="x", filters=["q"])
    with ZipFile(BytesIO(bytes(answer.body))) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    values = [float(value) for value in re.findall(r"<v>([\d.]+)</v>", sheet[sheet.index('r="2"') :])]
    first_day = datetime(1899, 12, 30)  # noqa: DTZ001 - the first day of spreadsheets has no zone
    local = (datetime(2027, 3, 28, 9, 30) - first_day).total_seconds() / 86400  # noqa: DTZ001 - as above
    assert values == [pytest.approx(local), int(local), 2]


async def test_a_file_with_too_many_lines_is_refused_and_the_filters_are_named() -> None:
    with pytest.raises(WrongFields) as refused:
        await export([None] * (MOST_ROWS + 1), [], format="csv", name="x", filters=["from", "q"])
    assert [field for field, _ in refused.value.errors] == ["from", "q"]
    assert (
        len(bytes((await export([None] * MOST_ROWS, [_column("A", 1)], format="csv", name="x", filters=[])).body))
        > MOST_ROWS
    )
