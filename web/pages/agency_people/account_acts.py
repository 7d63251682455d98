"""What staff do with an account: each act has a page that says what follows."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from web.client import desk, left_open
from web.client.account import Erasure
from web.client.api import or_none
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.agency_people.views import person_line
from web.pages.header import read_staff_header
from web.pages.open_requests import open_line

router = APIRouter(prefix="/agence/personnes/{account_id}/acte")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act: `name` is in the address and names its words in the templates."""

    name: str
    is_dangerous: bool
    is_offered: Callable[[desk.Account], bool]
    call: Callable[[Visit, UUID, int], Awaitable[None]] | None
    """None for the erasure, which is asked for with a reason."""


def _mark(**marks: bool) -> Callable[[Visit, UUID, int], Awaitable[None]]:
    async def call(reader: Visit, account_id: UUID, version: int) -> None:
        await reader.api(desk.MARK_ACCOUNT, account_id=account_id, body=marks, version=version)

    return call


async def _invite(reader: Visit, account_id: UUID, _: int) -> None:
    await reader.api(desk.INVITE, account_id=account_id)


async def _reset_factor(reader: Visit, account_id: UUID, _: int) -> None:
    await reader.api(desk.RESET_FACTOR, account_id=account_id)


ERASE: Final = "supprimer"
ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        Act(
            name="inviter",
            is_dangerous=False,
            is_offered=lambda account: not account.proved and not account.disabled,
            call=_invite,
        ),
        Act(
            name="reactiver",
            is_dangerous=False,
            is_offered=lambda account: account.disabled and not account.erased,
            call=_mark(disabled=False),
        ),
        Act(
            name="equipe",
            is_dangerous=False,
            is_offered=lambda account: not account.is_staff and not account.disabled,
            call=_mark(is_staff=True),
        ),
        Act(
            name="hors-equipe",
            is_dangerous=True,
            is_offered=lambda account: account.is_staff,
            call=_mark(is_staff=False),
        ),
        Act(
            name="second-facteur",
            is_dangerous=True,
            is_offered=lambda account: account.proved and not account.erased,
            call=_reset_factor,
        ),
        Act(
            name="desactiver",
            is_dangerous=True,
            is_offered=lambda account: not account.disabled,
            call=_mark(disabled=True),
        ),
        Act(
            name=ERASE,
            is_dangerous=True,
            is_offered=lambda account: not account.erased and not account.is_staff,
            call=None,
        ),
    )
}


def offered(account: desk.Account) -> list[Act]:
    """The acts that make sense for an account as it is."""
    return [act for act in ACTS.values() if act.is_offered(account)]


@router.get("/{name}")
async def act_page(reader: Reader, account_id: UUID, name: str) -> Response:
    """What follows from the act."""
    if name not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await _page(reader, account_id, ACTS[name], Form())


@router.post("/{name}")
async def perform(reader: Reader, account_id: UUID, name: str) -> Response:
    """Do it. Requests that a disabled person leaves open are decided about on the next page."""
    form = await reader.form()
    version = form.values.get("version", "")
    if name not in ACTS or not version.isdecimal():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        await _call(reader, account_id, ACTS[name], form, int(version))
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        return await _page(reader, account_id, ACTS[name], form.refused(error), status=error.problem.status)
    if name == ERASE:
        return reader.go(f"/agence/personnes/{account_id}/acte/{ERASE}", "The erasure is asked for.")
    if name == "desactiver" and form.values.get("open") == "yes":
        return reader.go(
            f"/agence/demandes-ouvertes?personne={account_id}&attendre=oui",
            "The account is disabled. Now choose what becomes of the open requests.",
        )
    return reader.go(f"/agence/personnes/{account_id}", "It is done.")


async def _call(reader: Visit, account_id: UUID, act: Act, form: Form, version: int) -> None:
    if act.call is not None:
        await act.call(reader, account_id, version)
        return
    body = {"reason": form.values.get("reason", "").strip()}
    await reader.api(desk.ASK_ERASURE, account_id=account_id, body=body)


async def _page(reader: Visit, account_id: UUID, act: Act, form: Form, *, status: int = 200) -> Response:
    header, account, requests, erasure = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(desk.ACCOUNT, account_id=account_id),
        or_none(_open_requests(reader, account_id)) if act.name == "desactiver" else _nothing(),
        _erasure(reader, account_id) if act.name == ERASE else _no_erasure(),
    )
    return await reader.page(
        "agency_people/account_act.html",
        status=status,
        header=header,
        person=person_line(account),
        act=act,
        erasure=erasure,
        requests=None if requests is None else [open_line(each, reader.pages.dates) for each in requests],
        form=form,
    )


async def _open_requests(reader: Visit, account_id: UUID) -> list[left_open.OpenRequest]:
    """Enrollment does not know a person who never had anything to do with it."""
    try:
        return await reader.api(left_open.OPEN_REQUESTS, account_id=account_id)
    except Refused as error:
        if error.problem.status != HTTPStatus.NOT_FOUND:
            raise
        return []


async def _nothing() -> list[left_open.OpenRequest]:
    return []


async def _erasure(reader: Visit, account_id: UUID) -> Erasure | None:
    """The last one that was asked for about the account."""
    try:
        return await reader.api(desk.ERASURE, account_id=account_id)
    except Refused as error:
        if error.problem.status != HTTPStatus.NOT_FOUND:
            raise
        return None


async def _no_erasure() -> None:
    return None
