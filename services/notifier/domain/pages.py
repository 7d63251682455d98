"""The page where the next step is taken: what stands after the base of every link."""

from collections.abc import Mapping
from typing import Final

from services.notifier.domain.copies import Mail, Situation
from services.notifier.domain.kinds import Kind

_REQUEST: Final = "demandes/{subject}"
_ATTACHMENT: Final = "rattachements/{subject}"
_SESSION: Final = "sessions/{session}"
_SIGN_IN: Final = "connexion"

PAGES: Final[Mapping[Kind, str]] = {
    Kind.ADDRESS_PROOF: "compte/adresse/{token}",
    Kind.PASSWORD_RESET: "compte/mot-de-passe/{token}",
    Kind.ALREADY_REGISTERED: _SIGN_IN,
    Kind.PASSWORD_CHANGED: _SIGN_IN,
    Kind.ATTACHMENT_REQUESTED: _ATTACHMENT,
    Kind.ATTACHMENT_CONFIRMED: _ATTACHMENT,
    Kind.ATTACHMENT_REFUSED: _ATTACHMENT,
    Kind.ATTACHMENT_ENDED: _ATTACHMENT,
    Kind.STATUSES_CHANGED: _ATTACHMENT,
    Kind.STRUCTURE_REQUESTED: "structures/demandes/{subject}",
    Kind.STRUCTURE_CHANGE_REPORTED: "structures/{subject}",
    Kind.STRUCTURE_REGISTERED: "compte/nouveau",
    Kind.STRUCTURE_REQUEST_REFUSED: "structures",
    Kind.REQUEST_TO_DECIDE: _REQUEST,
    Kind.REQUEST_RECEIPT: "demandes",
    Kind.ACCEPTED: _REQUEST,
    Kind.REQUEST_TO_VALIDATE: _REQUEST,
    Kind.REFUSED: _REQUEST,
    Kind.DECLINED: _REQUEST,
    Kind.EXPIRED: _REQUEST,
    Kind.QUESTION: _REQUEST,
    Kind.ANSWER: _REQUEST,
    Kind.PROMOTED: _REQUEST,
    Kind.VALIDATED: _REQUEST,
    Kind.WITHDRAWN: _REQUEST,
    Kind.CANCELLED: _REQUEST,
    Kind.SESSION_MOVED: _SESSION,
    Kind.SESSION_CANCELLED: _SESSION,
    Kind.ATTENDANCE: _SESSION,
    Kind.CERTIFICATE: _REQUEST,
}


def page(mail: Mail, situation: Situation) -> str:
    """The path of a mail's page, without a slash before it."""
    session = situation.session.id if situation.session else ""
    return PAGES[mail.kind].format(subject=mail.subject_id, session=session, token=mail.facts.get("token", ""))
