"""The signed-in person's own account."""

from typing import Final

from fastapi import APIRouter, Response

from services.identity.api.dependencies import Acting, ChoosingPassword, SigningIn, Tx, acting
from services.identity.api.problems import ACCOUNT_DISABLED, INVALID_LINK, TOO_BUSY, TOO_SOON
from services.identity.api.requests import AddressChange, FollowedChange, PasswordChange, Renaming
from services.identity.api.views import Accepted, Me
from services.identity.use_cases import address_change, me
from services.identity.use_cases.sign_in import SignIn
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.problems import CHANGED_MEANWHILE, INVALID, VERSION_EXPECTED, problems
from shared.http.tokens import SignedIn
from shared.tokens.verifier import Claims

router = APIRouter(prefix="/me", tags=["me"])

MOST_ATTACHMENTS: Final = 100


@router.get("")
async def read_me(actor: Acting, tx: Tx, response: Response) -> Me:
    """The signed-in person, with their open attachments."""
    account = await tx.accounts.own(actor.account_id)
    tag(response, account.version)
    return Me.of(account, await tx.attachment_pages.open_ones(actor, limit=MOST_ATTACHMENTS))


@router.patch("", responses=problems(CHANGED_MEANWHILE, VERSION_EXPECTED, INVALID))
async def rename_me(
    body: Renaming, actor: Acting, tx: Tx, *, now: Now, expected: ExpectedVersion, response: Response
) -> Me:
    """Change one's civility or names."""
    account = await me.rename(tx, actor, body.names(), expected=expected, now=now)
    tag(response, account.version)
    return Me.of(account, await tx.attachment_pages.open_ones(actor, limit=MOST_ATTACHMENTS))


@router.post("/password", status_code=204, responses=problems(ACCOUNT_DISABLED, TOO_SOON, INVALID, TOO_BUSY))
async def change_password(
    body: PasswordChange, claims: SignedIn, sign_in: SigningIn, passwords: ChoosingPassword, now: Now
) -> None:
    """Change one's password; the other sign-in sessions end, and the person gets a mail."""
    await _admit(claims, sign_in)
    await me.change_password(
        sign_in,
        passwords,
        claims.sub,
        current=body.current_password,
        new=body.new_password,
        kept_token=body.refresh_token,
        now=now,
    )


@router.post("/address-change", status_code=202, responses=problems(ACCOUNT_DISABLED, TOO_SOON, INVALID, TOO_BUSY))
async def ask_address_change(body: AddressChange, claims: SignedIn, sign_in: SigningIn, now: Now) -> Accepted:
    """Ask to change one's address; a link comes by mail to the new one. The answer is the same for a taken address."""
    await _admit(claims, sign_in)
    await address_change.ask_address_change(sign_in, claims.sub, email=body.email, password=body.password, now=now)
    return Accepted()


@router.post("/address-change/confirmation", responses=problems(INVALID_LINK, INVALID))
async def confirm_address_change(body: FollowedChange, actor: Acting, tx: Tx, now: Now, response: Response) -> Me:
    """Prove the new address with the token of its link; the old address gets a mail.

    The person must be signed in: whoever reads the mail at a wrong address can do nothing with the link.
    """
    await address_change.confirm_address_change(tx, actor, body.token, now=now)
    return await read_me(actor, tx, response)


async def _admit(claims: Claims, sign_in: SignIn) -> None:
    """Check the person in a transaction of its own, for what opens its own transactions."""
    async with sign_in.begin() as tx:
        await acting(claims, tx)
