"""The present state of the catalogue, as its events tell it: read again by services that rebuild their copies."""

from typing import Any, Final

from sqlalchemy import Row, func, select

from services.catalogue.storage.sessions import slots_of
from services.catalogue.storage.tables import axes, catalogue_history, sessions, trainings
from shared.contracts.catalogue import SlotSnapshot, TrainingSnapshot
from shared.contracts.states import SessionState
from shared.messaging.states import OwnStates, State
from shared.records import from_attributes


def _training(row: Row[Any]) -> TrainingSnapshot:
    return from_attributes(TrainingSnapshot, row)


def _session(row: Row[Any]) -> SessionState:
    return from_attributes(
        SessionState,
        row,
        slots=tuple(from_attributes(SlotSnapshot, slot) for slot in slots_of(row)),
        trainer_ids=tuple(row.trainer_ids),
    )


_REINSTATED: Final = (
    select(func.max(catalogue_history.c.version))
    .where(catalogue_history.c.aggregate_id == sessions.c.id, catalogue_history.c.act == "Reinstated")
    .scalar_subquery()
)
STATES: Final = OwnStates(
    "catalogue",
    State(
        TrainingSnapshot,
        select(trainings, axes.c.name.label("axis_name"))
        .join(axes, axes.c.id == trainings.c.axis_id)
        .where(trainings.c.state != "draft"),
        trainings.c.id,
        _training,
    ),
    State(
        SessionState,
        select(
            sessions, trainings.c.title.label("training_title"), func.coalesce(_REINSTATED, 0).label("reinstated")
        ).join(trainings, trainings.c.id == sessions.c.training_id),
        sessions.c.id,
        _session,
    ),
)
