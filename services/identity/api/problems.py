"""Which error becomes which problem, once."""

from typing import Final

from services.identity.domain.accounts import OwnAccount
from services.identity.domain.attachments import IllegalMove, LastReferent
from services.identity.domain.delays import TooSoon
from services.identity.domain.links import InvalidLink
from services.identity.domain.structures import AlreadyAnswered
from services.identity.storage.structures import SiretTaken
from services.identity.use_cases.accounts import AddressTaken
from services.identity.use_cases.attach import AlreadyAttached
from services.identity.use_cases.sign_in import SessionOver, WrongCredentials
from shared.http.problems import ProblemKind, ProblemMap

NOT_FOUND: Final = ProblemKind(404, "not-found", "Introuvable")
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
CHANGED: Final = ProblemKind(412, "changed-meanwhile", "Modifié entre-temps")
VERSION_MISSING: Final = ProblemKind(428, "precondition-required", "Version attendue")

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
