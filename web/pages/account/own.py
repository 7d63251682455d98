"""One's own account, the rules of the agency, and asking for a structure that is not listed."""

import asyncio
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account, enrollment, identity
from web.client.api import or_none
from web.client.errors import Refused, SignInNeeded
from web.context import Reader
from web.forms import Form
from web.pages.header import read_header

router = APIRouter()

FIELDS: Final = ("name", "siret", "town", "contact_name", "contact_email")


@router.get("/compte")
async def account_page(reader: Reader) -> Response:
    """Who the reader is, whether they have a second factor, and their structures with their statuses."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header, factor = await asyncio.gather(read_header(reader.api), or_none(reader.api(account.FACTOR)))
    if not header.is_signed_in:  # the sign-in session has ended
        raise SignInNeeded
    return await reader.page("account/account.html", header=header, me=header.me, factor=factor)


@router.get("/regles")
async def rules_page(reader: Reader) -> Response:
    """The rules in force, in plain words. The API tells them to people who are signed in."""
    if not reader.api.is_signed_in:
        return await reader.page("account/rules.html", rules=[], is_missing=False)
    header, rules = await asyncio.gather(read_header(reader.api), or_none(reader.api(enrollment.RULES)))
    return await reader.page(
        "account/rules.html",
        header=header,
        rules=[each for each in rules or [] if each.enabled],
        is_missing=rules is None,
    )


@router.get("/structures/nouvelle")
async def new_structure_page(reader: Reader) -> Response:
    return await reader.page("account/new_structure.html", form=Form())


@router.post("/structures/nouvelle")
async def new_structure(reader: Reader) -> Response:
    """Ask the agency to add a structure; the answer comes by mail."""
    form = await reader.form()
    body = {name: form.values.get(name, "").strip() for name in FIELDS}
    body["siret"] = body["siret"].replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    try:
        await reader.api(identity.ASK_STRUCTURE, body=body, key=form.key)
    except Refused as error:
        again = form.refused(error)
        return await reader.page(
            "account/new_structure.html",
            status=error.problem.status,
            form=Form(again.values, again.errors, again.sentence),
        )
    return await reader.page("account/structure_asked.html", email=body["contact_email"], name=body["name"])
