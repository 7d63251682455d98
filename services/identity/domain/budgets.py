"""How often something may be tried, and by whom (OWASP ASVS 5.0: 6.3.1).

A budget is a bucket of tokens: full at first, it is refilled evenly. Strangers spend from the buckets of their own
clients; the owner of an account has other ones, so that nobody can keep the owner out.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final
from uuid import UUID

from shared.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most `most` at once, and `most` more in each period `within`.

    `filled_by_success`: a success fills it; otherwise it only gives back what the successful attempt has cost.
    """

    name: str
    most: int
    within: timedelta
    filled_by_success: bool = False

    @property
    def step(self) -> timedelta:
        """The time in which one token is refilled."""
        return self.within / self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Where a request comes from: the address, and the network around it.

    IPv4: the address and its /24. IPv6: the /64, in which one machine chooses its addresses freely, and its /48.
    """

    address: str
    network: str

    @classmethod
    def at(cls, address: IPv4Address | IPv6Address) -> "Client":
        near, around = (32, 24) if address.version == 4 else (64, 48)  # noqa: PLR2004 - the version of the protocol
        return cls(
            address=str(ip_network((address, near), strict=False)),
            network=str(ip_network((address, around), strict=False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One token of the bucket that `of` names."""

    budget: Budget
    of: tuple[str, ...]

    @property
    def key(self) -> bytes:
        """What is stored: no address of a person or of a client can be read from it."""
        return hashlib.sha256("\0".join((self.budget.name, *self.of)).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device on which the owner of an account has signed in before."""

    id: UUID
    account_id: UUID


class TooSoon(Refused):
    """A bucket is empty; `wait`: until it has a token again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.seconds = max(1, -(-int(wait.total_seconds() * 1000) // 1000))

    @property
    def sentence(self) -> str:
        return f"Trop de demandes en peu de temps depuis votre connexion : réessayez dans {_in_words(self.seconds)}."


class TooManyAttempts(TooSoon):
    """Too many attempts to sign in; a reset of the password has its own budgets."""

    @property
    def sentence(self) -> str:
        return (
            f"Trop d'essais : réessayez dans {_in_words(self.seconds)}. "
            "Vous pouvez aussi demander un nouveau mot de passe dès maintenant."
        )


_QUARTER: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)

SIGN_IN_ON_DEVICE: Final = Budget(name="sign-in, device", most=10, within=_QUARTER, filled_by_success=True)
SIGN_IN_OF_PAIR: Final = Budget(name="sign-in, account and client", most=5, within=_QUARTER, filled_by_success=True)
SIGN_IN_OF_ACCOUNT: Final = Budget(name="sign-in, account", most=20, within=_HOUR)
SIGN_IN_OF_CLIENT: Final = Budget(name="sign-in, client", most=30, within=_QUARTER)
SIGN_IN_OF_NETWORK: Final = Budget(name="sign-in, network", most=150, within=_QUARTER)
OWN_PASSWORD: Final = Budget(name="current password", most=5, within=_QUARTER, filled_by_success=True)

REGISTRATION_OF_PAIR: Final = Budget(name="registration, address and client", most=5, within=_HOUR)
REGISTRATION_OF_CLIENT: Final = Budget(name="registration, client", most=40, within=_HOUR)
"""Enough for a room of people who register together behind one address."""
REGISTRATION_OF_NETWORK: Final = Budget(name="registration, network", most=120, within=_HOUR)
REGISTRATION_MAILS: Final = Budget(name="registration, mails to an address", most=10, within=_HOUR)

RESET_ON_DEVICE: Final = Budget(name="reset, device", most=5, within=_HOUR)
RESET_OF_PAIR: Final = Budget(name="reset, address and client", most=5, within=_HOUR)
RESET_OF_CLIENT: Final = Budget(name="reset, client", most=20, within=_HOUR)
RESET_OF_NETWORK: Final = Budget(name="reset, network", most=100, within=_HOUR)
RESET_MAILS: Final = Budget(name="reset, mails to an address", most=10, within=_HOUR)
"""While this bucket is empty, the address got a link less than six minutes ago, and each link works for an hour: its
owner can reset the password at any time.
"""

ADDRESS_CHANGE_OF_ACCOUNT: Final = Budget(name="address change, account", most=5, within=_HOUR)
ADDRESS_CHANGE_MAILS: Final = Budget(name="address change, mails to an address", most=5, within=_HOUR)

STRUCTURE_REQUEST_OF_CLIENT: Final = Budget(name="structure request, client", most=10, within=timedelta(days=1))
STRUCTURE_REQUEST_OF_NETWORK: Final = Budget(name="structure request, network", most=30, within=timedelta(days=1))


def of_sign_in(email: str, client: Client, device: Device | None) -> list[Charge]:
    """What an attempt to sign in costs. On a known device nothing that a stranger can spend is needed."""
    if device is not None:
        return [Charge(budget=SIGN_IN_ON_DEVICE, of=(str(device.id),))]
    return [
        Charge(budget=SIGN_IN_OF_PAIR, of=(email, client.address)),
        Charge(budget=SIGN_IN_OF_ACCOUNT, of=(email,)),
        *_of_client(client, SIGN_IN_OF_CLIENT, SIGN_IN_OF_NETWORK),
    ]


def of_own_password(account_id: UUID) -> list[Charge]:
    """What a signed-in person's guess of the current password costs."""
    return [Charge(budget=OWN_PASSWORD, of=(str(account_id),))]


def of_registration(email: str, client: Client) -> list[Charge]:
    return [
        Charge(budget=REGISTRATION_OF_PAIR, of=(email, client.address)),
        *_of_client(client, REGISTRATION_OF_CLIENT, REGISTRATION_OF_NETWORK),
    ]


def of_reset(email: str, client: Client, device: Device | None) -> list[Charge]:
    """What it costs to ask for a reset. On a known device nothing that a stranger can spend is needed."""
    if device is not None:
        return [Charge(budget=RESET_ON_DEVICE, of=(str(device.id),))]
    return [
        Charge(budget=RESET_OF_PAIR, of=(email, client.address)),
        *_of_client(client, RESET_OF_CLIENT, RESET_OF_NETWORK),
    ]


def of_address_change(account_id: UUID) -> list[Charge]:
    return [Charge(budget=ADDRESS_CHANGE_OF_ACCOUNT, of=(str(account_id),))]


def of_structure_request(client: Client) -> list[Charge]:
    return _of_client(client, STRUCTURE_REQUEST_OF_CLIENT, STRUCTURE_REQUEST_OF_NETWORK)


def mail_to(email: str, budget: Budget) -> Charge:
    """The mails that one address gets, whoever asks for them."""
    return Charge(budget=budget, of=(email,))


def filled_by_new_password(email: str, client: Client) -> list[Charge]:
    """The buckets of the account, and of the account with this client: its owner has followed a link."""
    return [
        Charge(budget=SIGN_IN_OF_PAIR, of=(email, client.address)),
        Charge(budget=SIGN_IN_OF_ACCOUNT, of=(email,)),
    ]


def _of_client(client: Client, of_address: Budget, of_network: Budget) -> list[Charge]:
    return [Charge(budget=of_address, of=(client.address,)), Charge(budget=of_network, of=(client.network,))]


def _in_words(seconds: int) -> str:
    if seconds <= 90:  # noqa: PLR2004 - longer waits read better in minutes
        return "1 seconde" if seconds == 1 else f"{seconds} secondes"
    return f"{-(-seconds // 60)} minutes"
