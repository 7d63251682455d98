"""Whether a mail must still leave, decided from the current copies just before it is sent."""

from datetime import datetime

from services.notifier.domain.audience import Audience
from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.spec import MailSpec


def reason_to_drop(spec: MailSpec, mail: Mail, situation: Situation, *, now: datetime) -> str | None:
    """Why the mail must not leave, one sentence in French; None if it may."""
    if situation.recipient is not None and not situation.recipient.reachable:
        return "Le compte du destinataire est désactivé ou effacé."
    if spec.newest_only and situation.superseded:
        return "Un message plus récent dit la même chose."
    lost = _lost_role(mail, situation)
    if lost is not None:
        return lost
    return next(
        (condition.otherwise for condition in spec.true_while if not condition.holds(mail, situation, now)), None
    )


def _lost_role(mail: Mail, situation: Situation) -> str | None:
    """A person whose status was taken away after the event does not receive the mail either."""
    match mail.audience:
        case Audience.EMPLOYER if "employer" not in situation.recipient_statuses:
            return "Le destinataire n'est plus employeur de la structure."
        case Audience.REFERENT if "referent" not in situation.recipient_statuses:
            return "Le destinataire n'est plus référent de la structure."
        case Audience.TRAINER if situation.session and mail.recipient_account_id not in situation.session.trainer_ids:
            return "Le destinataire n'anime plus la session."
        case Audience.FORMER_TRAINER if (
            situation.session and mail.recipient_account_id in situation.session.trainer_ids
        ):
            return "Le destinataire anime de nouveau la session."
        case _:
            return None
