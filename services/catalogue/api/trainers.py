"""The endpoint about trainers, for staff."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BeforeValidator

from services.catalogue.api.dependencies import Staff, Tx
from services.catalogue.api.fields import blank_as_none
from services.catalogue.api.views import TrainerLine
from shared.http.clock import Now
from shared.http.fields import Line
from shared.http.pagination import BY_NAME, Limit, NameKey, Page
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(prefix="/trainers", tags=["trainers"])


@router.get("", responses=problems(UNAUTHENTICATED, NOT_FOUND, INVALID))
async def list_trainers(
    *,
    actor: Staff,
    tx: Tx,
    now: Now,
    q: Annotated[
        Line | None,
        BeforeValidator(blank_as_none),
        Query(description="Words to find in first and last name, ignoring accents and case"),
    ] = None,
    after: Annotated[NameKey | None, Depends(BY_NAME)],
    limit: Limit = 20,
) -> Page[TrainerLine]:
    """The people who train at least one session, past ones too, in order of their last name. Staff only."""
    found = await tx.trainers.page((q or "").split(), actor, now=now, after=after, limit=limit)
    return Page[TrainerLine].of(
        found,
        limit,
        view=TrainerLine.model_validate,
        sort_key=BY_NAME,
        key=lambda trainer: (trainer.sort_name, trainer.id),
    )
