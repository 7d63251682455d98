"""Change one's address: asked for with the password, proved by a link to the new one."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account
from web.client.errors import Refused, SignInNeeded
from web.context import Reader
from web.forms import Form

router = APIRouter(prefix="/compte")


@router.get("/adresse")
async def address_page(reader: Reader) -> Response:
    """The new address, and the password."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    return await reader.page("account/address.html", form=Form())


@router.post("/adresse")
async def ask(reader: Reader) -> Response:
    """A link goes to the new address; until it is opened, the old one stays."""
    form = await reader.form()
    email = form.values.get("email", "").strip()
    try:
        await reader.api(account.ASK_ADDRESS, body={"email": email, "password": form.values.get("password", "")})
    except Refused as error:
        if error.problem.status == HTTPStatus.UNAUTHORIZED:
            raise
        return await reader.page("account/address.html", status=error.problem.status, form=form.refused(error))
    return await reader.page("account/sent.html", email=email, purpose="address")


@router.get("/adresse-nouvelle/{token}")
async def proof_page(reader: Reader, token: str) -> Response:
    """Opening the link changes nothing: programs that check links open it too."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    return await reader.page("account/new_address.html", form=Form({"token": token}))


@router.post("/adresse-nouvelle/{token}")
async def prove(reader: Reader, token: str) -> Response:
    """The new address is the one to sign in with."""
    form = await reader.form()
    try:
        await reader.api(account.CONFIRM_ADDRESS, body={"token": token})
    except Refused as error:
        if error.problem.status == HTTPStatus.UNAUTHORIZED:
            raise
        return await reader.page("account/new_address.html", status=error.problem.status, form=form.refused(error))
    return reader.go("/compte", "Your new address is in use: sign in with it from now on.")
