"""The lists of sessions and of trainings as files, for staff."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Response

from services.catalogue.api.dependencies import Staff, Tx
from services.catalogue.api.session_query import Sessions
from services.catalogue.api.training_query import Trainings
from services.catalogue.storage.records import SessionDetails, TrainingSummary
from shared.http.clock import Now
from shared.http.export import EXPORTED, MOST_ROWS, ChosenFormat, Column, export
from shared.http.problems import INVALID, NOT_FOUND, UNAUTHENTICATED, problems

router = APIRouter(tags=["exports"])

_PROBLEMS: Final = problems(UNAUTHENTICATED, NOT_FOUND, INVALID)

SESSION_COLUMNS: Final[Sequence[Column[SessionDetails]]] = (
    Column("Formation", lambda session: session.training.title),
    Column("Axe", lambda session: session.training.axis.name),
    Column("Nature", lambda session: session.training.kind_label),
    Column("Réservée aux adhérents", lambda session: session.training.members_only),
    Column("Début", lambda session: session.starts_at),
    Column("Fin", lambda session: session.ends_at),
    Column("Créneaux", lambda session: len(session.slots)),
    Column("Heures", lambda session: session.duration_hours),
    Column("Lieu", lambda session: session.place),
    Column("Ville", lambda session: session.town),
    Column("Adresse", lambda session: session.address),
    Column("À distance", lambda session: session.distance),
    Column("Formateurs", lambda session: ", ".join(f"{each.first_name} {each.last_name}" for each in session.trainers)),
    Column("Places", lambda session: session.capacity),
    Column("Places occupées", lambda session: session.occupancy.held),
    Column("Places libres", lambda session: session.occupancy.free),
    Column("En attente", lambda session: session.occupancy.queued),
    Column("Ouverture des demandes", lambda session: session.opens_at),
    Column("Clôture des demandes", lambda session: session.closes_at),
    Column("Demandes", lambda session: session.requests.sentence),
    Column("Annulée le", lambda session: None if session.cancelled is None else session.cancelled.at),
    Column("Motif de l'annulation", lambda session: None if session.cancelled is None else session.cancelled.reason),
    Column("Identifiant", lambda session: str(session.id)),
)
TRAINING_COLUMNS: Final[Sequence[Column[TrainingSummary]]] = (
    Column("Formation", lambda training: training.title),
    Column("Axe", lambda training: training.axis.name),
    Column("Nature", lambda training: training.kind_label),
    Column("Réservée aux adhérents", lambda training: training.members_only),
    Column("État", lambda training: training.state_label),
    Column("Durée", lambda training: training.duration),
    Column("Résumé", lambda training: training.summary),
    Column("Objectifs", lambda training: training.objectives),
    Column("Prochaine session", lambda training: training.next_session_at),
    Column("Identifiant", lambda training: str(training.id)),
)


@router.get("/sessions/export", response_class=Response, responses={**EXPORTED, **_PROBLEMS})
async def export_sessions(*, actor: Staff, query: Sessions, tx: Tx, now: Now, chosen: ChosenFormat = "csv") -> Response:
    """The list of sessions as a file, with the same filters. Staff only."""
    found = await tx.session_list.page(
        query.wanted, actor, now=now, limit=MOST_ROWS, newest_first=query.newest_first, is_bounded=False
    )
    return await export(found.sessions, SESSION_COLUMNS, format=chosen, name="sessions", filters=["from", "to"])


@router.get("/trainings/export", response_class=Response, responses={**EXPORTED, **_PROBLEMS})
async def export_trainings(
    *, actor: Staff, wanted: Trainings, tx: Tx, now: Now, chosen: ChosenFormat = "csv"
) -> Response:
    """The list of trainings as a file, with the same filters. Staff only."""
    found = await tx.training_list.page(wanted, actor, now=now, limit=MOST_ROWS)
    return await export(found, TRAINING_COLUMNS, format=chosen, name="formations", filters=["axis_id", "q"])
