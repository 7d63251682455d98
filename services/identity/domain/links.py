"""Links that prove an address or set a password: how long they live, and how many one address may be sent."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What a link is for. A decoy is for nothing: it is written so that every request costs the same."""

    PROOF = "proof"
    RESET = "reset"
    DECOY = "decoy"


class InvalidLink(Exception):
    """The link was used, is over, or never was."""

    sentence = "Ce lien a déjà servi, a expiré ou n'existe pas : demandez-en un nouveau."


LIFE: Final = {Purpose.PROOF: timedelta(hours=24), Purpose.RESET: timedelta(hours=1), Purpose.DECOY: timedelta(0)}
MOST_PER_HOUR: Final = 10
"""Mails that one address can be made to get in an hour; more requests are answered as always and send nothing."""
