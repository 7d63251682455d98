"""What each error of the service becomes over HTTP, once."""

from services.catalogue.domain.session import SessionIsCancelled
from services.catalogue.domain.training import IllegalTrainingMove
from shared.http.problems import INVALID, ProblemKind, ProblemMap

NOT_FOUND = ProblemKind(
    404, "not-found", "Introuvable", lambda _: "Cet élément n'existe pas, ou vous n'y avez pas accès."
)
UNAUTHENTICATED = ProblemKind(401, "unauthenticated", "Identification requise")
CHANGED_MEANWHILE = ProblemKind(
    412,
    "changed-meanwhile",
    "Modifié entre-temps",
    lambda _: "Rechargez l'élément : quelqu'un l'a modifié entre-temps.",
)
VERSION_EXPECTED = ProblemKind(428, "precondition-required", "Version attendue")
TRAINING_STATE = ProblemKind(409, "training-state", "État de la formation")
SESSION_IS_CANCELLED = ProblemKind(409, "session-cancelled", "Session annulée")
WRONG_FIELDS = ProblemKind(422, INVALID.slug, INVALID.title, INVALID.detail, errors=lambda error: error.errors)

EDIT = (UNAUTHENTICATED, NOT_FOUND, CHANGED_MEANWHILE, VERSION_EXPECTED, WRONG_FIELDS)
"""What may go wrong wherever staff change something that others may be changing too."""

PROBLEMS: ProblemMap = {
    IllegalTrainingMove: TRAINING_STATE,
    SessionIsCancelled: SESSION_IS_CANCELLED,
}
