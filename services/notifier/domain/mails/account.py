"""Mails to the owner of an address about an account."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.conditions import ALWAYS, LINK_IS_VALID
from services.notifier.domain.mails.spec import About, MailSpec

ADDRESS_PROOF: Final = MailSpec(
    kind="address_proof",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=(LINK_IS_VALID,),
    page="compte/adresse/{token}",
    secret=True,
)
PASSWORD_RESET: Final = MailSpec(
    kind="password_reset",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=(LINK_IS_VALID,),
    page="compte/mot-de-passe/{token}",
    secret=True,
)
ALREADY_REGISTERED: Final = MailSpec(
    kind="already_registered",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="compte/mot-de-passe-oublie",
)
PASSWORD_CHANGED: Final = MailSpec(
    kind="password_changed",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
SECOND_FACTOR_ENROLLED: Final = MailSpec(
    kind="second_factor_enrolled",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
SECOND_FACTOR_RESET: Final = MailSpec(
    kind="second_factor_reset",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
RECOVERY_CODE_USED: Final = MailSpec(
    kind="recovery_code_used",
    audiences=(Audience.OWNER,),
    about=About.NOTHING,
    true_while=ALWAYS,
    page="connexion",
)
