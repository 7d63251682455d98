"""Sign-in sessions: one family of single-use refresh tokens for each sign-in (OWASP ASVS 5.0: 10.4.5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import Refused

ACCESS_LIFE: Final = timedelta(minutes=10)
REFRESH_LIFE: Final = timedelta(days=14)
FAMILY_LIFE: Final = timedelta(days=90)
REPEATED_WITHIN: Final = timedelta(seconds=30)
"""Two tabs of one browser, or a request whose answer was lost, present a token twice within this time."""


class WrongCredentials(Refused):
    """Address and password do not belong together. The answer does not tell which of the two is wrong."""

    sentence = "L'adresse ou le mot de passe ne convient pas."


class SessionOver(Refused):
    """The refresh token has no live sign-in session."""

    sentence = "Votre session est terminée : identifiez-vous de nouveau."


class Verdict(StrEnum):
    """What follows when a refresh token is presented."""

    VALID = "valid"
    REPEATED = "repeated"
    OVER = "over"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """A refresh token that we issued, with its family (the sign-in session) and its account.

    `used_from`: the client that used it, as a hash.
    """

    family_id: UUID
    account_id: UUID
    used: bool
    expires_at: datetime
    family_started_at: datetime
    family_ended: bool
    account_disabled: bool
    second_factor: bool
    used_at: datetime | None = None
    used_from: bytes | None = None

    def verdict(self, now: datetime, *, client: bytes) -> Verdict:
        """Reuse of a used token of a live family means theft, and the whole family must end.

        Except for the client that used it a moment ago: it gets the same successor again.
        """
        if self.family_ended:
            return Verdict.OVER
        if self.used and not self._is_repeated(now, client):
            return Verdict.REPLAYED
        if now >= self.expires_at or now - self.family_started_at >= FAMILY_LIFE or self.account_disabled:
            return Verdict.OVER
        return Verdict.REPEATED if self.used else Verdict.VALID

    def _is_repeated(self, now: datetime, client: bytes) -> bool:
        return self.used_at is not None and now - self.used_at <= REPEATED_WITHIN and self.used_from == client


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSession:
    """A live sign-in session, for its owner. `client`: the program that began it."""

    id: UUID
    started_at: datetime
    last_used_at: datetime
    client: str
    second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReplayed:
    """A used refresh token was presented again, by a person who is unknown."""

    account_id: UUID
    family_id: UUID
