"""The trainings for staff: the list in each state, the page of one, and what is done to it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from web.client import planning
from web.client.api import or_none
from web.client.calls import Call
from web.client.errors import Refused
from web.context import Reader, Visit
from web.forms import Form
from web.listing import ON_A_PAGE, Address, FileFormat, file_of
from web.pages.agency_catalogue.views import TRAINING_KINDS, change_lines, session_row, training_row
from web.pages.header import read_staff_header
from web.pages.visitor.views import State

router = APIRouter(prefix="/agence/catalogue")

Text = Annotated[str, Query(max_length=200)]
States = Annotated[Literal["published", "draft", "archived"], Query(alias="etat")]
When = Annotated[Literal["a-venir", "passees", "annulees"], Query(alias="quand")]
_OF_WHEN: Final[Mapping[str, Mapping[str, str]]] = {
    "a-venir": {},
    "passees": {"past": "true"},
    "annulees": {"state": "cancelled", "from": "2000-01-01T00:00:00Z", "sort": "desc"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is done to a training in some states, after a page that says what follows."""

    call: Call[None]
    states: frozenset[str]
    is_dangerous: bool = False


ACTS: Final[Mapping[str, Act]] = {
    "publier": Act(call=planning.PUBLISH, states=frozenset({"draft", "archived"})),
    "archiver": Act(call=planning.ARCHIVE, states=frozenset({"published"}), is_dangerous=True),
    "supprimer": Act(call=planning.REMOVE_DRAFT, states=frozenset({"draft"}), is_dangerous=True),
}


def _query(q: str, axis: str, state: str) -> dict[str, Any]:
    return {"q": q.strip() or None, "axis_id": axis or None, "state": state}


@router.get("")
async def list_page(
    reader: Reader,
    q: Text = "",
    axis: Annotated[UUID | Literal[""], Query(alias="axe")] = "",
    state: States = "published",
    after: str | None = None,
) -> Response:
    """The trainings in one state, by title."""
    chosen = str(axis)
    address = Address("/agence/catalogue", {"q": q, "axe": chosen, "etat": "" if state == "published" else state})
    header, found, axes = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.TRAININGS, query={**_query(q, chosen, state), "cursor": after, "limit": ON_A_PAGE}),
        or_none(reader.api(planning.AXES)),
    )
    return await reader.page(
        "agency_catalogue/list.html",
        header=header,
        address=address,
        state_name=state,
        axes=axes or [],
        rows=[training_row(each, reader.pages.dates) for each in found.items],
        next_url=address.next(found.next),
    )


@router.get("/fichier.{file_format}")
async def list_file(
    reader: Reader,
    file_format: FileFormat,
    q: Text = "",
    axis: Annotated[UUID | Literal[""], Query(alias="axe")] = "",
    state: States = "published",
) -> Response:
    """The list as a file for a spreadsheet."""
    query = _query(q, str(axis), state)
    return await file_of(reader, planning.TRAININGS_FILE, query, name="formations", file_format=file_format)


@router.get("/{training_id}")
async def training_page(
    reader: Reader, training_id: UUID, when: When = "a-venir", after: str | None = None
) -> Response:
    """What is written, the sessions, and who changed what."""
    header, training, changes, sessions = await asyncio.gather(
        read_staff_header(reader.api),
        reader.api(planning.TRAINING, training_id=training_id),
        or_none(reader.api(planning.TRAINING_HISTORY, training_id=training_id)),
        or_none(
            reader.api(
                planning.SESSIONS,
                query={"training_id": str(training_id), **_OF_WHEN[when], "cursor": after, "limit": ON_A_PAGE},
            )
        ),
    )
    address = Address(f"/agence/catalogue/{training_id}", {"quand": "" if when == "a-venir" else when})
    return await reader.page(
        "agency_catalogue/training.html",
        header=header,
        training=training,
        state=State(label=training.state_label, kind=TRAINING_KINDS[training.state]),
        acts=[name for name, act in ACTS.items() if training.state in act.states],
        address=address,
        when=when,
        sessions=[session_row(each, reader.pages.dates) for each in sessions.items] if sessions else [],
        is_missing=sessions is None,
        next_url=address.next(sessions.next) if sessions else None,
        changes=change_lines(changes or [], reader.pages.dates),
    )


@router.get("/{training_id}/acte/{name}")
async def act_page(reader: Reader, training_id: UUID, name: str) -> Response:
    if name not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await _act_page(reader, training_id, name, Form())


@router.post("/{training_id}/acte/{name}")
async def act(reader: Reader, training_id: UUID, name: str) -> Response:
    """Publish, archive or delete; if it is refused, the page says why."""
    form = await reader.form()
    if name not in ACTS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    try:
        await reader.api(ACTS[name].call, training_id=training_id)
    except Refused as error:
        if error.problem.status != HTTPStatus.CONFLICT:
            raise
        return await _act_page(reader, training_id, name, form.refused(error), status=error.problem.status)
    if name == "supprimer":
        return reader.go("/agence/catalogue?etat=draft", "The draft is deleted.")
    page = f"/agence/catalogue/{training_id}"
    if name == "archiver":
        return reader.go(page, "The training is no longer offered.")
    return reader.go(page, "The training is in the catalogue.")


async def _act_page(reader: Visit, training_id: UUID, name: str, form: Form, *, status: int = 200) -> Response:
    """What follows from the act."""
    header, training = await asyncio.gather(
        read_staff_header(reader.api), reader.api(planning.TRAINING, training_id=training_id)
    )
    return await reader.page(
        "agency_catalogue/act.html",
        status=status,
        header=header,
        training=training,
        name=name,
        is_possible=training.state in ACTS[name].states,
        is_dangerous=ACTS[name].is_dangerous,
        form=form,
    )
