"""Which refusals of identity become which problem."""

from typing import Final

from services.identity.domain.accounts import AddressTaken, OwnAccount
from services.identity.domain.attachments import AlreadyAttached, IllegalMove, LastReferent
from services.identity.domain.delays import TooSoon
from services.identity.domain.links import InvalidLink
from services.identity.domain.sign_in_sessions import SessionOver, WrongCredentials
from services.identity.domain.structures import AlreadyAnswered, SiretTaken
from shared.http.problems import ProblemKind, ProblemMap

WRONG_CREDENTIALS: Final = ProblemKind(401, "wrong-credentials", "Identification refusée")
SESSION_OVER: Final = ProblemKind(401, "session-over", "Session terminée")
TOO_SOON: Final = ProblemKind(
    429, "too-soon", "Trop d'essais", headers=lambda error: {"Retry-After": str(error.seconds)}
)
INVALID_LINK: Final = ProblemKind(410, "link-not-valid", "Lien non valable")
ILLEGAL_MOVE: Final = ProblemKind(409, "decided-meanwhile", "Décision impossible")
LAST_REFERENT: Final = ProblemKind(409, "last-referent", "Dernière personne référente")
ALREADY_ANSWERED: Final = ProblemKind(409, "already-answered", "Déjà répondu")
ALREADY_ATTACHED: Final = ProblemKind(409, "already-attached", "Rattachement déjà demandé")
SIRET_TAKEN: Final = ProblemKind(409, "siret-taken", "SIRET déjà répertorié")
ADDRESS_TAKEN: Final = ProblemKind(409, "address-taken", "Adresse déjà utilisée")
OWN_ACCOUNT: Final = ProblemKind(409, "own-account", "Votre propre compte")

PROBLEMS: Final[ProblemMap] = {
    WrongCredentials: WRONG_CREDENTIALS,
    SessionOver: SESSION_OVER,
    TooSoon: TOO_SOON,
    InvalidLink: INVALID_LINK,
    IllegalMove: ILLEGAL_MOVE,
    LastReferent: LAST_REFERENT,
    AlreadyAnswered: ALREADY_ANSWERED,
    AlreadyAttached: ALREADY_ATTACHED,
    SiretTaken: SIRET_TAKEN,
    AddressTaken: ADDRESS_TAKEN,
    OwnAccount: OWN_ACCOUNT,
}
