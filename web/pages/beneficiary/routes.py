"""The cart, and one's own requests."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from web.client import catalogue, enrollment
from web.client.errors import Refused, SignInNeeded
from web.context import Reader, Visit
from web.forms import Form
from web.pages.beneficiary.views import FIRST, GROUPS, cart_view, tabs
from web.pages.header import Header, read_header
from web.pages.requests.views import request_card
from web.pages.visitor.views import card

router = APIRouter()

ON_A_PAGE: Final = 20
FIELD: Final = "motivation-"
"""The name of a motivation's field begins with this; the id of the session follows."""


@router.get("/panier/ajouter/{session_id}")
async def add_page(reader: Reader, session_id: UUID) -> Response:
    """Visitors come here after the sign-in: one press puts the session that they chose into the cart."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    header, session = await asyncio.gather(
        read_header(reader.api), reader.api(catalogue.SESSION, session_id=session_id)
    )
    return await reader.page("beneficiary/add.html", header=header, session=card(session, reader.pages.dates))


@router.post("/panier/ajouter/{session_id}")
async def add(reader: Reader, session_id: UUID) -> Response:
    await reader.form()
    await reader.api(enrollment.ADD, session_id=session_id)
    return reader.go(f"/panier#ligne-{session_id}", "The session is in your cart.")


@router.get("/panier")
async def cart_page(reader: Reader, structure: str = "") -> Response:
    """Every line with what the rules say about it, before anything is written."""
    return await _cart_page(reader, structure, Form())


@router.post("/panier")
async def change_cart(reader: Reader) -> Response:
    """Send the requests, remove a line, or choose a structure; the drafts are kept in any case."""
    form = await reader.form()
    act, _, subject = form.values.get("act", "").partition(":")
    structure = subject if act == "structure" else form.values.get("structure_id", "")
    drafts = {name.removeprefix(FIELD): text for name, text in form.values.items() if name.startswith(FIELD)}
    removed = subject if act == "remove" else None
    await asyncio.gather(*(_keep(reader, line, text) for line, text in drafts.items() if line != removed))
    if act == "remove":
        await reader.api(enrollment.REMOVE, session_id=UUID(subject))
        reader.session.say(reader.pages.words.gettext("The session is no longer in your cart."))
    if act != "send":
        return RedirectResponse(f"/panier?structure={structure}" if structure else "/panier", 303)
    return await _send(reader, form, structure, drafts)


@router.post("/panier/brouillon/{session_id}")
async def keep_draft(reader: Reader, session_id: UUID) -> Response:
    """Keep a motivation while it is typed (htmx)."""
    form = await reader.form()
    kept = await _keep(reader, str(session_id), form.values.get(f"{FIELD}{session_id}", ""))
    return await reader.page("beneficiary/_kept.html", header=Header(), kept=kept)


@router.get("/demandes")
async def space(reader: Reader, liste: str = FIRST, after: str | None = None) -> Response:
    """One's own requests in four lists."""
    chosen = liste if liste in GROUPS else FIRST
    query = {"scope": "mine", "group": GROUPS[chosen], "cursor": after, "limit": ON_A_PAGE}
    header, found, counts = await asyncio.gather(
        read_header(reader.api),
        reader.api(enrollment.ENROLLMENTS, query=query),
        reader.api(enrollment.COUNTS, query={"scope": "mine"}),
    )
    return await reader.page(
        "beneficiary/space.html",
        header=header,
        group=GROUPS[chosen],
        tabs=tabs(counts, chosen),
        cards=[request_card(each, reader.pages.dates) for each in found.items],
        next_url=f"/demandes?liste={chosen}&after={found.next}" if found.next else None,
    )


async def _cart_page(reader: Visit, structure: str, form: Form, *, status: int = 200) -> Response:
    header, cart = await asyncio.gather(read_header(reader.api), reader.api(enrollment.CART))
    view = cart_view(cart, structure, reader.pages.dates)
    drafts = {f"{FIELD}{line.id}": line.motivation for line in view.lines}
    return await reader.page(
        "beneficiary/cart.html",
        status=status,
        header=header,
        cart=view,
        form=Form({**drafts, **form.values}, form.errors, form.sentence, form.key),
    )


async def _send(reader: Visit, form: Form, structure: str, drafts: dict[str, str]) -> Response:
    chosen = [line for line in form.values.get("possible", "").split(",") if line in drafts]
    lines = [{"session_id": line, "motivation": drafts[line].strip()} for line in chosen]
    names = {f"lines.{index}.motivation": f"{FIELD}{line}" for index, line in enumerate(chosen)}
    try:
        made = await reader.api(enrollment.SEND, body={"structure_id": structure, "lines": lines}, key=form.key)
    except Refused as error:
        if error.problem.status not in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise
        # a new key: what is sent next is something else
        refused = form.refused(error, names)
        empty = reader.pages.words.gettext("Say why this training would be useful to you.")
        errors = {name: text if form.values.get(name, "").strip() else empty for name, text in refused.errors.items()}
        again = Form(refused.values, errors, refused.sentence)
        return await _cart_page(reader, structure, again, status=error.problem.status)
    number = len(made.requests)
    sentence = reader.pages.words.ngettext(
        "Your request is sent: your employer decides now, and you get a mail.",
        "Your %(num)d requests are sent: your employer decides now, and you get a mail.",
        number,
    )
    reader.session.say(sentence % {"num": number})
    return RedirectResponse("/demandes", 303)


async def _keep(reader: Visit, session_id: str, text: str) -> bool:
    """Whether the draft is kept; an empty one is not, and one that the API refuses is refused again at the sending."""
    if not text.strip():
        return False
    try:
        await reader.api(enrollment.KEEP_DRAFT, session_id=UUID(session_id), body={"motivation": text.strip()})
    except (Refused, ValueError):
        return False
    return True
