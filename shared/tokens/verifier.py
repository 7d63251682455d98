"""Access tokens, verified by each service with its copy of the keys: fixed algorithm, fixed issuer and audience."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import jwt

from shared.errors import Refused
from shared.tokens.keys import KeySource

ALGORITHM: Final = "EdDSA"
TYPE: Final = "at+jwt"
REQUIRED: Final = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"]
MOST_REMEMBERED: Final = 10_000
"""Verified tokens that a process remembers; the least recently used one is dropped first."""


STAFF: Final = "staff"
"""The `acr` of a token whose sign-in is enough for staff: with a second factor, unless the installation needs none."""


class SecondFactorMissing(Refused):
    """A member of staff has signed in without a second factor."""

    sentence = (
        "Votre compte est un compte de l'agence : enregistrez d'abord votre second facteur, "
        "puis identifiez-vous avec un code."
    )


class InvalidToken(Exception):
    """The token was not issued by identity or is no longer valid. The text is the reason; it is only logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of a token: whose it is, and how the person signed in. The person's rights are decided from the
    service's own copies.

    `sid`: the sign-in session. `suits_staff`: the sign-in is enough for the rights of staff.
    """

    sub: UUID
    jti: str
    exp: datetime
    sid: UUID | None
    suits_staff: bool

    def must_suit(self, *, is_staff: bool) -> None:
        """Call it where the service reads whether the person is staff. Raises SecondFactorMissing."""
        if is_staff and not self.suits_staff:
            raise SecondFactorMissing


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: Claims
    kid: str
    key: Any


class TokenVerifier:
    """Verifies access tokens (RFC 9068 profile).

    A signature costs more than all other work of a small request, so verified tokens are remembered until they expire,
    and only while their key is still the same object: the tokens of a removed key are refused.
    """

    def __init__(self, keys: KeySource, *, issuer: str, audience: str, most_remembered: int = MOST_REMEMBERED) -> None:
        """`keys` finds a public key by its id; nothing in a token chooses the algorithm or where keys come from."""
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._verified: OrderedDict[str, _Verified] = OrderedDict()
        self._most = most_remembered

    async def verify(self, token: str) -> Claims:
        """Return the claims or raise InvalidToken."""
        known = self._verified.get(token)
        if known is not None:
            if time.time() < known.claims.exp.timestamp() and await self._keys.key(known.kid) is known.key:
                self._verified.move_to_end(token)
                return known.claims
            self._verified.pop(token, None)
        verified = await self._verify(token)
        self._verified[token] = verified
        if len(self._verified) > self._most:
            self._verified.popitem(last=False)
        return verified.claims

    async def _verify(self, token: str) -> _Verified:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != ALGORITHM or header.get("typ") != TYPE:
                raise InvalidToken("another algorithm or type")
            kid = str(header.get("kid"))
            key = await self._keys.key(kid)
            if key is None:
                raise InvalidToken("an unknown key")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": REQUIRED},
            )
            parsed = Claims(
                sub=UUID(claims["sub"]),
                jti=str(claims["jti"]),
                exp=datetime.fromtimestamp(claims["exp"], UTC),
                sid=UUID(claims["sid"]) if "sid" in claims else None,
                suits_staff=claims.get("acr") == STAFF,
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise InvalidToken(str(error)) from error
        return _Verified(parsed, kid, key)
