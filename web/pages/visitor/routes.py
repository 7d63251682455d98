"""The pages that everybody can see: the first page, the catalogue, a training."""

import asyncio
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from web.client import catalogue
from web.client.api import or_none
from web.context import Visit, visit
from web.pages.header import read_header
from web.pages.visitor.views import months

router = APIRouter()

Reader = Annotated[Visit, Depends(visit)]
NEXT_SESSIONS: Final = 5


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
        months=months(sessions.items, reader.pages.dates) if sessions else [],
        is_missing=sessions is None,
    )


@router.get("/formations/{training_id}")
async def training_page(reader: Reader, training_id: UUID) -> Response:
    """One training with its sessions."""
    header, training = await asyncio.gather(
        read_header(reader.api), reader.api(catalogue.TRAINING, training_id=training_id)
    )
    return await reader.page("visitor/training.html", header=header, training=training)
