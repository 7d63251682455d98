"""The attendance sheet to print and to sign, in PDF."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.enrollment.api.pdf_page import LINE, Page
from services.enrollment.domain.attendance import Slot
from services.enrollment.domain.paris import date_in_words, hour
from services.enrollment.domain.states import Approval
from services.enrollment.storage.attendance import Participant
from services.enrollment.use_cases.sheet import Sheet, holds_a_seat

_MARGIN: Final = 12.0
_WIDTH: Final = 273.0
_NUMBER: Final = 9.0
_NAME: Final = 62.0
_STRUCTURE: Final = 52.0
_SLOTS_PER_PAGE: Final = 4
_HEAD: Final = 12.0
_ROW: Final = 13.0
_LINE: Final = 4.2
_ROWS_PER_PAGE: Final = 9
_EMPTY_ROWS: Final = 3
"""For people who come unexpectedly."""
_BOTTOM: Final = 200.0


def sheet_pdf(sheet: Sheet, trainers: Sequence[str], *, agency: str, now: datetime) -> bytes:
    """One line for each person who holds a seat, with an empty box to sign for each slot, and empty lines at the end.

    The pages of the first slots come first. Every page has the title, and a line for the trainer to sign.
    """
    page = _SheetPage(sheet, trainers, agency=agency, now=now)
    people: list[Participant | None] = [each for each in sheet.people if holds_a_seat(each.enrollment)]
    people += [None] * _EMPTY_ROWS
    for first in range(0, len(sheet.slots), _SLOTS_PER_PAGE):
        slots = sheet.slots[first : first + _SLOTS_PER_PAGE]
        for start in range(0, len(people), _ROWS_PER_PAGE):
            page.add_page()
            _table(page, slots, people[start : start + _ROWS_PER_PAGE], first_number=start + 1)
    return bytes(page.output())


class _SheetPage(Page):
    """A page of the sheet with its head and foot."""

    def __init__(self, sheet: Sheet, trainers: Sequence[str], *, agency: str, now: datetime) -> None:
        title = f"Feuille d’émargement – {sheet.session.title}"
        super().__init__(title=title, author=agency, at=now, landscape=True, margin=_MARGIN)
        self.set_auto_page_break(auto=False)
        self._session, self._trainers, self._agency, self._printed_at = sheet.session, trainers, agency, now

    def header(self) -> None:
        session = self._session
        title = self.fitted(session.title, _WIDTH - 60, size=15, bold=True)
        self.cell(_WIDTH - 60, 8, title)
        self.style(10, pale=True)
        self.cell(60, 8, "Feuille d’émargement", align="R", new_x="LMARGIN", new_y="NEXT")
        first, last = date_in_words(session.starts_at), date_in_words(session.ends_at)
        dates = first if first == last else f"du {first} au {last}"
        trainers = ", ".join(self._trainers)
        place = self.fitted(" · ".join(part for part in (session.place, dates, trainers) if part), _WIDTH, size=10)
        self.cell(_WIDTH, 6, place, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def footer(self) -> None:
        self.set_y(_BOTTOM)
        self.style(8, pale=True)
        printed = f"{self._agency} · éditée le {date_in_words(self._printed_at)}"
        self.cell(_WIDTH / 2, 5, printed)
        self.cell(_WIDTH / 2, 5, f"Page {self.page_no()} sur {{nb}}", align="R")


def _table(page: Page, slots: Sequence[Slot], people: Sequence[Participant | None], *, first_number: int) -> None:
    box = (_WIDTH - _NUMBER - _NAME - _STRUCTURE) / _SLOTS_PER_PAGE
    _titles(page, slots, box)
    for number, participant in enumerate(people, start=first_number):
        top = page.get_y()
        for width in (_NUMBER, _NAME, _STRUCTURE, *(box for _ in slots)):
            page.cell(width, _ROW, "", border=1)
        page.set_xy(_MARGIN, top)
        page.style(9, pale=True)
        page.cell(_NUMBER, _ROW, str(number), align="C")
        if participant is not None:
            _person(page, participant, top)
        page.set_xy(_MARGIN, top + _ROW)
    page.style(9, bold=True)
    page.cell(_NUMBER + _NAME + _STRUCTURE, _ROW, "Signature du formateur ou de la formatrice", border=1)
    for _ in slots:
        page.cell(box, _ROW, "", border=1)


def _titles(page: Page, slots: Sequence[Slot], box: float) -> None:
    page.set_draw_color(*LINE)
    page.set_fill_color(240, 240, 240)
    top = page.get_y()
    page.style(9, bold=True)
    for title, width in (("N°", _NUMBER), ("Nom et prénom", _NAME), ("Structure", _STRUCTURE)):
        page.cell(width, _HEAD, title, border=1, fill=True)
    for place, slot in enumerate(slots):
        left = _MARGIN + _NUMBER + _NAME + _STRUCTURE + place * box
        page.set_xy(left, top)
        page.cell(box, _HEAD, "", border=1, fill=True)
        page.set_xy(left, top + 1)
        page.style(9, bold=True)
        page.cell(box, 5, date_in_words(slot.starts_at), align="C")
        page.set_xy(left, top + 6)
        page.style(8.5)
        page.cell(box, 5, f"{hour(slot.starts_at)} – {hour(slot.ends_at)}", align="C")
    page.set_xy(_MARGIN, top + _HEAD)


def _person(page: Page, participant: Participant, top: float) -> None:
    person = participant.person
    civility = f"{participant.civility} " if participant.civility else ""
    name = f"{civility}{person.last_name.upper()} {person.first_name}"
    pending = participant.enrollment.approval is not Approval.VALIDATED
    left = _MARGIN + _NUMBER
    _lines(page, name, left, top, width=_NAME, bold=True, height=_ROW - 3 if pending else _ROW)
    if pending:
        page.set_xy(left, top + _ROW - 4)
        page.style(7, pale=True)
        page.cell(_NAME, 4, "pré-inscrit·e, à valider")
    _lines(page, participant.structure.name, left + _NAME, top, width=_STRUCTURE, bold=False, height=_ROW)


def _lines(page: Page, text: str, left: float, top: float, *, width: float, bold: bool, height: float) -> None:
    """Write a text on one or two lines in the middle of a field."""
    lines = page.lines(text, width - 3, size=9, bold=bold)
    first = top + (height - len(lines) * _LINE) / 2
    for number, line in enumerate(lines):
        page.set_xy(left, first + number * _LINE)
        page.cell(width, _LINE, page.fitted(line, width - 3, size=9, bold=bold))
