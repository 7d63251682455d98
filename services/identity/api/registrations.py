"""Registering, proving the address, forgetting the password: what visitors do. Nothing here says whether an address is known."""

from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import Field

from services.identity.api.dependencies import Evenly, Hashing, Tx
from services.identity.api.fields import Civility, Name, Password, SecretToken
from services.identity.api.problems import INVALID_LINK
from services.identity.api.views import Accepted
from services.identity.storage.links import Holder
from services.identity.use_cases.register import prove_address, register
from services.identity.use_cases.reset import ask_reset, confirm_reset
from shared.http.clock import Now
from shared.http.fields import Email, Strict
from shared.http.idempotency import Once
from shared.http.problems import INVALID, problems

router = APIRouter(tags=["registration"])


class Registration(Strict):
    """Who asks for an account, attached to which structure."""

    structure_id: UUID
    civility: Civility | None = Field(None, examples=["Mme"])
    first_name: Name = Field(examples=["Claire"])
    last_name: Name = Field(examples=["Dupuy"])
    email: Email = Field(examples=["claire.dupuy@mission-locale.example"])


class FollowedLink(Strict):
    """The token of a link, and the password that its owner chooses."""

    token: SecretToken
    password: Password = Field(examples=["quatre chevaux dans le pré"])


class ForgottenPassword(Strict):
    """The address of the account."""

    email: Email = Field(examples=["claire.dupuy@mission-locale.example"])


@router.post("/registrations", status_code=202, responses=problems(INVALID))
async def post_registration(_: Evenly, body: Registration, tx: Tx, now: Now, once: Once) -> Accepted:
    """Ask for an account; a link to prove the address comes by mail. The answer is the same for a known address."""
    asking = Holder(body.email, uuid4(), body.civility, body.first_name, body.last_name, body.structure_id)

    async def perform() -> Accepted:
        await register(tx, asking, now=now)
        return Accepted()

    answer: Accepted = await once(perform)
    return answer


@router.post("/address-proofs", status_code=204, responses=problems(INVALID_LINK, INVALID))
async def post_address_proof(body: FollowedLink, tx: Tx, now: Now, passwords: Hashing) -> None:
    """Prove the address and set the first password; the attachment is asked for, or active at once for the first of a structure."""
    await prove_address(tx, body.token, body.password, passwords=passwords, now=now)


@router.post("/password-resets", status_code=202, responses=problems(INVALID))
async def post_password_reset(_: Evenly, body: ForgottenPassword, tx: Tx, now: Now) -> Accepted:
    """Ask for a link to set a new password. The answer is the same for an unknown address."""
    await ask_reset(tx, body.email, now=now)
    return Accepted()


@router.post("/password-resets/confirmation", status_code=204, responses=problems(INVALID_LINK, INVALID))
async def post_password_reset_confirmation(body: FollowedLink, tx: Tx, now: Now, passwords: Hashing) -> None:
    """Set a new password; every session ends, and the person is told."""
    await confirm_reset(tx, body.token, body.password, passwords=passwords, now=now)
