"""The signed-in person's own account."""

from typing import Final

from fastapi import APIRouter, Response

from services.identity.api.dependencies import Acting, ChoosingPassword, SigningIn, Tx
from services.identity.api.problems import TOO_BUSY, TOO_SOON
from services.identity.api.requests import PasswordChange, Renaming
from services.identity.api.views import Me
from services.identity.use_cases import me
from shared.http.clock import Now
from shared.http.etag import ExpectedVersion, tag
from shared.http.problems import CHANGED_MEANWHILE, INVALID, VERSION_EXPECTED, problems
from shared.http.tokens import SignedIn

router = APIRouter(prefix="/me", tags=["me"])

MOST_ATTACHMENTS: Final = 100


@router.get("")
async def read_me(actor: Acting, tx: Tx, response: Response) -> Me:
    """The signed-in person, with their open attachments."""
    account = await tx.accounts.own(actor.account_id)
    tag(response, account.version)
    return Me.of(account, await tx.attachments.open_ones(actor, limit=MOST_ATTACHMENTS))


@router.patch("", responses=problems(CHANGED_MEANWHILE, VERSION_EXPECTED, INVALID))
async def rename_me(
    body: Renaming, actor: Acting, tx: Tx, *, now: Now, expected: ExpectedVersion, response: Response
) -> Me:
    """Change one's civility or names."""
    account = await me.rename(tx, actor, body.names(), expected=expected, now=now)
    tag(response, account.version)
    return Me.of(account, await tx.attachments.open_ones(actor, limit=MOST_ATTACHMENTS))


@router.post("/password", status_code=204, responses=problems(TOO_SOON, INVALID, TOO_BUSY))
async def change_password(
    body: PasswordChange, claims: SignedIn, sign_in: SigningIn, passwords: ChoosingPassword, now: Now
) -> None:
    """Change one's password; the other sign-in sessions end, and the person gets a mail."""
    async with sign_in.begin() as tx:
        claims.must_suit(is_staff=(await tx.accounts.own(claims.sub)).is_staff)
    await me.change_password(
        sign_in,
        passwords,
        claims.sub,
        current=body.current_password,
        new=body.new_password,
        kept_token=body.refresh_token,
        now=now,
    )
