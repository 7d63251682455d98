"""An employer proposes a session to a person: first the person, then the session, then the words."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from web.client import catalogue, proposals, structure
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import KEPT, Form
from web.pages.header import read_header
from web.pages.structure.views import person_row
from web.pages.visitor.views import card

router = APIRouter(prefix="/structure/proposer")

OfPerson = Annotated[UUID | None, Query(alias="personne")]
OfSession = Annotated[UUID | None, Query(alias="session")]
OfStructure = Annotated[UUID | None, Query(alias="structure")]
ON_A_PAGE: Final = 20
_NAMES: Final = {"account_id": "personne", "session_id": "session", "structure_id": "structure"}


@router.get("")
async def propose_page(
    reader: Reader,
    *,
    person: OfPerson = None,
    session: OfSession = None,
    structure_id: OfStructure = None,
    q: str = "",
    after: str | None = None,
) -> Response:
    """The step that is missing: the person, the session, or the words."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    given = {"personne": person, "structure": structure_id, "session": session}
    if person is None:
        return await _people(reader, given, q, after)
    if session is None:
        return await _sessions(reader, given, q, after)
    return await _words(reader, person, session, structure_id, Form())


@router.post("")
async def propose(reader: Reader) -> Response:
    """The person gets a mail, and consents by its link."""
    form = await reader.form()
    values = form.values
    ids = {name: values.get(field, "") for name, field in _NAMES.items()}
    body: dict[str, Any] = {"kind": "participation", **ids, "reason": values.get("reason", "").strip()}
    if motivation := values.get("motivation", "").strip():
        body["motivation"] = motivation
    try:
        made = await reader.api(proposals.PROPOSE, body=body, key=form.key)
    except Refused as error:
        if error.problem.status not in KEPT:
            raise
        try:
            person, session, structure_id = (UUID(ids[name]) for name in _NAMES)
        except ValueError:
            raise error from None
        typed = Form({"reason": body["reason"], "motivation": motivation}, key=form.key).refused(error)
        return await _words(reader, person, session, structure_id, typed, status=error.problem.status)
    return reader.go(f"/propositions/{made.id}", "The proposal has left: the person consents or declines.")


async def _people(reader: Visit, given: dict[str, UUID | None], q: str, after: str | None) -> Response:
    header, people = await asyncio.gather(
        read_header(reader.api), reader.api(structure.PEOPLE, query={"q": q, "cursor": after, "limit": ON_A_PAGE})
    )
    able = [each for each in people.items if "beneficiary" in each.statuses]
    rows = [
        (person_row(each), _url(given, personne=each.person.id, structure=each.structure.id))
        for each in able
        if header.me is None or each.person.id != header.me.id
    ]
    return await reader.page(
        "structure/propose_person.html",
        header=header,
        rows=rows,
        q=q,
        session_id=given["session"],
        next_url=_url(given, q=q, after=people.next) if people.next else None,
    )


async def _sessions(reader: Visit, given: dict[str, UUID | None], q: str, after: str | None) -> Response:
    query = {"q": q or None, "open": True, "cursor": after, "limit": ON_A_PAGE}
    header, people, sessions = await asyncio.gather(
        read_header(reader.api),
        reader.api(structure.PEOPLE, query={"account_id": given["personne"], "structure_id": given["structure"]}),
        reader.api(catalogue.SESSIONS, query=query),
    )
    return await reader.page(
        "structure/propose_session.html",
        header=header,
        person=next((f"{each.person.first_name} {each.person.last_name}" for each in people.items), None),
        rows=[(card(each, reader.pages.dates), _url(given, session=each.id)) for each in sessions.items],
        q=q,
        given=given,
        next_url=_url(given, q=q, after=sessions.next) if sessions.next else None,
    )


async def _words(
    reader: Visit, person: UUID, session: UUID, structure_id: UUID | None, form: Form, *, status: int = 200
) -> Response:
    header, people, found = await asyncio.gather(
        read_header(reader.api),
        reader.api(structure.PEOPLE, query={"account_id": person, "structure_id": structure_id}),
        reader.api(catalogue.SESSION, session_id=session),
    )
    able = [each for each in people.items if "beneficiary" in each.statuses]
    return await reader.page(
        "structure/propose.html",
        status=status,
        header=header,
        structures=[(str(each.structure.id), each.structure.name) for each in able],
        person=next((f"{each.person.first_name} {each.person.last_name}" for each in people.items), None),
        person_id=person,
        session=card(found, reader.pages.dates),
        other_session_url=_url({"personne": person, "structure": structure_id, "session": None}),
        form=form,
    )


def _url(given: dict[str, UUID | None], **changes: object) -> str:
    values = {name: str(value) for name, value in {**given, **changes}.items() if value}
    return f"/structure/proposer?{urlencode(values)}"
