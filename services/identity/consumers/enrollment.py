"""Handle enrollment's answers to erasures that were asked for."""

from datetime import UTC, datetime

from services.identity.storage.transaction import Transaction
from services.identity.use_cases.erasures import review
from shared.contracts.obligations import AccountErasureReviewed
from shared.messaging.subscriptions import Subscriptions

subscriptions: Subscriptions[Transaction] = Subscriptions()


@subscriptions.on(AccountErasureReviewed)
async def when_an_erasure_is_reviewed(message: AccountErasureReviewed, tx: Transaction) -> None:
    await review(tx, message.erasure_id, message.obligations, now=datetime.now(UTC))
