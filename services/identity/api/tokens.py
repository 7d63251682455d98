"""Tokens, and the keys that verify them."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.identity.api.dependencies import Entrance
from services.identity.api.fields import Password, SecretToken
from services.identity.api.problems import SESSION_OVER, TOO_SOON, WRONG_CREDENTIALS
from services.identity.api.views import TokenView
from services.identity.use_cases.sign_in import Pair
from shared.http.clock import Now
from shared.http.fields import Email, Strict
from shared.http.problems import INVALID, problems

router = APIRouter(tags=["tokens"])


class Credentials(Strict):
    """What a person signs in with."""

    email: Email = Field(examples=["claire.dupuy@mission-locale.example"])
    password: Password = Field(examples=["quatre chevaux dans le pré"])


class RefreshToken(Strict):
    """The token that came with the last access token."""

    refresh_token: SecretToken


class KeySet(BaseModel):
    """A JWK set (RFC 7517): Ed25519 public keys."""

    keys: list[dict[str, Any]] = Field(
        examples=[[{"kty": "OKP", "crv": "Ed25519", "x": "11qYAY…", "kid": "8f4c…", "alg": "EdDSA"}]]
    )


def _view(response: Response, pair: Pair) -> TokenView:
    response.headers["Cache-Control"] = "no-store"
    return TokenView(access_token=pair.access_token, expires_in=pair.expires_in, refresh_token=pair.refresh_token)


@router.get("/jwks.json")
async def get_keys(entrance: Entrance, response: Response) -> KeySet:
    """The public keys of access tokens; a key is here for an hour before it signs."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return KeySet(keys=await entrance.keys.published())


@router.post("/tokens", responses=problems(WRONG_CREDENTIALS, TOO_SOON, INVALID))
async def post_token(body: Credentials, entrance: Entrance, response: Response, now: Now) -> TokenView:
    """Sign in. After some failures the next attempt has to wait; a new password can be asked for at any time."""
    return _view(response, await entrance.open(body.email, body.password, now=now))


@router.post("/tokens/refresh", responses=problems(SESSION_OVER, INVALID))
async def post_refresh(body: RefreshToken, entrance: Entrance, response: Response, now: Now) -> TokenView:
    """Get the next pair. Each refresh token works once; one that is shown twice ends the session."""
    return _view(response, await entrance.refresh(body.refresh_token, now=now))


@router.post("/tokens/revocation", status_code=204, responses=problems(INVALID))
async def post_revocation(body: RefreshToken, entrance: Entrance, now: Now) -> None:
    """Sign out: the refresh token and all of its session work no more."""
    await entrance.close(body.refresh_token, now=now)
