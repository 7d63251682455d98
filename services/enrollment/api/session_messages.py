"""Endpoints for the messages of trainers and staff to the people of a session."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.people_bodies import NewSessionMessage
from services.enrollment.api.problems import NOT_ADMITTED, TOO_MANY_MESSAGES
from services.enrollment.api.views import PersonView
from services.enrollment.storage.session_messages import SentAs, SentTo, SessionMessage
from services.enrollment.use_cases.session_messages import send_message
from shared.http.clock import Now
from shared.http.idempotency import Once
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.views import View

router = APIRouter(tags=["messages"])


class ReceivedMessageView(View):
    """A message to the people of a session, as these see it."""

    id: UUID
    session_id: UUID
    session_title: str = Field(examples=["Conduire un entretien d'orientation"])
    sender: PersonView
    acting_as: SentAs
    subject: str = Field(examples=["Salle changée"])
    text: str = Field(examples=["Nous serons dans la salle B, au premier étage."])
    sent_at: datetime


class SessionMessageView(ReceivedMessageView):
    """A message to the people of a session: to whom it was sent, and to how many people."""

    sent_to: SentTo
    recipients: int = Field(examples=[8])


@router.post(
    "/sessions/{session_id}/messages",
    status_code=201,
    responses=problems(NOT_ADMITTED, NOT_FOUND, INVALID, TOO_MANY_MESSAGES),
)
async def send(
    session_id: UUID, *, body: NewSessionMessage, actor: Acting, tx: Tx, now: Now, once: Once
) -> SessionMessageView:
    """Send a message to people of a session, by mail. For its trainers and staff; at most 10 within a day.

    `to`: those who hold a seat (`held`), the waiting list (`queued`), or everybody with an open request (`all_open`).
    """

    async def perform() -> SessionMessageView:
        return SessionMessageView.model_validate(
            await send_message(
                tx, session_id, sent_to=body.to, subject=body.subject, text=body.text, actor=actor, now=now
            )
        )

    return await once(perform)


@router.get("/sessions/{session_id}/messages", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def list_session_messages(
    session_id: UUID, actor: Acting, tx: Tx, after: Annotated[TimeKey | None, Depends(BY_TIME)], limit: Limit = 20
) -> Page[SessionMessageView]:
    """List the messages that were sent to people of a session, newest first. For its trainers and staff."""
    await tx.trained_sessions.one(session_id, actor)
    return Page[SessionMessageView].of(
        await tx.session_messages.of_session(session_id, after=after, limit=limit),
        limit,
        view=SessionMessageView.model_validate,
        sort_key=BY_TIME,
        key=_key,
    )


@router.get("/messages", responses=problems(NOT_ADMITTED))
async def list_messages(
    actor: Acting, tx: Tx, after: Annotated[TimeKey | None, Depends(BY_TIME)], limit: Limit = 20
) -> Page[ReceivedMessageView]:
    """List the messages that were sent to the caller, newest first."""
    return Page[ReceivedMessageView].of(
        await tx.session_messages.to(actor.account_id, after=after, limit=limit),
        limit,
        view=ReceivedMessageView.model_validate,
        sort_key=BY_TIME,
        key=_key,
    )


def _key(message: SessionMessage) -> TimeKey:
    return message.sent_at, message.id
