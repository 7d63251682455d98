"""The columns of the files of requests and decisions."""

from collections.abc import Sequence
from typing import Final

from services.enrollment.api.list_views import DecisionView
from services.enrollment.api.views import EnrollmentView
from shared.http.export import Column

REQUESTS: Final[Sequence[Column[EnrollmentView]]] = (
    Column("Nom", lambda request: request.person.last_name),
    Column("Prénom", lambda request: request.person.first_name),
    Column("Structure", lambda request: request.structure.name),
    Column("Formation", lambda request: request.session.title),
    Column("Axe", lambda request: request.session.axis_name),
    Column("Lieu", lambda request: request.session.place),
    Column("Début", lambda request: request.session.starts_at),
    Column("Fin", lambda request: request.session.ends_at),
    Column("Demandée le", lambda request: request.requested_at),
    Column("État", lambda request: request.status_label),
    Column("Hors délai", lambda request: request.late),
    Column("A suivi", lambda request: request.attended),
    Column("Dernière décision", lambda request: request.last_decision.label if request.last_decision else None),
    Column("Décidée le", lambda request: request.last_decision.at if request.last_decision else None),
    Column("Par", lambda request: request.last_decision.by if request.last_decision else None),
    Column("Motif", lambda request: request.last_decision.note if request.last_decision else None),
    Column("Motivation", lambda request: request.motivation),
)
DECISIONS: Final[Sequence[Column[DecisionView]]] = (
    Column("Date", lambda decision: decision.at),
    Column("Décision", lambda decision: decision.label),
    Column("Par", lambda decision: decision.by),
    Column("Motif", lambda decision: decision.note),
    Column("Nom", lambda decision: decision.person.last_name),
    Column("Prénom", lambda decision: decision.person.first_name),
    Column("Structure", lambda decision: decision.structure.name),
    Column("Formation", lambda decision: decision.session.title),
    Column("Début", lambda decision: decision.session.starts_at),
    Column("État de la demande", lambda decision: decision.status_label),
    Column("A suivi", lambda decision: decision.attended),
    Column("Sa propre demande", lambda decision: decision.own),
)
