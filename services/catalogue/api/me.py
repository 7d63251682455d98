"""What the catalogue has of the caller."""

from fastapi import APIRouter

from services.catalogue.api.dependencies import Tx
from shared.http.problems import UNAUTHENTICATED, problems
from shared.http.tokens import SignedIn
from shared.own_data import OwnData

router = APIRouter(prefix="/me", tags=["me"])


@router.get("/data", responses=problems(UNAUTHENTICATED), summary="Read everything about the caller")
async def read_own_data(claims: SignedIn, tx: Tx) -> OwnData:
    """The copy of the account, and the sessions that the caller trains."""
    return await tx.people.own_data(claims.sub)
