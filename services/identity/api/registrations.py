"""What visitors do: register, prove the address, reset the password. No answer tells whether an address is known."""

from fastapi import APIRouter

from services.identity.api.dependencies import AfterEvenTime, Hashing, Tx
from services.identity.api.problems import INVALID_LINK
from services.identity.api.requests import FollowedLink, ForgottenPassword, NewRegistration
from services.identity.api.views import Accepted
from services.identity.use_cases import register as use_cases
from services.identity.use_cases import reset
from shared.http.clock import Now
from shared.http.idempotency import Once
from shared.http.middleware import VISITORS_LIMIT, body_limit
from shared.http.problems import INVALID, problems

router = APIRouter(tags=["registration"])


@router.post("/registrations", status_code=202, responses=problems(INVALID))
@body_limit(VISITORS_LIMIT)
async def register(_: AfterEvenTime, body: NewRegistration, tx: Tx, now: Now, once: Once) -> Accepted:
    """Ask for an account; a link to prove the address comes by mail. The answer is the same for a known address."""

    async def perform() -> Accepted:
        await use_cases.register(tx, body.registration(), now=now)
        return Accepted()

    return await once(perform)


@router.post("/address-proofs", status_code=204, responses=problems(INVALID_LINK, INVALID))
@body_limit(VISITORS_LIMIT)
async def prove_address(body: FollowedLink, tx: Tx, now: Now, passwords: Hashing) -> None:
    """Prove the address and set the first password; the attachment is requested.

    For the first user of a structure the attachment is active at once.
    """
    await use_cases.prove_address(tx, body.token, body.password, passwords=passwords, now=now)


@router.post("/password-resets", status_code=202, responses=problems(INVALID))
@body_limit(VISITORS_LIMIT)
async def ask_password_reset(_: AfterEvenTime, body: ForgottenPassword, tx: Tx, now: Now) -> Accepted:
    """Ask for a link to set a new password. The answer is the same for an unknown address."""
    await reset.ask_reset(tx, body.email, now=now)
    return Accepted()


@router.post("/password-resets/confirmation", status_code=204, responses=problems(INVALID_LINK, INVALID))
@body_limit(VISITORS_LIMIT)
async def confirm_password_reset(body: FollowedLink, tx: Tx, now: Now, passwords: Hashing) -> None:
    """Set a new password; every sign-in session ends, and the person gets a mail."""
    await reset.confirm_reset(tx, body.token, body.password, passwords=passwords, now=now)
