"""The second factor of the sign-in: staff set it up before they do anything else."""

from datetime import UTC, datetime
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import Form
from web.pages.header import Header
from web.qr import qr_code
from web.session import Sessions

router = APIRouter(prefix="/compte/second-facteur")

SECONDS_TO_CONFIRM: Final = 1800
GROUP: Final = 4


@router.get("")
async def begin_page(reader: Reader) -> Response:
    """What it is, and whether there is one. The head of the page has no menu: staff may call nothing else yet."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    return await _begin_page(reader, Form())


async def _begin_page(reader: Visit, form: Form, *, status: int = 200) -> Response:
    factor = await reader.api(account.FACTOR)
    return await reader.page(
        "account/second_factor.html",
        status=status,
        header=Header(is_signed_in=True),
        since=reader.pages.dates.short_day(factor.confirmed_at) if factor.confirmed_at else None,
        codes_left=factor.recovery_codes_left,
        form=form,
    )


@router.post("")
async def enrol(reader: Reader) -> Response:
    """Show a new secret. Whoever has a factor already replaces it only where they signed in with a code."""
    form = await reader.form()
    try:
        made = await reader.api(account.ENROL_FACTOR)
    except Refused as error:
        return await _begin_page(reader, form.refused(error), status=error.problem.status)
    return await _secret_page(reader, Form(), made.secret, made.uri)


@router.post("/code")
async def confirm(reader: Reader) -> Response:
    """Check a code of the application. The next pair of tokens has the rights of staff, so it is fetched at once."""
    form = await reader.form()
    sessions: Sessions = reader.request.app.state.sessions
    secret, _, uri = sessions.unseal(form.values.get("sealed", ""), seconds=SECONDS_TO_CONFIRM).partition(" ")
    if not secret:
        return reader.go("/compte/second-facteur", "The page was open for too long: please begin again.")
    code = "".join(form.values.get("code", "").split())
    try:
        confirmed = await reader.api(account.CONFIRM_FACTOR, body={"code": code})
    except Refused as error:
        return await _secret_page(reader, form.refused(error), secret, uri, status=error.problem.status)
    if reader.session.tokens is not None:
        reader.session.renew(reader.session.tokens.model_copy(update={"expires_at": datetime.now(UTC)}))
    return await reader.page(
        "account/recovery_codes.html", header=Header(is_signed_in=True), codes=confirmed.recovery_codes
    )


async def _secret_page(reader: Visit, form: Form, secret: str, uri: str, *, status: int = 200) -> Response:
    """`sealed` brings the secret back when a code was wrong."""
    sessions: Sessions = reader.request.app.state.sessions
    return await reader.page(
        "account/factor_secret.html",
        status=status,
        header=Header(is_signed_in=True),
        secret=" ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP)),
        uri=uri,
        qr=partial(qr_code, uri),
        sealed=sessions.seal(f"{secret} {uri}"),
        form=form,
    )
