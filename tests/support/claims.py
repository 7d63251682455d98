"""The claims of a token, for tests that say who calls without a token."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.tokens.verifier import Claims


def claims_of(account_id: UUID, *, suits_staff: bool = True) -> Claims:
    """A person who has signed in with everything that the rights of staff need, unless told otherwise."""
    exp = datetime.now(UTC) + timedelta(minutes=10)
    return Claims(sub=account_id, jti="", exp=exp, sid=None, suits_staff=suits_staff)
