"""The problems that only this service has, and those of every edit."""

from services.catalogue.domain.session import SessionIsCancelled
from services.catalogue.domain.training import IllegalTrainingMove
from shared.http.problems import (
    CHANGED_MEANWHILE,
    INVALID,
    NOT_FOUND,
    UNAUTHENTICATED,
    VERSION_EXPECTED,
    ProblemKind,
    ProblemMap,
)

TRAINING_STATE = ProblemKind(409, "training-state", "État de la formation")
SESSION_IS_CANCELLED = ProblemKind(409, "session-cancelled", "Session annulée")

EDIT = (UNAUTHENTICATED, NOT_FOUND, CHANGED_MEANWHILE, VERSION_EXPECTED, INVALID)
"""The problems of every edit with `If-Match`."""

PROBLEMS: ProblemMap = {
    IllegalTrainingMove: TRAINING_STATE,
    SessionIsCancelled: SESSION_IS_CANCELLED,
}
