"""Turns a template and a view model into a page."""

import gzip
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from web.assets import Assets
from web.dates import Dates
from web.forgery import form_token
from web.pages.header import Header
from web.session import Session
from web.settings import Settings
from web.words import translations

ROOMS: Final = (
    "visitor",
    "account",
    "beneficiary",
    "proposals",
    "requests",
    "structure",
    "trainer",
    "agency_catalogue",
    "agency_sessions",
    "agency_rules",
    "agency_people",
    "agency_structures",
    "agency_mails",
    "agency_deliveries",
    "agency_dashboard",
)
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
EFFORT: Final = 4
"""Of gzip: pages become a few hundredths larger than with the usual 9, in less than half of the time."""


class Pages:
    """Renders the pages in the language and with the identity of the agency."""

    def __init__(self, settings: Settings, assets: Assets, *, language: str = "fr") -> None:
        """Raises LookupError at rendering for a text without a translation."""
        self.settings = settings
        self.words = translations(language)
        self.dates = Dates(language, self.words)
        rooms = {room: PackageLoader(f"web.pages.{room}") for room in ROOMS}
        self._environment = Environment(
            loader=ChoiceLoader([PrefixLoader(rooms), PackageLoader("web", "components")]),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,  # no template changes while a process runs: the files are not looked at for each page
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.install_gettext_translations(self.words, newstyle=True)  # type: ignore[attr-defined]
        self._environment.globals.update(
            asset=assets.url, dates=self.dates, settings=settings, language=language, amount=amount
        )

    def render(
        self,
        request: Request,
        template: str,
        *,
        header: Header,
        status: int = 200,
        **variables: Any,  # noqa: ANN401 - whatever the template names
    ) -> Response:
        """The page. `template` is `<room>/<name>.html`, or a component for pages without a room."""
        session: Session = request.state.session
        text = self._environment.get_template(template).render(
            header=header,
            here=request.url.path,
            message=session.take_message(),
            form_token=form_token(session),
            problem=variables.pop("problem", None),
            **variables,
        )
        return _compressed(request, HTMLResponse(text, status))


def _compressed(request: Request, page: HTMLResponse) -> Response:
    """The page as it is sent. Its size tells nothing of the one secret in it: see `web.forgery.form_token`."""
    page.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        page.body = gzip.compress(page.body, EFFORT, mtime=0)
        page.headers.update({"Content-Encoding": "gzip", "Content-Length": str(len(page.body))})
    return page


def amount(number: int) -> str:
    """A number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
