"""Plots as SVG, made on the server: the style sheet gives them the colours of the page, in both themes."""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import leather
from markupsafe import Markup, escape

WIDTH: Final = 480
_BAR: Final = 34
_FRAME: Final = 70
_LONGEST: Final = 24
"""Characters of a name beside a bar; the table below the plot has the whole name."""
_TICKS: Final = 4

# the style sheet overrides the colours, which the library writes as attributes
leather.theme.background_color = "none"
leather.theme.margin = 0.02
leather.theme.tick_font_size = 13
leather.theme.tick_font_char_width = 7.2

Row = tuple[str, float]


def columns(rows: Sequence[Row], *, title: str) -> Markup:
    """One column for each row, from left to right. The names have to be short."""
    chart = leather.Chart()
    top, ticks = _scale([value for _, value in rows])
    chart.add_y_scale(0, top)
    chart.add_y_axis(ticks=ticks)
    chart.add_columns(list(rows))
    return _finished(chart.to_svg(width=WIDTH, height=260), rows, title=title, height=260)


def bars(rows: Sequence[Row], *, title: str, top: float | None = None) -> Markup:
    """One bar for each row, from top to bottom. `top` is the end of the scale, if the values do not give it."""
    chart = leather.Chart()
    top, ticks = _scale([top] if top else [value for _, value in rows])
    height = _FRAME + _BAR * len(rows)
    chart.add_x_scale(0, top)
    chart.add_x_axis(ticks=ticks)
    chart.add_bars([(value, _short(name, number)) for number, (name, value) in enumerate(rows)])
    return _finished(chart.to_svg(width=WIDTH, height=height), rows, title=title, height=height)


def _scale(values: Sequence[float]) -> tuple[float, list[float]]:
    """The end of the scale, and where its lines are: at whole numbers that people count in."""
    most = max([*values, 1])
    step = next(each * 10**power for power in range(12) for each in (1, 2, 5) if each * 10**power * _TICKS >= most)
    ticks = [step * number for number in range(_TICKS + 1) if step * (number - 1) < most]
    return ticks[-1], ticks


def _short(name: str, number: int) -> str:
    """A name that leaves room for its bar. Bars with the same name would be drawn over each other."""
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"
    return short + "\N{ZERO WIDTH SPACE}" * number


def _finished(svg: str, rows: Sequence[Row], *, title: str, height: float) -> Markup:
    """The drawing with a name and its values for those who do not see it, as wide as its place."""
    key = uuid4().hex[:8]
    _, _, drawing = svg.partition(">")
    values = " ; ".join(f"{name} : {value:g}" for name, value in rows)
    head = (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t{key} d{key}" '
        f'xmlns="http://www.w3.org/2000/svg"><title id="t{key}">{escape(title)}</title>'
        f'<desc id="d{key}">{escape(values)}</desc>'
    )
    return Markup(head + drawing)  # noqa: S704 - the library escapes names, and we the title and the values
