"""Sign in and out, create an account, prove an address, choose a new password."""

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account, identity
from web.client.api import or_none
from web.client.calls import Call
from web.client.errors import Refused
from web.context import Reader, Visit, safe_path
from web.forms import Form
from web.session import Sessions, tokens_from

router = APIRouter()

STRUCTURES_SHOWN: Final = 8
SECONDS_FOR_CODE: Final = 300


@router.get("/connexion")
async def sign_in_page(reader: Reader, suite: str = "/") -> Response:
    return await reader.page("account/sign_in.html", form=Form({"suite": safe_path(suite)}), with_code=False, sealed="")


@router.post("/connexion")
async def sign_in(reader: Reader) -> Response:
    """Sign in; an account with a second factor is asked for its code in the next step."""
    form = await reader.form()
    sessions: Sessions = reader.request.app.state.sessions
    password = form.values.get("password") or sessions.unseal(form.values.get("sealed", ""), seconds=SECONDS_FOR_CODE)
    credentials = {"email": form.values.get("email", "").strip(), "password": password}
    if code := form.values.get("code", "").strip():
        credentials["code"] = code
    if reader.session.device_token:
        credentials["device_token"] = reader.session.device_token
    try:
        answer = await reader.api(identity.SIGN_IN, body=credentials)
    except Refused as error:
        expects_code = error.problem.kind in {"second-factor-expected", "wrong-code"}
        first = error.problem.kind == "second-factor-expected"
        return await reader.page(
            "account/sign_in.html",
            status=200 if first else error.problem.status,
            form=Form(form.values) if first else form.refused(error),
            with_code=expects_code,
            sealed=sessions.seal(password) if expects_code else "",
        )
    reader.session.sign_in(tokens_from(answer, datetime.now(UTC)))
    response = reader.go(safe_path(form.values.get("suite")))
    if answer.device_token:
        sessions.keep_device(response, answer.device_token)
    return response


@router.post("/deconnexion")
async def sign_out(reader: Reader) -> Response:
    """The tokens end at identity too; if it is away, the browser forgets them all the same."""
    await reader.form()
    tokens = reader.session.tokens
    reader.session.sign_out()
    if tokens is not None:
        await or_none(reader.api(identity.SIGN_OUT, body={"refresh_token": tokens.refresh_token}))
    return reader.go("/", "You are signed out.")


@router.get("/compte/nouveau")
async def new_account_page(
    reader: Reader, structure: str | None = None, q: str = "", invitation: str | None = None
) -> Response:
    """First the structure, found while typing; then the person. The contact of a new structure has an invitation."""
    invited = await _invitation(reader, invitation) if invitation else None
    if invited:
        first_name, _, last_name = invited.contact_name.partition(" ")
        values = {"first_name": first_name, "last_name": last_name, "email": invited.email}
        form = Form({"structure_id": str(invited.structure.id), **values})
        return await reader.page("account/new.html", form=form, structure=invited.structure, is_invited=True)
    if structure:
        found = await _structure(reader, structure)
        if found is not None:
            form = Form({"structure_id": structure})
            return await reader.page("account/new.html", form=form, structure=found, is_invited=False)
    structures = (await reader.api(identity.STRUCTURES, query={"q": q, "limit": STRUCTURES_SHOWN})).items if q else []
    template = "account/_structures.html" if reader.wants_part else "account/find_structure.html"
    return await reader.page(template, q=q, structures=structures, found_url="/compte/nouveau?structure=", form=Form())


@router.post("/compte/nouveau")
async def new_account(reader: Reader) -> Response:
    """Ask for the account; the link comes by mail."""
    form = await reader.form()
    body = {name: form.values.get(name, "").strip() for name in ("structure_id", "first_name", "last_name", "email")}
    if civility := form.values.get("civility"):
        body["civility"] = civility
    try:
        await reader.api(identity.REGISTER, body=body, key=form.key)
    except Refused as error:
        return await reader.page(
            "account/new.html",
            status=error.problem.status,
            form=form.refused(error),
            structure=await _structure(reader, body["structure_id"]),
            is_invited=False,
        )
    return await reader.page("account/sent.html", email=body["email"], purpose="account")


@router.get("/compte/adresse/{token}")
async def prove_page(reader: Reader, token: str) -> Response:
    """Opening the link changes nothing: programs that check links open it too."""
    return await reader.page("account/password.html", form=Form({"token": token}), purpose="account")


@router.post("/compte/adresse/{token}")
async def prove(reader: Reader, token: str) -> Response:
    return await _choose_password(reader, identity.PROVE_ADDRESS, token, "account", "Your account is ready: sign in.")


@router.get("/compte/mot-de-passe-oublie")
async def forgotten_page(reader: Reader) -> Response:
    return await reader.page("account/forgotten.html", form=Form())


@router.post("/compte/mot-de-passe-oublie")
async def forgotten(reader: Reader) -> Response:
    form = await reader.form()
    body = {"email": form.values.get("email", "").strip()}
    if reader.session.device_token:
        body["device_token"] = reader.session.device_token
    try:
        await reader.api(identity.ASK_RESET, body=body)
    except Refused as error:
        return await reader.page("account/forgotten.html", status=error.problem.status, form=form.refused(error))
    return await reader.page("account/sent.html", email=body["email"], purpose="password")


@router.get("/compte/mot-de-passe/{token}")
async def reset_page(reader: Reader, token: str) -> Response:
    return await reader.page("account/password.html", form=Form({"token": token}), purpose="password")


@router.post("/compte/mot-de-passe/{token}")
async def reset(reader: Reader, token: str) -> Response:
    return await _choose_password(
        reader, identity.CONFIRM_RESET, token, "password", "Your new password is set: sign in with it."
    )


async def _choose_password(reader: Visit, call: Call[None], token: str, purpose: str, done: str) -> Response:
    form = await reader.form()
    try:
        await reader.api(call, body={"token": token, "password": form.values.get("password", "")})
    except Refused as error:
        return await reader.page(
            "account/password.html", status=error.problem.status, form=form.refused(error), purpose=purpose
        )
    return reader.go("/connexion", done)


async def _structure(reader: Visit, structure_id: str) -> identity.Structure | None:
    try:
        return await reader.api(identity.STRUCTURE, structure_id=structure_id)
    except Refused:
        return None


async def _invitation(reader: Visit, token: str) -> account.Invitation | None:
    """What the link of an invitation stands for; None if it is no longer valid."""
    try:
        return await reader.api(account.INVITATION, body={"token": token})
    except Refused:
        return None
