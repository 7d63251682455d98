"""What each error of the service becomes over HTTP, once."""

from services.enrollment.domain.enrollment import IllegalMove, SessionIsOver
from services.enrollment.domain.rules import UnknownRule, WrongRuleValue
from services.enrollment.storage.enrollments import NotFound
from services.enrollment.use_cases.decide import OwnRequest, ReasonMissing
from services.enrollment.use_cases.request import TrainingTwiceInCart
from shared.http.problems import ProblemKind, ProblemMap

NOT_FOUND = ProblemKind(404, "not-found", "Introuvable", lambda _: "Cet élément n'existe pas, ou vous n'y avez pas accès.")
ILLEGAL_MOVE = ProblemKind(409, "decided-meanwhile", "Décision impossible")
SESSION_IS_OVER = ProblemKind(409, "session-is-over", "Session terminée")
OWN_REQUEST = ProblemKind(409, "own-request", "Votre propre demande")
REASON_MISSING = ProblemKind(422, "reason-missing", "Raison à indiquer")
TWICE_IN_CART = ProblemKind(409, "training-twice-in-cart", "Formation déjà au panier")
WRONG_RULE = ProblemKind(422, "wrong-rule-value", "Règle à corriger")

PROBLEMS: ProblemMap = {
    NotFound: NOT_FOUND,
    IllegalMove: ILLEGAL_MOVE,
    SessionIsOver: SESSION_IS_OVER,
    OwnRequest: OWN_REQUEST,
    ReasonMissing: REASON_MISSING,
    TrainingTwiceInCart: TWICE_IN_CART,
    UnknownRule: NOT_FOUND,
    WrongRuleValue: WRONG_RULE,
}
