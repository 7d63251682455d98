"""What every route gets: the reader's calls of the API, and the page to answer with."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from web.client.api import Api
from web.forgery import FIELD, HEADER, check
from web.forms import Form, bounded, typed
from web.pages.header import Header, read_header
from web.rendering import Pages
from web.session import Session


@dataclass(slots=True)
class Visit:
    """One request of a reader."""

    request: Request
    api: Api
    pages: Pages
    session: Session

    @property
    def wants_part(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return "HX-Request" in self.request.headers and "HX-History-Restore-Request" not in self.request.headers

    async def page(
        self,
        template: str,
        *,
        status: int = 200,
        header: Header | None = None,
        **variables: Any,  # noqa: ANN401 - whatever the template names
    ) -> Response:
        """A page, with its head."""
        return self.pages.render(
            self.request, template, header=header or await read_header(self.api), status=status, **variables
        )

    async def form(self, *, most_fields: int = 300) -> Form:
        """What was posted. Raises Forged, and a 413 for what is longer than a form can be."""
        request = Request(self.request.scope, bounded(self.request.receive))
        data = await request.form(max_files=0, max_fields=most_fields)
        sent = str(data.get(FIELD) or self.request.headers.get(HEADER, ""))
        check(self.request, self.session, sent, public_url=self.pages.settings.public_url)
        key = data.get("key")
        return Form(typed(data), key=key) if isinstance(key, str) and key else Form(typed(data))

    def go(self, path: str, message: str | None = None) -> Response:
        """Show another page, with a message on it."""
        if message:
            self.session.say(self.pages.words.gettext(message))
        return RedirectResponse(path, 303)


async def visit(request: Request) -> Visit:
    """The dependency of every route; not a plain function, which FastAPI would run in a thread each time."""
    state = request.app.state
    session: Session = request.state.session
    return Visit(request, Api(state.gateway, session), state.pages, session)


Reader = Annotated[Visit, Depends(visit)]
"""The parameter of a route that is the visit of its reader."""


def safe_path(path: str | None) -> str:
    """Where to go after the sign-in: only a path of our own pages."""
    fine = path and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine and path else "/"
