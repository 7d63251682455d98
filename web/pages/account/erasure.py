"""Have one's own account erased: a page that says what follows, and then what became of it."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import Form

router = APIRouter(prefix="/compte/suppression")

GONE: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
"""An account that was erased meanwhile gets these answers."""


@router.get("")
async def erasure_page(reader: Reader) -> Response:
    """What follows, and what stands against it if it was asked for before."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    return await reader.page("account/erasure.html", form=Form(), erasure=await _newest(reader))


@router.post("")
async def ask(reader: Reader) -> Response:
    """Ask for it with the password. What stands against it is on the page, or comes a moment later."""
    form = await reader.form()
    try:
        await reader.api(account.ASK_ERASURE, body={"password": form.values.get("password", "")})
    except Refused as error:
        if error.problem.status == HTTPStatus.UNAUTHORIZED:
            raise
        return await reader.page(
            "account/erasure.html", status=error.problem.status, form=form.refused(error), erasure=None
        )
    return reader.go("/compte/suppression/suite")


@router.get("/suite")
async def outcome_page(reader: Reader) -> Response:
    """What became of it. When the account is gone, so is the sign-in."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    try:
        erasure = await reader.api(account.ERASURE)
    except SignInNeeded:
        return await _gone(reader)
    except Refused as error:
        if error.problem.status in GONE:
            return await _gone(reader)
        raise
    return await reader.page("account/erasure_asked.html", erasure=erasure)


async def _gone(reader: Visit) -> Response:
    reader.session.sign_out()
    return await reader.page("account/erased.html")


async def _newest(reader: Visit) -> account.Erasure | None:
    try:
        return await reader.api(account.ERASURE)
    except Refused as error:
        if error.problem.status != HTTPStatus.NOT_FOUND:
            raise
        return None
