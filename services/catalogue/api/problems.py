"""The problems that only this service has, and those of every edit."""

from services.catalogue.domain.axis import AxisIsUsed
from services.catalogue.domain.session import (
    SessionHasBegun,
    SessionIsCancelled,
    SessionIsNotCancelled,
    SheetIsClosed,
    TookPlace,
)
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
AXIS_IS_USED = ProblemKind(409, "axis-used", "Axe utilisé")
SESSION_IS_CANCELLED = ProblemKind(409, "session-cancelled", "Session annulée")
SESSION_IS_NOT_CANCELLED = ProblemKind(409, "session-not-cancelled", "Session non annulée")
SESSION_HAS_BEGUN = ProblemKind(409, "session-begun", "Session commencée")
SHEET_IS_CLOSED = ProblemKind(409, "sheet-closed", "Feuille de présence close")
TOOK_PLACE = ProblemKind(409, "took-place", "Session qui a eu lieu")

EDIT = (UNAUTHENTICATED, NOT_FOUND, CHANGED_MEANWHILE, VERSION_EXPECTED, INVALID)
"""The problems of every edit with `If-Match`."""

PROBLEMS: ProblemMap = {
    IllegalTrainingMove: TRAINING_STATE,
    AxisIsUsed: AXIS_IS_USED,
    SessionIsCancelled: SESSION_IS_CANCELLED,
    SessionIsNotCancelled: SESSION_IS_NOT_CANCELLED,
    SessionHasBegun: SESSION_HAS_BEGUN,
    SheetIsClosed: SHEET_IS_CLOSED,
    TookPlace: TOOK_PLACE,
}
