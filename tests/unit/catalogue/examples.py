"""Trainings and sessions to test with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.catalogue.domain.plan import Plan
from services.catalogue.domain.session import Session, SessionState
from services.catalogue.domain.slots import Slot
from services.catalogue.domain.training import Kind, State, Syllabus, Training

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TRAINER = UUID("0c7a1b4e-55f0-4c39-8a3d-0f5d2f1f0001")


def a_training(state: State = State.DRAFT) -> Training:
    """A training in any state."""
    syllabus = Syllabus(
        axis_id=uuid4(),
        title="Conduire un entretien",
        kind=Kind.TRAINING,
        members_only=False,
        summary="Deux jours.",
        objectives="Écouter.",
        content="Pratique.",
        audience="Conseillers.",
        prerequisites="Aucun.",
    )
    return Training(id=uuid4(), version=1, syllabus=syllabus, state=state)


def a_slot(from_hour: float, to_hour: float) -> Slot:
    """A slot; hours are counted from noon."""
    starts_at, ends_at = NOON + timedelta(hours=from_hour), NOON + timedelta(hours=to_hour)
    return Slot(id=uuid4(), starts_at=starts_at, ends_at=ends_at)


def a_plan(**changes: Any) -> Plan:
    """Two half days; requests are accepted until noon, an hour before the first slot."""
    plan = Plan(
        place="Limoges",
        opens_at=NOON - timedelta(days=9),
        closes_at=NOON,
        slots=(a_slot(1, 4), a_slot(24, 27)),
        trainer_ids=(TRAINER,),
    )
    return replace(plan, **changes)


def a_session(state: SessionState = SessionState.SCHEDULED) -> Session:
    """A session of twelve seats, in any state."""
    return Session(id=uuid4(), version=1, training_id=uuid4(), capacity=12, plan=a_plan(), state=state)
