"""What visitors do: register, prove the address, reset the password. No answer tells whether an address is known."""

from fastapi import APIRouter

from services.identity.api.dependencies import AfterEvenTime, CallingClient, ChoosingPassword, SigningIn, Tx
from services.identity.api.problems import INVALID_LINK, TOO_BUSY, TOO_SOON
from services.identity.api.requests import FollowedLink, ForgottenPassword, NewRegistration
from services.identity.api.views import Accepted
from services.identity.use_cases import register as use_cases
from services.identity.use_cases import reset
from services.identity.use_cases.attempts import Visitor
from shared.http.clock import Now
from shared.http.idempotency import Once
from shared.http.middleware import VISITORS_LIMIT, body_limit
from shared.http.problems import INVALID, problems

router = APIRouter(tags=["registration"])


@router.post("/registrations", status_code=202, responses=problems(INVALID, TOO_SOON))
@body_limit(VISITORS_LIMIT)
async def register(
    _: AfterEvenTime, body: NewRegistration, client: CallingClient, tx: Tx, *, now: Now, once: Once
) -> Accepted:
    """Ask for an account; a link to prove the address comes by mail. The answer is the same for a known address."""

    async def perform() -> Accepted:
        await use_cases.register(tx, body.registration(), client=client, now=now)
        return Accepted()

    return await once(perform)


@router.post("/address-proofs", status_code=204, responses=problems(INVALID_LINK, INVALID, TOO_BUSY))
@body_limit(VISITORS_LIMIT)
async def prove_address(
    body: FollowedLink, client: CallingClient, sign_in: SigningIn, passwords: ChoosingPassword, now: Now
) -> None:
    """Prove the address and set the first password; the attachment is requested.

    For the first user of a structure the attachment is active at once.
    """
    await use_cases.prove_address(sign_in.begin, body.token, body.password, client=client, passwords=passwords, now=now)


@router.post("/password-resets", status_code=202, responses=problems(INVALID, TOO_SOON))
@body_limit(VISITORS_LIMIT)
async def ask_password_reset(
    _: AfterEvenTime, body: ForgottenPassword, client: CallingClient, tx: Tx, now: Now
) -> Accepted:
    """Ask for a link to set a new password. The answer is the same for an unknown address."""
    visitor = Visitor(client=client, device_token=body.device_token)
    await reset.ask_reset(tx, body.email, visitor=visitor, now=now)
    return Accepted()


@router.post("/password-resets/confirmation", status_code=204, responses=problems(INVALID_LINK, INVALID, TOO_BUSY))
@body_limit(VISITORS_LIMIT)
async def confirm_password_reset(
    body: FollowedLink, client: CallingClient, sign_in: SigningIn, passwords: ChoosingPassword, now: Now
) -> None:
    """Set a new password; every sign-in session ends, and the person gets a mail."""
    await reset.confirm_reset(sign_in.begin, body.token, body.password, client=client, passwords=passwords, now=now)
