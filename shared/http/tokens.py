"""The signed-in account, from the bearer token of a request."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from shared.tokens.verifier import InvalidToken, TokenVerifier

_bearer = HTTPBearer(auto_error=False, description="Access token, from the identity service")


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
