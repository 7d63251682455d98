"""Reviews the erasure of an account, and erases what enrollment has of the person."""

from datetime import datetime
from uuid import UUID

from services.enrollment.storage.transaction import Transaction
from shared.contracts.obligations import AccountErasureReviewed


async def review(tx: Transaction, *, erasure_id: UUID, account_id: UUID, now: datetime) -> None:
    """Answer with what stands against the erasure. Without anything, the account can do nothing any more."""
    obligations = await tx.erasures.obligations(account_id, now=now)
    if not obligations:
        await tx.erasures.close_account(account_id)
    tx.emit(
        AccountErasureReviewed(
            occurred_at=now, erasure_id=erasure_id, account_id=account_id, obligations=tuple(obligations)
        )
    )
