"""All of one's own data as one archive: a file for each service."""

import asyncio
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter
from starlette.responses import Response

from web.client import account
from web.client.errors import SignInNeeded
from web.context import Reader

router = APIRouter(prefix="/compte/donnees")


@router.get("")
async def data_page(reader: Reader) -> Response:
    """What the archive has."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    return await reader.page("account/data.html")


@router.get("/archive.zip")
async def archive(reader: Reader) -> Response:
    """The archive is complete, or there is none: while a service is away, its error page says so."""
    if not reader.api.is_signed_in:
        raise SignInNeeded
    parts = await asyncio.gather(*(reader.api(call) for call in account.OWN_DATA.values()))
    content = await asyncio.to_thread(_zipped, dict(zip(account.OWN_DATA, parts, strict=True)))
    headers = {"Content-Disposition": 'attachment; filename="mes-donnees.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


def _zipped(parts: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(f"{name}.json", content)
    return file.getvalue()
