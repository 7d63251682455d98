"""QR codes as SVG, made on the server, without inline styles, which the policy of the pages does not admit."""

from typing import Final

import segno
from markupsafe import Markup, escape

QUIET_ZONE: Final = 4
"""Light modules around the code, as the standard asks for: without them it is not found on a dark page."""


def qr_code(content: str, *, title: str) -> Markup:
    """The code as a drawing with a name, black on white in every theme, as large as its place."""
    code = segno.make_qr(content, error="m")
    drawing = code.svg_inline(
        omitsize=True, border=QUIET_ZONE, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    head, end, paths = drawing.partition(">")
    return Markup(f'{head} role="img" aria-label="{escape(title)}"{end}{paths}')  # noqa: S704 - only paths and the title
