"""What the notifier has of the caller."""

from fastapi import APIRouter

from services.notifier.api.dependencies import Tx
from shared.http.tokens import SignedIn
from shared.own_data import OwnData

router = APIRouter(prefix="/me", tags=["me"])


@router.get("/data", summary="Read everything about the caller")
async def read_own_data(claims: SignedIn, tx: Tx) -> OwnData:
    """The copy of the account and the mails to the caller; mails with a secret link have no text."""
    return await tx.erasures.own_data(claims.sub)
