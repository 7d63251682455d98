"""Documents in PDF: the fonts, and what all of them have in common."""

import unicodedata
import warnings
from datetime import datetime
from importlib.resources import files
from typing import Final, cast

with warnings.catch_warnings():
    # fpdf2 warns that it cannot put pictures into documents without Pillow, which the image does not have
    warnings.filterwarnings("ignore", "Pillow could not be imported")
    from fpdf import FPDF
    from fpdf.enums import MethodReturnValue

FONT: Final = "Noto Sans"
DARK: Final = (30, 30, 30)
PALE: Final = (110, 110, 110)
LINE: Final = (190, 190, 190)
_AS_LINES: Final = MethodReturnValue.LINES
_SMALLEST: Final = 6.0
_STEP: Final = 0.5


class Page(FPDF):
    """A document whose bytes depend only on its content and on `at`.

    The fonts are in `fonts/`, with their licence. They have the letters of all languages written in Latin, Greek or
    Cyrillic letters, because people have names.
    """

    def __init__(self, *, title: str, author: str, at: datetime, landscape: bool = False, margin: float) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font(FONT, style, str(files(__package__) / "fonts" / f"NotoSans-{name}.ttf"))
        self.set_margins(margin, margin, margin)
        self.set_auto_page_break(auto=True, margin=margin)
        self.set_creation_date(at)
        self.set_title(title)
        self.set_author(author)
        self.set_lang("fr-FR")
        self.set_draw_color(*LINE)

    def style(self, size: float, *, bold: bool = False, pale: bool = False) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*(PALE if pale else DARK))

    def normalize_text(self, text: str) -> str:
        """Letters that are written as a letter and an accent become one letter: the fonts place no accents."""
        return super().normalize_text(unicodedata.normalize("NFC", text))

    def fitted(self, text: str, width: float, *, size: float, bold: bool = False) -> str:
        """Choose the largest font size, up to `size`, in which the text fits on one line; else shorten the text."""
        self.style(size, bold=bold)
        while self.get_string_width(text) > width and size > _SMALLEST:
            size -= _STEP
            self.style(size, bold=bold)
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text}…"

    def lines(self, text: str, width: float, *, size: float, bold: bool = False, most: int = 2) -> list[str]:
        """The text on up to `most` lines, broken between words; the last one is shortened if it must be."""
        self.style(size, bold=bold)
        lines = cast("list[str]", self.multi_cell(width, 4, text, align="L", dry_run=True, output=_AS_LINES))
        kept = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) >= most else lines
        return [self.fitted(line, width, size=size, bold=bold) for line in kept]
