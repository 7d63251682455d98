"""The signed-in person's second factor. Staff who have none yet can call these endpoints and no others."""

from fastapi import APIRouter, Response

from services.identity.api.dependencies import SigningIn, Tx, WithoutFactor, without_factor
from services.identity.api.problems import NOTHING_TO_CONFIRM, TOO_SOON
from services.identity.api.requests import FactorConfirmation
from services.identity.api.views import FactorView, NewSecretView, RecoveryCodes
from services.identity.use_cases.second_factor import factor_state
from shared.http.clock import Now
from shared.http.problems import INVALID, SECOND_FACTOR_MISSING, problems
from shared.http.tokens import SignedIn

router = APIRouter(prefix="/me/second-factor", tags=["second factor"])


@router.get("")
async def read_factor(actor: WithoutFactor, tx: Tx) -> FactorView:
    """Whether the person has a second factor, and how many recovery codes are left."""
    return FactorView.model_validate(await factor_state(tx, actor.account_id))


@router.post("", status_code=201, responses=problems(SECOND_FACTOR_MISSING))
async def enrol_factor(
    actor: WithoutFactor, claims: SignedIn, sign_in: SigningIn, tx: Tx, *, now: Now, response: Response
) -> NewSecretView:
    """Make a secret for an authenticator app; it works after the confirmation.

    A person who has a factor already can replace it in a sign-in session that began with a code.
    """
    response.headers["Cache-Control"] = "no-store"
    return NewSecretView.model_validate(await sign_in.factors.enrol(tx, actor.account_id, claims.sid, now=now))


@router.post("/confirmation", responses=problems(NOTHING_TO_CONFIRM, TOO_SOON, INVALID))
async def confirm_factor(
    body: FactorConfirmation, claims: SignedIn, sign_in: SigningIn, *, now: Now, response: Response
) -> RecoveryCodes:
    """Show with a code that the app knows the secret. The recovery codes are shown once; other sessions end.

    The next pair of tokens of this session (`POST /tokens/refresh`) has the rights of staff.
    """
    async with sign_in.begin() as tx:
        await without_factor(claims, tx)
    response.headers["Cache-Control"] = "no-store"
    codes = await sign_in.factors.confirm(claims.sub, claims.sid, body.code, now=now)
    return RecoveryCodes(recovery_codes=list(codes))
