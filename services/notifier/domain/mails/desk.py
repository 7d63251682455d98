"""Mails about what the agency's desk has to do for structures, and to the people who asked for it."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import (
    ALWAYS,
    NOBODY_DECIDES,
    NOBODY_IS_REFERENT,
    SESSION_HAS_NO_TRAINER,
    SESSION_IS_OVERBOOKED,
    SESSION_IS_SCHEDULED,
)
from services.notifier.domain.mails.spec import About, MailSpec

STRUCTURE_REQUESTED: Final = MailSpec(
    kind="structure_requested",
    label="Structure à ajouter",
    audiences=(Audience.DESK,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="agence/structures/demandes/{subject}",
)
STRUCTURE_CHANGE_REPORTED: Final = MailSpec(
    kind="structure_change_reported",
    label="Changement de structure signalé",
    audiences=(Audience.DESK,),
    about=About.FACTS,
    true_while=ALWAYS,
    page="agence/structures/signalements/{subject}",
)
STRUCTURE_REQUEST_REFUSED: Final = MailSpec(
    kind="structure_request_refused",
    label="Structure non ajoutée",
    audiences=(Audience.CONTACT,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="compte/nouveau",
)
NO_DECIDER: Final = MailSpec(
    kind="no_decider",
    label="Structure sans employeur ni référent",
    audiences=(Audience.DESK,),
    about=About.FACTS,
    true_while=(NOBODY_DECIDES,),
    page="agence/structures/{structure}",
    newest_only=True,
)
NO_REFERENT: Final = MailSpec(
    kind="no_referent",
    label="Structure sans référent",
    audiences=(Audience.DESK,),
    about=About.FACTS,
    true_while=(NOBODY_IS_REFERENT,),
    page="agence/structures/{structure}",
    newest_only=True,
)
SESSION_WITHOUT_TRAINER: Final = MailSpec(
    kind="session_without_trainer",
    label="Session sans formateur",
    audiences=(Audience.DESK,),
    about=About.SESSION,
    true_while=(SESSION_IS_SCHEDULED, SESSION_HAS_NO_TRAINER),
    page="agence/sessions/{session}",
    newest_only=True,
)
SESSION_OVERBOOKED: Final = MailSpec(
    kind="session_overbooked",
    label="Session avec plus d'inscriptions que de places",
    audiences=(Audience.DESK,),
    about=About.SESSION,
    true_while=(SESSION_IS_SCHEDULED, SESSION_IS_OVERBOOKED),
    page="agence/sessions/{session}",
    newest_only=True,
)
