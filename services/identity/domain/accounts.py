"""What an account is and what may happen to it. The functions return facts."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from shared.errors import Refused


class OwnAccount(Refused):
    """Staff cannot remove their own rights: the last of them would lock everybody out."""

    sentence = "Vous ne pouvez pas retirer vos propres droits ni désactiver votre propre compte."


class AlreadyProved(Refused):
    """The owner of the account has set a password already."""

    sentence = (
        "Cette personne a déjà confirmé son adresse : elle peut se connecter, ou demander un nouveau mot de passe."
    )


class DisabledMeanwhile(Refused):
    """Nobody is invited to a disabled account."""

    sentence = "Ce compte est désactivé : réactivez-le d'abord."


class AccountDisabled(Refused):
    """The account is disabled: its owner is told so, in the words of the other services."""

    sentence = "Votre compte est désactivé, ou vient d'être créé : réessayez dans un instant, ou écrivez à l'agence."


class AddressTaken(Refused):
    """Another account has this address."""

    sentence = "Un compte existe déjà à cette adresse."


ERASED: Final = "compte-supprime.invalid"
"""The domain of the addresses that stand in the place of those of erased accounts: no mail can go there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person, who can sign in as soon as the address is proved. `email` is lower-case."""

    id: UUID
    version: int
    civility: str | None
    first_name: str
    last_name: str
    email: str
    is_staff: bool = False
    disabled: bool = False
    proved: bool = False

    @property
    def erased(self) -> bool:
        """Whether it is the tombstone of an erased account."""
        return self.email.endswith(f"@{ERASED}")

    @property
    def words(self) -> tuple[str, str, str]:
        """What the person's password must not contain."""
        return self.first_name, self.last_name, self.email.split("@")[0]


@dataclass(frozen=True, slots=True)
class AccountMade:
    """Staff or the operator made an account. Its address is not proved yet."""

    account: Account


@dataclass(frozen=True, slots=True)
class AddressProved:
    """The person followed the link to the address: the account is registered."""

    account: Account


@dataclass(frozen=True, slots=True)
class AccountRenamed:
    """`fields`: the fields that the person sent."""

    account: Account
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged:
    """The person proved another address, which is the account's from now on. `before`: the account with the old one."""

    account: Account
    before: Account


@dataclass(frozen=True, slots=True)
class AccountMarked:
    """The staff mark or the disabled mark was set; `was_staff` and `was_disabled` are the marks before."""

    account: Account
    was_staff: bool
    was_disabled: bool


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The person replaced the password, knowing the old one."""

    account: Account


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """The person set a password through a link."""

    account: Account


AccountFact = AccountMade | AddressProved | AccountRenamed | AddressChanged | AccountMarked
PasswordFact = PasswordChanged | PasswordReset


def prove(account: Account) -> AddressProved:
    return AddressProved(replace(account, version=account.version + 1, proved=True))


def change_address(account: Account, email: str) -> AddressChanged:
    return AddressChanged(account=replace(account, version=account.version + 1, email=email), before=account)


def rename(
    account: Account, *, civility: str | None, first_name: str, last_name: str, fields: Collection[str]
) -> AccountRenamed:
    """`fields`: the names of those that the person sent."""
    renamed = replace(
        account, version=account.version + 1, civility=civility, first_name=first_name, last_name=last_name
    )
    return AccountRenamed(renamed, tuple(sorted(fields)))


def mark(account: Account, *, is_staff: bool, disabled: bool, by: UUID | None) -> AccountMarked:
    """Set both marks; raises OwnAccount. `by` is None for the operator."""
    if by == account.id and (disabled or not is_staff):
        raise OwnAccount
    marked = replace(account, version=account.version + 1, is_staff=is_staff, disabled=disabled)
    return AccountMarked(marked, was_staff=account.is_staff, was_disabled=account.disabled)
