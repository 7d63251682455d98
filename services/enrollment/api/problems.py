"""The HTTP problem of each error of the service."""

from services.enrollment.api.dependencies import NotAdmitted
from services.enrollment.domain.attendance import (
    AttendanceClosed,
    AttendanceOpen,
    CorrectionTooLate,
    RecordedMeanwhile,
    SlotsWithoutPresence,
    TooEarly,
    UndecidedPeople,
)
from services.enrollment.domain.enrollment import SessionHasBegun, SessionIsOver
from services.enrollment.domain.meanwhile import DecidedMeanwhile
from services.enrollment.domain.offers import (
    CannotBeReopened,
    NoAgreementYet,
    NothingToUndo,
    NotPossibleBeforeTheStart,
    OwnRequest,
    WaitsForTheSeat,
)
from services.enrollment.domain.proposal import ProposalAnswered
from services.enrollment.domain.rules.own_request import UnconfirmedFirstUser
from services.enrollment.domain.rules.registry import WrongRuleValue
from services.enrollment.domain.session_seats import NoSeatFree
from services.enrollment.domain.transfer import TransferImpossible
from services.enrollment.use_cases.admission import AlreadyOnSheet, OtherRequestOpen, SessionIsCancelled
from services.enrollment.use_cases.decide import ReasonMissing
from services.enrollment.use_cases.left_open import AlreadyChosen
from services.enrollment.use_cases.propose import AlreadyProposed, RequestClosed
from services.enrollment.use_cases.request import TrainingTwiceInCart
from services.enrollment.use_cases.session_messages import TooManyMessages
from shared.http.problems import ProblemKind, ProblemMap

NOT_ADMITTED = ProblemKind(403, "account-not-admitted", "Compte non admis")
DECIDED_MEANWHILE = ProblemKind(409, "decided-meanwhile", "Décision impossible")
SESSION_IS_OVER = ProblemKind(409, "session-is-over", "Session terminée")
SESSION_HAS_BEGUN = ProblemKind(409, "session-has-begun", "Session commencée")
NOT_BEGUN = ProblemKind(409, "session-has-not-begun", "Session à venir")
NO_AGREEMENT_YET = ProblemKind(409, "no-agreement-yet", "Accord non donné")
NOTHING_TO_UNDO = ProblemKind(409, "nothing-to-undo", "Rien à annuler")
CANNOT_BE_REOPENED = ProblemKind(409, "cannot-be-reopened", "Réouverture impossible")
OWN_REQUEST = ProblemKind(409, "own-request", "Votre propre demande")
WAITS_FOR_THE_SEAT = ProblemKind(409, "waits-for-the-seat", "Vous attendez cette place")
UNCONFIRMED_FIRST_USER = ProblemKind(409, "unconfirmed-first-user", "Première personne à confirmer")
NO_SEAT_FREE = ProblemKind(409, "no-seat-free", "Aucune place libre")
REASON_MISSING = ProblemKind(422, "reason-missing", "Raison à indiquer")
TWICE_IN_CART = ProblemKind(409, "training-twice-in-cart", "Formation déjà au panier")
WRONG_RULE = ProblemKind(422, "wrong-rule-value", "Règle à corriger")
TOO_EARLY = ProblemKind(409, "too-early", "Trop tôt")
ATTENDANCE_CLOSED = ProblemKind(409, "attendance-closed", "Émargement clos")
ATTENDANCE_OPEN = ProblemKind(409, "attendance-open", "Émargement non clos")
CORRECTION_TOO_LATE = ProblemKind(409, "correction-too-late", "Correction par l'agence seulement")
PRESENCES_MISSING = ProblemKind(409, "presences-missing", "Présences à saisir")
ALREADY_CHOSEN = ProblemKind(409, "already-chosen", "Choix déjà fait")
TRANSFER_IMPOSSIBLE = ProblemKind(409, "transfer-impossible", "Changement de session impossible")
ALREADY_PROPOSED = ProblemKind(409, "already-proposed", "Déjà proposé")
PROPOSAL_ANSWERED = ProblemKind(409, "proposal-answered", "Proposition close")
REQUEST_CLOSED = ProblemKind(409, "request-closed", "Demande close")


def _retry_after(error: TooManyMessages) -> dict[str, str]:
    return {"Retry-After": str(error.seconds)}


TOO_MANY_MESSAGES = ProblemKind(429, "too-many-messages", "Trop de messages", headers=_retry_after)
UNDECIDED_PEOPLE = ProblemKind(
    409,
    "undecided-people",
    "Personnes à valider",
    errors=lambda error: [(f"undecided.{request}", name) for request, name in error.names.items()],
)
RECORDED_MEANWHILE = ProblemKind(
    409,
    "recorded-meanwhile",
    "Présence notée entre-temps",
    errors=lambda error: [(f"presences.{request}", sentence) for request, sentence in error.sentences.items()],
)
ALREADY_ON_SHEET = ProblemKind(409, "already-on-sheet", "Déjà sur la feuille")
SESSION_IS_CANCELLED = ProblemKind(409, "session-is-cancelled", "Session annulée")
OTHER_REQUEST_OPEN = ProblemKind(409, "other-request-open", "Autre demande en cours")

PROBLEMS: ProblemMap = {
    NotAdmitted: NOT_ADMITTED,
    DecidedMeanwhile: DECIDED_MEANWHILE,
    SessionIsOver: SESSION_IS_OVER,
    SessionHasBegun: SESSION_HAS_BEGUN,
    NotPossibleBeforeTheStart: NOT_BEGUN,
    NoAgreementYet: NO_AGREEMENT_YET,
    NothingToUndo: NOTHING_TO_UNDO,
    CannotBeReopened: CANNOT_BE_REOPENED,
    OwnRequest: OWN_REQUEST,
    WaitsForTheSeat: WAITS_FOR_THE_SEAT,
    UnconfirmedFirstUser: UNCONFIRMED_FIRST_USER,
    NoSeatFree: NO_SEAT_FREE,
    ReasonMissing: REASON_MISSING,
    TrainingTwiceInCart: TWICE_IN_CART,
    WrongRuleValue: WRONG_RULE,
    TooEarly: TOO_EARLY,
    AttendanceClosed: ATTENDANCE_CLOSED,
    RecordedMeanwhile: RECORDED_MEANWHILE,
    SlotsWithoutPresence: PRESENCES_MISSING,
    AlreadyChosen: ALREADY_CHOSEN,
    TransferImpossible: TRANSFER_IMPOSSIBLE,
    AlreadyProposed: ALREADY_PROPOSED,
    ProposalAnswered: PROPOSAL_ANSWERED,
    RequestClosed: REQUEST_CLOSED,
    TooManyMessages: TOO_MANY_MESSAGES,
    AttendanceOpen: ATTENDANCE_OPEN,
    CorrectionTooLate: CORRECTION_TOO_LATE,
    UndecidedPeople: UNDECIDED_PEOPLE,
    AlreadyOnSheet: ALREADY_ON_SHEET,
    SessionIsCancelled: SESSION_IS_CANCELLED,
    OtherRequestOpen: OTHER_REQUEST_OPEN,
}
