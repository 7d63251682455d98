"""The pages that everybody can see: the first page, the catalogue, a training."""

import asyncio
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from web.client import catalogue
from web.client.api import or_none
from web.context import Reader
from web.pages.header import read_header
from web.pages.visitor.filters import Wanted
from web.pages.visitor.views import card, elsewhere, months

router = APIRouter()

NEXT_SESSIONS: Final = 5
ON_A_PAGE: Final = 25


@router.get("/")
async def first_page(reader: Reader) -> Response:
    """Search, themes, the next sessions, and how it works."""
    header, axes, sessions = await asyncio.gather(
        read_header(reader.api),
        or_none(reader.api(catalogue.AXES)),
        or_none(reader.api(catalogue.SESSIONS, query={"limit": NEXT_SESSIONS})),
    )
    return await reader.page(
        "visitor/home.html",
        header=header,
        axes=axes or [],
        sessions=[card(each, reader.pages.dates) for each in sessions.items] if sessions else [],
        is_missing=sessions is None,
    )


@router.get("/formations")
async def catalogue_page(reader: Reader, after: str | None = None) -> Response:
    """All sessions by date, with filters. With htmx only what the filters change is sent."""
    wanted = Wanted(dict(reader.request.query_params))
    header, sessions = await asyncio.gather(
        read_header(reader.api), reader.api(catalogue.SESSIONS, query=wanted.query(after=after, limit=ON_A_PAGE))
    )
    return await reader.page(
        "visitor/_sessions.html" if reader.wants_part else "visitor/catalogue.html",
        header=header,
        wanted=wanted,
        months=months(sessions.items, reader.pages.dates),
        total=sessions.total,
        total_is_exact=sessions.total_is_exact,
        filters=wanted.filters(sessions.facets) if sessions.facets else [],
        chips=wanted.chips(sessions.facets),
        next_url=wanted.url(after=sessions.next) if sessions.next else None,
    )


@router.get("/formations/{training_id}")
async def training_page(reader: Reader, training_id: UUID) -> Response:
    """One training with its sessions."""
    header, training = await asyncio.gather(
        read_header(reader.api), reader.api(catalogue.TRAINING, training_id=training_id)
    )
    return await reader.page(
        "visitor/training.html",
        header=header,
        training=training,
        sessions=[card(each, reader.pages.dates) for each in training.sessions],
        others=[],
    )


@router.get("/sessions/{session_id}")
async def session_page(reader: Reader, session_id: UUID) -> Response:
    """Mails lead to a session; it is shown on the page of its training, also after it has begun."""
    header, session = await asyncio.gather(
        read_header(reader.api), reader.api(catalogue.SESSION, session_id=session_id)
    )
    training = await reader.api(catalogue.TRAINING, training_id=session.training.id)
    dates = reader.pages.dates
    return await reader.page(
        "visitor/training.html",
        header=header,
        training=training,
        sessions=[card(session, dates)],
        others=elsewhere(training, session_id, dates),
    )
