"""Which refusals of identity become which problem."""

from typing import Final

from services.identity.domain.accounts import (
    AccountDisabled,
    AddressTaken,
    AlreadyProved,
    DisabledMeanwhile,
    OwnAccount,
)
from services.identity.domain.attachment_moves import (
    AlreadyAttached,
    IllegalMove,
    LastReferent,
    NotUnconfirmed,
)
from services.identity.domain.budgets import TooSoon
from services.identity.domain.closing import StructureIsClosed, StructureIsOpen
from services.identity.domain.erasures import HasObligations
from services.identity.domain.links import InvalidLink
from services.identity.domain.second_factor import CodeExpected, NothingToConfirm, WrongCode
from services.identity.domain.sign_in_sessions import SessionOver, WrongCredentials
from services.identity.domain.structures import AlreadyAnswered, SiretTaken, TooManyOpenRequests
from services.identity.use_cases.hashing import TooBusy
from shared.http.problems import ProblemKind, ProblemMap

WRONG_CREDENTIALS: Final = ProblemKind(401, "wrong-credentials", "Identification refusée")
CODE_EXPECTED: Final = ProblemKind(401, "second-factor-expected", "Code attendu")
WRONG_CODE: Final = ProblemKind(401, "wrong-code", "Code refusé")
NOTHING_TO_CONFIRM: Final = ProblemKind(409, "nothing-to-confirm", "Enregistrement expiré")
SESSION_OVER: Final = ProblemKind(401, "session-over", "Session terminée")


def _retry_after(error: TooSoon | TooManyOpenRequests | TooBusy) -> dict[str, str]:
    return {"Retry-After": str(error.seconds)}


TOO_SOON: Final = ProblemKind(429, "too-soon", "Trop d'essais", headers=_retry_after)
TOO_MANY_OPEN: Final = ProblemKind(429, "too-many-open", "Demandes déjà en attente", headers=_retry_after)
TOO_BUSY: Final = ProblemKind(503, "too-busy", "Trop de demandes en même temps", headers=_retry_after)
NOT_UNCONFIRMED: Final = ProblemKind(409, "not-unconfirmed", "Rien à confirmer")
INVALID_LINK: Final = ProblemKind(410, "link-not-valid", "Lien non valable")
ILLEGAL_MOVE: Final = ProblemKind(409, "decided-meanwhile", "Décision impossible")
LAST_REFERENT: Final = ProblemKind(409, "last-referent", "Dernière personne référente")
ALREADY_ANSWERED: Final = ProblemKind(409, "already-answered", "Déjà répondu")
ALREADY_ATTACHED: Final = ProblemKind(409, "already-attached", "Rattachement déjà demandé")
STRUCTURE_CLOSED: Final = ProblemKind(409, "structure-closed", "Structure fermée")
STRUCTURE_OPEN: Final = ProblemKind(409, "structure-open", "Structure ouverte")
SIRET_TAKEN: Final = ProblemKind(409, "siret-taken", "SIRET déjà répertorié")
ADDRESS_TAKEN: Final = ProblemKind(409, "address-taken", "Adresse déjà utilisée")
ALREADY_PROVED: Final = ProblemKind(409, "already-proved", "Adresse déjà confirmée")
DISABLED_MEANWHILE: Final = ProblemKind(409, "account-disabled", "Compte désactivé")
ACCOUNT_DISABLED: Final = ProblemKind(403, "account-not-admitted", "Compte non admis")
OWN_ACCOUNT: Final = ProblemKind(409, "own-account", "Votre propre compte")
HAS_OBLIGATIONS: Final = ProblemKind(409, "has-obligations", "Suppression impossible pour l'instant")

PROBLEMS: Final[ProblemMap] = {
    WrongCredentials: WRONG_CREDENTIALS,
    CodeExpected: CODE_EXPECTED,
    WrongCode: WRONG_CODE,
    NothingToConfirm: NOTHING_TO_CONFIRM,
    SessionOver: SESSION_OVER,
    TooSoon: TOO_SOON,
    TooManyOpenRequests: TOO_MANY_OPEN,
    TooBusy: TOO_BUSY,
    NotUnconfirmed: NOT_UNCONFIRMED,
    InvalidLink: INVALID_LINK,
    IllegalMove: ILLEGAL_MOVE,
    LastReferent: LAST_REFERENT,
    AlreadyAnswered: ALREADY_ANSWERED,
    AlreadyAttached: ALREADY_ATTACHED,
    StructureIsClosed: STRUCTURE_CLOSED,
    StructureIsOpen: STRUCTURE_OPEN,
    SiretTaken: SIRET_TAKEN,
    AddressTaken: ADDRESS_TAKEN,
    AlreadyProved: ALREADY_PROVED,
    DisabledMeanwhile: DISABLED_MEANWHILE,
    AccountDisabled: ACCOUNT_DISABLED,
    OwnAccount: OWN_ACCOUNT,
    HasObligations: HAS_OBLIGATIONS,
}
