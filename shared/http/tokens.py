"""The signed-in person, from the bearer token of a request."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param
from starlette.exceptions import HTTPException

from shared.tokens.verifier import Claims, InvalidToken, TokenVerifier

_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
_INVALID: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class PerhapsBearer(SecurityBase):
    """The claims of the bearer's token, None for a visitor; a token that is not valid is a 401.

    The scheme of the OpenAPI document and the reading of the token in one: FastAPI's own scheme below it would be one
    more dependency to solve for each request.
    """

    model = HTTPBearer(description="Access token, from the identity service")
    scheme_name = "HTTPBearer"

    async def __call__(self, request: Request) -> Claims | None:
        scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
        if scheme.lower() != "bearer" or not token:
            return None
        verifier: TokenVerifier = request.app.state.verifier
        try:
            return await verifier.verify(token)
        except InvalidToken as error:
            raise HTTPException(401, headers=_INVALID) from error


class Bearer(PerhapsBearer):
    """The claims of the bearer's token; 401 when there is no valid token."""

    async def __call__(self, request: Request) -> Claims:
        claims = await super().__call__(request)
        if claims is None:
            raise HTTPException(401, headers=_CHALLENGE)
        return claims


signed_in: Final = Bearer()
perhaps_signed_in: Final = PerhapsBearer()

SignedIn = Annotated[Claims, Depends(signed_in)]
PerhapsSignedIn = Annotated[Claims | None, Depends(perhaps_signed_in)]
