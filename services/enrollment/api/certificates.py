"""Endpoints that answer with a PDF: the certificate of a person, and the attendance sheet to print."""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.enrollment.api.certificate_pdf import Agency, certificate_pdf
from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.problems import NOT_ADMITTED
from services.enrollment.api.sheet_pdf import sheet_pdf
from services.enrollment.use_cases.sheet import sheet
from shared.http.clock import Now
from shared.http.problems import NOT_FOUND, problems

router = APIRouter(tags=["attendance"])

PDF: Final = "application/pdf"
_A_PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.3 …"}}}
}
_OF_PDF: Final = {**_A_PDF, **problems(NOT_ADMITTED, NOT_FOUND)}


async def agency(request: Request) -> Agency:
    """The agency of the settings."""
    of_settings: Agency = request.app.state.agency
    return of_settings


Signing = Annotated[Agency, Depends(agency)]


@router.get("/enrollments/{enrollment_id}/certificate", responses=_OF_PDF, response_class=Response)
async def read_certificate(enrollment_id: UUID, actor: Acting, tx: Tx, signing: Signing) -> Response:
    """The certificate of attendance in PDF, for the person, employers of the structure and staff.

    It is there once the sheet is closed, if the person attended. A correction makes another one, which names the one
    that it replaces.
    """
    certificate = await tx.certificates.of(enrollment_id, actor)
    content = await asyncio.to_thread(certificate_pdf, certificate, signing)
    return _file(content, f"certificat-{certificate.number}.pdf")


@router.get("/sessions/{session_id}/attendance/sheet.pdf", responses=_OF_PDF, response_class=Response)
async def print_sheet(session_id: UUID, actor: Acting, tx: Tx, now: Now, signing: Signing) -> Response:
    """The attendance sheet in PDF, to print and to sign, for the session's trainers and staff."""
    of_session = await sheet(tx, session_id, actor=actor)
    trainers = await tx.certificates.names(sorted(of_session.session.trainer_ids))
    content = await asyncio.to_thread(sheet_pdf, of_session, trainers, agency=signing.name, now=now)
    return _file(content, "emargement.pdf")


def _file(content: bytes, name: str) -> Response:
    return Response(content, media_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}"'})
