"""Access tokens, verified by each service with keys that it has: fixed algorithm, fixed issuer and audience."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from shared.http.keys import KeySource

ALGORITHM: Final = "EdDSA"
TYPE: Final = "at+jwt"
REQUIRED: Final = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti"]


class InvalidToken(Exception):
    """The token is not one of ours, or not valid any more; the text says why, for the log alone."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is. What that person may do is decided from the service's own copies."""

    sub: UUID
    jti: str
    exp: datetime


class TokenVerifier:
    """Verifies access tokens (RFC 9068 profile)."""

    def __init__(self, keys: KeySource, *, issuer: str, audience: str) -> None:
        """`keys` finds a public key by its id; nothing in a token chooses the algorithm or where keys come from."""
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str) -> Claims:
        """Return the claims or raise InvalidToken."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != ALGORITHM or header.get("typ") != TYPE:
                raise InvalidToken("another algorithm or type")
            key = await self._keys.key(str(header.get("kid")))
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
            return Claims(UUID(claims["sub"]), str(claims["jti"]), datetime.fromtimestamp(claims["exp"], UTC))
        except (jwt.PyJWTError, ValueError) as error:
            raise InvalidToken(str(error)) from error


_bearer = HTTPBearer(auto_error=False, description="Jeton d'accès obtenu auprès du service identity")


async def signed_in(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> UUID:
    """The account of the bearer; 401 when there is no valid token."""
    verifier: TokenVerifier = request.app.state.verifier
    challenge = {"WWW-Authenticate": "Bearer"}
    if given is None:
        raise HTTPException(401, headers=challenge)
    try:
        return (await verifier.verify(given.credentials)).sub
    except InvalidToken as error:
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from error


async def perhaps_signed_in(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> UUID | None:
    """The account of the bearer, None for a visitor; a token that is not valid is still a 401."""
    return None if given is None else await signed_in(request, given)


SignedIn = Annotated[UUID, Depends(signed_in)]
PerhapsSignedIn = Annotated[UUID | None, Depends(perhaps_signed_in)]
