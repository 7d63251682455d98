"""Tokens, and the keys that verify them."""

from fastapi import APIRouter, Response

from services.identity.api.dependencies import CallingClient, Program, SigningIn
from services.identity.api.problems import (
    ACCOUNT_DISABLED,
    CODE_EXPECTED,
    SESSION_OVER,
    TOO_BUSY,
    TOO_SOON,
    WRONG_CODE,
    WRONG_CREDENTIALS,
)
from services.identity.api.requests import Credentials, RefreshToken
from services.identity.api.views import KeySet, TokenView
from services.identity.use_cases.attempts import Visitor
from services.identity.use_cases.sign_in import TokenPair
from shared.http.clock import Now
from shared.http.middleware import VISITORS_LIMIT, body_limit
from shared.http.problems import INVALID, problems

router = APIRouter(tags=["tokens"])


def _view(response: Response, pair: TokenPair) -> TokenView:
    response.headers["Cache-Control"] = "no-store"
    return TokenView.model_validate(pair)


@router.get("/jwks.json")
async def read_keys(sign_in: SigningIn, response: Response) -> KeySet:
    """The public keys of access tokens. A new key is published an hour before it signs."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return KeySet(keys=await sign_in.keys.published())


@router.post(
    "/tokens",
    responses=problems(WRONG_CREDENTIALS, CODE_EXPECTED, WRONG_CODE, ACCOUNT_DISABLED, TOO_SOON, INVALID, TOO_BUSY),
)
@body_limit(VISITORS_LIMIT)
async def begin_session(
    body: Credentials, client: CallingClient, program: Program, sign_in: SigningIn, *, response: Response, now: Now
) -> TokenView:
    """Sign in. After some failures the next attempt has to wait; a new password can be asked for at any time.

    For an account with a second factor, the answer to the right password without a `code` is `second-factor-expected`.
    """
    visitor = Visitor(client=client, device_token=body.device_token)
    pair = await sign_in.sign_in(body.email, body.password, body.code, visitor=visitor, program=program, now=now)
    return _view(response, pair)


@router.post("/tokens/refresh", responses=problems(SESSION_OVER, INVALID))
@body_limit(VISITORS_LIMIT)
async def refresh_tokens(
    body: RefreshToken, client: CallingClient, program: Program, sign_in: SigningIn, *, response: Response, now: Now
) -> TokenView:
    """Get the next pair. Each refresh token works once; the reuse of a token ends the sign-in session.

    For 30 seconds the same client (address and program) gets the same next refresh token again: two tabs at once, or a
    lost answer, end no session.
    """
    pair = await sign_in.refresh(body.refresh_token, client=client, program=program, now=now)
    return _view(response, pair)


@router.post("/tokens/revocation", status_code=204, responses=problems(INVALID))
@body_limit(VISITORS_LIMIT)
async def end_session(body: RefreshToken, sign_in: SigningIn, now: Now) -> None:
    """Sign out: no refresh token of the sign-in session works any more."""
    await sign_in.sign_out(body.refresh_token, now=now)
