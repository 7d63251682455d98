"""Links that prove an address, change it, or set a password: for whom, and for how long."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.identity.domain.accounts import Account, AddressProved
from shared.errors import Refused


class Purpose(StrEnum):
    """What a link does. A decoy does nothing: it is stored so that every HTTP request costs the same."""

    PROOF = "proof"
    RESET = "reset"
    ADDRESS = "address"
    DECOY = "decoy"


class InvalidLink(Refused):
    """The link was used, has expired, or never existed."""

    sentence = "Ce lien a déjà servi, a expiré ou n'existe pas : demandez-en un nouveau."


LIFE: Final = {
    Purpose.PROOF: timedelta(hours=24),
    Purpose.RESET: timedelta(hours=1),
    Purpose.ADDRESS: timedelta(hours=24),
    Purpose.DECOY: timedelta(0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Registration data, kept with the link until the address is verified.

    An unverified registration never creates or changes an account. `account_id` is the id of the account, or the one
    that the account will get.
    """

    email: str
    account_id: UUID
    civility: str | None
    first_name: str
    last_name: str
    structure_id: UUID | None = None

    def again(self, account_id: UUID) -> "Registration":
        """The same data for a new link, which makes another account."""
        return replace(self, account_id=account_id)

    def prove(self) -> AddressProved:
        """The address is verified and has no account yet: this is the account."""
        account = Account(
            id=self.account_id,
            version=1,
            civility=self.civility,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            proved=True,
        )
        return AddressProved(account)


def registration_of(account: Account, structure_id: UUID | None = None) -> Registration:
    """What a link to the address of an existing account carries."""
    return Registration(
        email=account.email,
        account_id=account.id,
        civility=account.civility,
        first_name=account.first_name,
        last_name=account.last_name,
        structure_id=structure_id,
    )


def address_change_of(account: Account, email: str) -> Registration:
    """What a link to the new address of an account carries."""
    return replace(registration_of(account), email=email)


def decoy(email: str, account_id: UUID) -> Registration:
    """Data without a person, for a link that is never mailed."""
    return Registration(email=email, account_id=account_id, civility=None, first_name="", last_name="")
