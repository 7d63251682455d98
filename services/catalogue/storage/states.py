"""The present state of the catalogue, as its events tell it: read again by services that rebuild their copies."""

from typing import Any, Final

from sqlalchemy import Row, select

from services.catalogue.storage.sessions import slots_of
from services.catalogue.storage.tables import axes, sessions, trainings
from shared.contracts.catalogue import SessionSnapshot, SlotSnapshot, TrainingSnapshot
from shared.messaging.states import OwnStates, State
from shared.records import from_attributes


def _training(row: Row[Any]) -> TrainingSnapshot:
    return from_attributes(TrainingSnapshot, row)


def _session(row: Row[Any]) -> SessionSnapshot:
    return from_attributes(
        SessionSnapshot,
        row,
        slots=tuple(from_attributes(SlotSnapshot, slot) for slot in slots_of(row)),
        trainer_ids=tuple(row.trainer_ids),
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
        SessionSnapshot,
        select(sessions, trainings.c.title.label("training_title")).join(
            trainings, trainings.c.id == sessions.c.training_id
        ),
        sessions.c.id,
        _session,
    ),
)
