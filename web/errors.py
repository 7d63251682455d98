"""What a reader sees when something went wrong: a page that says what to do."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.client.errors import Away, Refused, SignInNeeded
from web.context import visit
from web.forgery import Forged
from web.pages.header import Header

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
KINDS: Final[Mapping[int, str]] = {
    403: "forbidden", 404: "missing", 409: "refused", 412: "refused", 413: "large", 429: "busy", 503: "away",
}  # fmt: skip
"""The part of the page of errors for each status; every other one is `broken`."""


async def _page(request: Request, status: int, sentence: str | None = None) -> Response:
    reader = await visit(request)
    return await reader.page(
        "error.html",
        status=status,
        header=Header(is_signed_in=reader.api.is_signed_in),
        problem=KINDS.get(status, "broken"),
        sentence=sentence,
    )


async def _refused(request: Request, error: Refused) -> Response:
    status = error.problem.status
    if status == HTTPStatus.UNAUTHORIZED:
        return await _sign_in(request, SignInNeeded())
    if error.problem.kind == "second-factor-missing":  # staff may call nothing else before they have set it up
        return RedirectResponse("/compte/second-facteur", 303)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and request.method == "GET":  # a filter that no page of ours has
        return await _page(request, HTTPStatus.NOT_FOUND)
    return await _page(request, status, error.problem.detail if status != HTTPStatus.NOT_FOUND else None)


async def _sign_in(request: Request, _: SignInNeeded) -> Response:
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/connexion?suite={quote(back if request.method == 'GET' else '/')}", 303)


async def _away(request: Request, _: Away) -> Response:
    return await _page(request, HTTPStatus.SERVICE_UNAVAILABLE)


async def _forged(request: Request, _: Forged) -> Response:
    return await _page(request, HTTPStatus.FORBIDDEN)


async def _http(request: Request, error: HTTPException) -> Response:
    return await _page(request, error.status_code)


async def _invalid(request: Request, _: RequestValidationError) -> Response:
    """An address that no page of ours links to: a wrong id or a wrong filter."""
    return await _page(request, HTTPStatus.NOT_FOUND)


async def _broken(request: Request, _: Exception) -> Response:
    return await _page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def handlers() -> dict[int | type[Exception], Handler]:
    """The handler of each error."""
    return {
        Refused: _refused,
        SignInNeeded: _sign_in,
        Away: _away,
        Forged: _forged,
        HTTPException: _http,
        RequestValidationError: _invalid,
        Exception: _broken,
    }
