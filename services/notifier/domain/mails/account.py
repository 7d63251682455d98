"""Mails to the owner of an address about an account."""

from typing import Final

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.domain.mails.conditions import ALWAYS, LINK_IS_VALID
from services.notifier.domain.mails.spec import About, MailSpec

SPECS: Final = (
    MailSpec(
        kind=Kind.ADDRESS_PROOF,
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        true_while=(LINK_IS_VALID,),
        page="compte/adresse/{token}",
        secret=True,
    ),
    MailSpec(
        kind=Kind.PASSWORD_RESET,
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        true_while=(LINK_IS_VALID,),
        page="compte/mot-de-passe/{token}",
        secret=True,
    ),
    MailSpec(
        kind=Kind.ALREADY_REGISTERED,
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        true_while=ALWAYS,
        page="connexion",
    ),
    MailSpec(
        kind=Kind.PASSWORD_CHANGED,
        audiences=(Audience.OWNER,),
        about=About.NOTHING,
        true_while=ALWAYS,
        page="connexion",
    ),
)
