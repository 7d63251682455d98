"""Mails to the owner of an address about an account."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import ALWAYS, LINK_IS_VALID
from services.notifier.domain.mails.spec import About, MailSpec

ADDRESS_PROOF: Final = MailSpec(
    kind="address_proof",
    label="Adresse à confirmer",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=(LINK_IS_VALID,),
    page="compte/adresse/{token}",
    secret=True,
)
PASSWORD_RESET: Final = MailSpec(
    kind="password_reset",
    label="Mot de passe à choisir",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=(LINK_IS_VALID,),
    page="compte/mot-de-passe/{token}",
    secret=True,
)
ADDRESS_CHANGE: Final = MailSpec(
    kind="address_change",
    label="Nouvelle adresse à confirmer",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=(LINK_IS_VALID,),
    page="compte/adresse-nouvelle/{token}",
    secret=True,
)
ADDRESS_CHANGED: Final = MailSpec(
    kind="address_changed",
    label="Adresse modifiée",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
ALREADY_REGISTERED: Final = MailSpec(
    kind="already_registered",
    label="Compte existant",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="compte/mot-de-passe-oublie",
)
PASSWORD_CHANGED: Final = MailSpec(
    kind="password_changed",
    label="Mot de passe modifié",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
SECOND_FACTOR_ENROLLED: Final = MailSpec(
    kind="second_factor_enrolled",
    label="Second facteur activé",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
SECOND_FACTOR_RESET: Final = MailSpec(
    kind="second_factor_reset",
    label="Second facteur réinitialisé",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
RECOVERY_CODE_USED: Final = MailSpec(
    kind="recovery_code_used",
    label="Code de secours utilisé",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
STRUCTURE_INVITATION: Final = MailSpec(
    kind="structure_invitation",
    label="Structure ajoutée, invitation",
    audiences=(Audience.CONTACT,),
    about=About.NOTHING,
    true_while=(LINK_IS_VALID,),
    page="compte/nouveau?structure={structure}&invitation={token}",
    secret=True,
)
