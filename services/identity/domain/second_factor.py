"""The second factor: codes that a device computes from a secret and the time (TOTP, RFC 6238), and recovery codes.

OWASP ASVS 5.0: 6.3.3, 6.5.1 (a code works once), 6.5.5 (it is valid for a short time).
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.identity.domain.budgets import Budget, Charge, TooSoon
from shared.errors import Refused

PERIOD: Final = 30
"""Seconds for which a device shows one code."""
DIGITS: Final = 6
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
ENROLMENT_LIFE: Final = timedelta(minutes=15)
"""The time to confirm a new secret."""
GUESSES: Final = Budget(name="second factor, account", most=5, within=timedelta(minutes=15), filled_by_success=True)


class CodeExpected(Refused):
    """The password is right, and the account has a second factor."""

    sentence = "Indiquez le code de votre second facteur, ou un code de secours."


class WrongCode(Refused):
    """The code is wrong, too old, or was used before. The answer does not tell which."""

    sentence = "Ce code ne convient pas, ou il a déjà servi : attendez le suivant."


class TooManyCodes(TooSoon):
    """Too many codes were tried for one account."""

    @property
    def sentence(self) -> str:
        return f"Trop de codes essayés : réessayez dans {self.seconds} secondes."


class NothingToConfirm(Refused):
    """No enrolment has begun, or it began too long ago."""

    sentence = "Cet enregistrement a expiré : recommencez-le."


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """The factor of one account: `secret` works, `pending` waits for its confirmation. Both are sealed.

    `last_step`: the period of the last accepted code; earlier ones and this one are not accepted again.
    """

    account_id: UUID
    secret: bytes | None = None
    confirmed_at: datetime | None = None
    last_step: int = 0
    pending: bytes | None = None
    pending_until: datetime | None = None

    def to_confirm(self, now: datetime) -> bytes:
        """The sealed secret that waits for its confirmation. Raises NothingToConfirm."""
        if self.pending is None or self.pending_until is None or now >= self.pending_until:
            raise NothingToConfirm
        return self.pending


def of_code(account_id: UUID) -> list[Charge]:
    """What a guess of a code costs."""
    return [Charge(budget=GUESSES, of=(str(account_id),))]


def steps_to_try(now: datetime, *, last: int) -> list[int]:
    """The periods whose codes are accepted: the present one and its neighbours, because clocks differ. None twice."""
    current = int(now.timestamp()) // PERIOD
    return [step for step in (current, current - 1, current + 1) if step > last]


def is_recovery_code(code: str) -> bool:
    """Whether it can only be a recovery code: those of the device are digits."""
    return not code.isdigit()


def new_recovery_codes() -> list[str]:
    """Codes of 80 random bits each, in groups that people can type."""
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def plain(code: str) -> str:
    """A code as it is compared: without the spaces, dashes and lower-case letters that people type."""
    return "".join(code.split()).replace("-", "").upper()


def _grouped(code: bytes) -> str:
    letters = base64.b32encode(code).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
