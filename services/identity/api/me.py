"""The person who is signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.identity.api.dependencies import Acting, Entrance, Hashing, Tx
from services.identity.api.fields import Civility, Name, Password, SecretToken
from services.identity.api.problems import CHANGED, TOO_SOON, VERSION_MISSING
from services.identity.api.views import AccountView, Me, OwnAttachment
from services.identity.domain.accounts import Account
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.me import change_password, rename
from shared.http.clock import Now
from shared.http.etag import expected_version, tag
from shared.http.fields import Strict
from shared.http.problems import INVALID, problems
from shared.http.tokens import SignedIn

router = APIRouter(prefix="/me", tags=["me"])

MOST_ATTACHMENTS = 100


class Renaming(Strict):
    """What is sent changes, the rest stays; a civility of null is taken out."""

    civility: Civility | None = None
    first_name: Name | None = Field(None, examples=["Claire"])
    last_name: Name | None = Field(None, examples=["Dupuy-Martin"])

    def changes(self) -> dict[str, Any]:
        """The fields to change."""
        given = self.model_dump(exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None or name == "civility"}


class PasswordChange(Strict):
    """The session of `refresh_token`, when it is given, is the only one that stays open."""

    current_password: Password
    new_password: Password = Field(examples=["quatre chevaux dans le pré"])
    refresh_token: SecretToken | None = None


async def _me(tx: Transaction, account: Account, actor: Actor) -> Me:
    seen = await tx.attachments.page(actor, "mine", state=None, structure_id=None, after=None, limit=MOST_ATTACHMENTS)
    open_ones = [OwnAttachment.own(one) for one in seen if one.attachment.state in {"requested", "active"}]
    shown = AccountView.of(account).model_dump(exclude={"disabled", "proved"})
    return Me(**shown, attachments=open_ones)


@router.get("")
async def get_me(actor: Acting, tx: Tx, response: Response) -> Me:
    """Who is signed in, with their open attachments."""
    account = await tx.accounts.own(actor.account_id)
    tag(response, account.version)
    return await _me(tx, account, actor)


@router.patch("", responses=problems(CHANGED, VERSION_MISSING, INVALID))
async def patch_me(
    body: Renaming,
    actor: Acting,
    tx: Tx,
    *,
    now: Now,
    expected: Annotated[int, Depends(expected_version)],
    response: Response,
) -> Me:
    """Change one's civility or names."""
    account = await rename(tx, actor, body.changes(), expected=expected, now=now)
    tag(response, account.version)
    return await _me(tx, account, actor)


@router.post("/password", status_code=204, responses=problems(TOO_SOON, INVALID))
async def post_password(
    body: PasswordChange, account_id: SignedIn, entrance: Entrance, passwords: Hashing, now: Now
) -> None:
    """Change one's password; the other sessions end, and a mail says so."""
    await change_password(
        entrance,
        passwords,
        account_id,
        current=body.current_password,
        new=body.new_password,
        kept_token=body.refresh_token,
        now=now,
    )
