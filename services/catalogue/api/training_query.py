"""The parameters of the lists of trainings."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query

from services.catalogue.api.fields import Words
from services.catalogue.api.words import TrainingState
from services.catalogue.storage.training_list import TrainingFilter


async def training_query(
    *,
    axis_id: UUID | None = None,
    kind: Annotated[Literal["training", "other_action"] | None, Query(description="Kind of training")] = None,
    members_only: Annotated[bool | None, Query(description="For members only, or for all structures")] = None,
    q: Words = None,
    state: Annotated[TrainingState, Query(description="Drafts and archived trainings: for staff only")] = "published",
) -> TrainingFilter:
    """Read the parameters."""
    return TrainingFilter(state=state, axis_id=axis_id, kind=kind, members_only=members_only, words=(q or "").split())


Trainings = Annotated[TrainingFilter, Depends(training_query, scope="function")]
