"""Whether a mail is still true when it is about to leave. Answers why not, in one French sentence, or None."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.notifier.domain.copies import Attachment, Enrollment, Mail, Session, Situation, Slot
from services.notifier.domain.kinds import SECRET, Audience, Kind

ATTACHMENT_STATES: Final = {
    Kind.ATTACHMENT_REQUESTED: "requested",
    Kind.ATTACHMENT_CONFIRMED: "active",
    Kind.STATUSES_CHANGED: "active",
    Kind.ATTACHMENT_REFUSED: "refused",
    Kind.ATTACHMENT_ENDED: "ended",
}
"""The state in which an attachment must still be for the mail to be true."""

APPROVALS: Final = {
    Kind.REQUEST_TO_DECIDE: "awaiting_employer",
    Kind.REQUEST_TO_VALIDATE: "awaiting_trainer",
    Kind.QUESTION: "awaiting_beneficiary",
    Kind.ANSWER: "awaiting_trainer",
    Kind.VALIDATED: "validated",
    Kind.REFUSED: "refused",
    Kind.DECLINED: "declined",
    Kind.EXPIRED: "expired",
    Kind.WITHDRAWN: "withdrawn",
    Kind.CANCELLED: "cancelled",
}
"""The approval that a request must still have."""

SEATS: Final = {Kind.ACCEPTED, Kind.VALIDATED, Kind.PROMOTED, Kind.REQUEST_TO_VALIDATE}
"""Say that the seat of the facts is the request's: untrue as soon as it is another."""


def why_not(mail: Mail, situation: Situation, *, now: datetime) -> str | None:
    """Say why the mail must not leave, or None."""
    return (
        _not_reachable(mail, situation, now)
        or _not_their_business(mail, situation)
        or (situation.attachment and _attachment(mail, situation.attachment))
        or (situation.enrollment and _enrollment(mail, situation.enrollment, situation.held_slots))
        or (situation.session and _session(mail, situation.session))
        or _receipt(mail, situation)
        or None
    )


def _not_reachable(mail: Mail, situation: Situation, now: datetime) -> str | None:
    if situation.recipient is not None and not situation.recipient.reachable:
        return "Le compte du destinataire est désactivé ou effacé."
    if mail.kind in SECRET and datetime.fromisoformat(mail.facts["expires_at"]) <= now:
        return "Le lien a expiré avant l'envoi."
    if situation.superseded:
        return "Un message plus récent dit la même chose."
    return None


def _not_their_business(mail: Mail, situation: Situation) -> str | None:
    """A status taken away since the event takes the mail away too."""
    if mail.audience is Audience.EMPLOYER and "employer" not in situation.recipient_statuses:
        return "Le destinataire n'est plus employeur de la structure."
    if mail.audience is Audience.REFERENT and "referent" not in situation.recipient_statuses:
        return "Le destinataire n'est plus référent de la structure."
    if (
        mail.audience is Audience.TRAINER
        and situation.session
        and mail.recipient_account_id not in situation.session.trainer_ids
    ):
        return "Le destinataire n'anime plus la session."
    return None


def _attachment(mail: Mail, attachment: Attachment) -> str | None:
    expected = ATTACHMENT_STATES.get(mail.kind)
    if expected is not None and attachment.state != expected:
        return "Le rattachement n'est plus dans cet état."
    return None


def _enrollment(mail: Mail, enrollment: Enrollment, held_slots: Sequence[Slot]) -> str | None:
    expected = APPROVALS.get(mail.kind)
    if expected is not None and enrollment.approval != expected:
        return "La demande n'est plus dans cet état."
    if mail.kind in {Kind.ACCEPTED, Kind.PROMOTED, Kind.SESSION_MOVED} and not enrollment.is_open:
        return "La demande est close."
    if mail.kind is Kind.WITHDRAWN and mail.audience is Audience.PERSON and not held_slots:
        return "La personne s'est désistée elle-même, et rien n'est à retirer de son agenda."
    if mail.kind in SEATS and (enrollment.seat != mail.facts["seat"] or enrollment.seat not in ("queued", "held")):
        return "La place n'est plus celle que le message annonce."
    if mail.kind is Kind.CERTIFICATE and not (enrollment.attendance and any(enrollment.attendance.values())):
        return "Aucune présence n'est enregistrée."
    return None


def _session(mail: Mail, session: Session) -> str | None:
    if mail.kind is Kind.SESSION_MOVED and session.state != "scheduled":
        return "La session est annulée."
    return None


def _receipt(mail: Mail, situation: Situation) -> str | None:
    if mail.kind is Kind.REQUEST_RECEIPT and not any(line.enrollment.is_open for line in situation.lines):
        return "Toutes les demandes du panier sont closes."
    return None
